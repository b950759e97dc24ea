/**
 * What the disk does under the log, for Prometheus: how long frames of the log and other files take
 * to be durable, how much was written, what was refused, and how much room there is. The figures of
 * the room are those of the last look: a scrape never waits for a disk.
 */
import { Gauge, type Registry } from 'prom-client';
import { Durations, histogramText } from '../../base/durations.js';
import { addCounter } from './add-metric.js';

/** Bytes of a server's folder and of the file system that it is on. */
export interface DiskRoom {
  readonly logBytes: number;
  readonly snapshotBytes: number;
  readonly otherBytes: number;
  readonly freeBytes: number;
  readonly totalBytes: number;
}

export class DiskMetrics {
  readonly #registry: Registry;
  readonly #appends = new Durations();
  readonly #syncs = new Durations();
  #appendedBytes = 0;
  #errors = 0;

  constructor(registry: Registry) {
    this.#registry = registry;
    addCounter(registry, {
      name: 'surfraft_disk_wal_write_bytes_total',
      help: 'Bytes of frames of the log that were written and are durable.',
      read: () => this.#appendedBytes,
    });
    addCounter(registry, {
      name: 'surfraft_disk_errors_total',
      help: 'Writes and fsyncs of the data folder that the system refused.',
      read: () => this.#errors,
    });
  }

  /** A frame of the log is durable. */
  appended(bytes: number, ms: number): void {
    this.#appendedBytes += bytes;
    this.#appends.add(ms / 1_000);
  }

  /** Another file is: term and vote, a snapshot, a segment at its beginning or end. */
  synced(ms: number): void {
    this.#syncs.add(ms / 1_000);
  }

  failed(): void {
    this.#errors += 1;
  }

  /**
   * Adds what is known of the room. `look` begins a new look, whose outcome the next scrape tells,
   * and returns that of the last; undefined before the first.
   */
  watchRoom(look: () => DiskRoom | undefined): void {
    let room: DiskRoom | undefined;
    new Gauge({
      registers: [this.#registry],
      name: 'surfraft_disk_used_bytes',
      help: 'Bytes of the data folder, without blocks, at the last look: log, snapshots, others.',
      labelNames: ['kind'],
      collect() {
        room = look();
        if (room === undefined) return;
        this.set({ kind: 'log' }, room.logBytes);
        this.set({ kind: 'snapshot' }, room.snapshotBytes);
        this.set({ kind: 'other' }, room.otherBytes);
      },
    });
    new Gauge({
      registers: [this.#registry],
      name: 'surfraft_disk_room_bytes',
      help: 'Bytes of the file system of the data folder, at the last look: free, and in total.',
      labelNames: ['kind'],
      collect() {
        if (room === undefined) return;
        this.set({ kind: 'free' }, room.freeBytes);
        this.set({ kind: 'total' }, room.totalBytes);
      },
    });
  }

  histograms(): string {
    const logText = histogramText({
      name: 'surfraft_disk_wal_fsync_duration_seconds',
      help: 'Time that writing a frame of the log takes until it is durable (write and fsync).',
      durations: this.#appends,
    });
    const otherText = histogramText({
      name: 'surfraft_disk_sync_duration_seconds',
      help: 'Time of an fsync of other files: term and vote, snapshots, ends of segments.',
      durations: this.#syncs,
    });
    return `${logText}${otherText}`;
  }
}
