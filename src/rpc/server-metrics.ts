/**
 * What Prometheus reads at `/metrics`, in a registry of its own. The names follow the style of
 * etcd: subsystem, what is measured, unit. Gauges ask the replica only when someone reads them.
 */
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import type { ServerId } from '../base/ids.js';
import type { RaftNote } from '../raft/effects.js';
import { nextTurn } from '../replica/next-turn.js';
import type { ReplicaEvent } from '../replica/observer.js';
import { CallMetrics } from './call-metrics.js';
import { addGauge } from './metrics/add-metric.js';
import { DiskMetrics } from './metrics/disk-metrics.js';
import { PeerMetrics } from './metrics/peer-metrics.js';
import { addReplicaGauges, type ReplicaSources } from './metrics/replica-gauges.js';
import { ReplicaMetrics, type SnapshotWay } from './metrics/replica-metrics.js';

const snapshotOutcomes = [
  'taken',
  'takeFailed',
  'sent',
  'sendFailed',
  'installed',
  'refused',
] as const;
type SnapshotOutcome = (typeof snapshotOutcomes)[number];

/**
 * So often a timer looks how late it is; a pause is told longer by up to as much. With 1 ms a
 * server with nothing to do would take 2 % of a processor, with this 0.6 %.
 */
export const loopLookMs = 5;

/** What the gauges of a port read. */
export interface PortSources {
  readonly connectionCount: () => number;
  readonly pendingCallCount: () => number;
  /** Of this program. */
  readonly version: string;
  readonly heldBytes: () => HeldBytes;
}

/** Bytes of calls and answers that stand in memory for clients and peers. */
export interface HeldBytes {
  /** Calls that have arrived in part. */
  readonly partialCalls: number;
  /** Long calls that wait for their answer. */
  readonly pendingCalls: number;
  /** Answers that are not read yet. */
  readonly unreadAnswers: number;
}

/** Where the parts of the text leave the others their turn. */
const turns = { soon: (action: () => void) => void setImmediate(action) };

export class ServerMetrics {
  readonly #registry = new Registry();
  readonly #leaderChanges: Counter;
  readonly #elections: Counter;
  readonly #snapshots: Counter;
  readonly #diskReturns: Counter;
  #lastLeader: ServerId | 'self' | undefined;
  /** When the snapshots that travel now began to: to each follower, and from the leader. */
  readonly #sendingSinceMs = new Map<ServerId, number>();
  #receivingSinceMs: number | undefined;
  /** Where the dispatcher counts its calls. */
  readonly calls = new CallMetrics(this.#registry);
  /** Where the replica measures itself. */
  readonly replica = new ReplicaMetrics(this.#registry);
  /** Where the calls to the peers are measured. */
  readonly peers = new PeerMetrics(this.#registry);
  /** Where the disk is measured. */
  readonly disk = new DiskMetrics(this.#registry);

  constructor() {
    this.#leaderChanges = new Counter({
      registers: [this.#registry],
      name: 'surfraft_server_leader_changes_seen_total',
      help: 'Changes of leader that this server has seen, the first leader included.',
    });
    this.#elections = new Counter({
      registers: [this.#registry],
      name: 'surfraft_raft_elections_started_total',
      help: 'Elections that this server has started; pre-votes do not count.',
    });
    this.#snapshots = new Counter({
      registers: [this.#registry],
      name: 'surfraft_snapshots_total',
      help: 'Snapshots that were taken, sent and installed here, and those of which nothing came.',
      labelNames: ['outcome'],
    });
    for (const outcome of snapshotOutcomes) this.#snapshots.inc({ outcome }, 0);
    this.#diskReturns = new Counter({
      registers: [this.#registry],
      name: 'surfraft_server_storage_returns_total',
      help: 'Times that the storage was opened again after it had failed.',
    });
  }

  /** Adds what concerns the process as a whole: memory, processor time, pauses. */
  watchProcess(): void {
    collectDefaultMetrics({ register: this.#registry, eventLoopMonitoringPrecision: loopLookMs });
  }

  /**
   * Everything in the text format of Prometheus. Written a metric in each turn: whoever asks seldom
   * has code run that was thrown away meanwhile, and all of it at once takes up to 10 ms.
   */
  async text(): Promise<string> {
    const texts: string[] = [];
    for (const { name } of this.#registry.getMetricsAsArray()) {
      texts.push(`${await this.#registry.getSingleMetricAsString(name)}\n\n`);
      await nextTurn(turns);
    }
    for (const each of [this.calls, this.replica, this.peers, this.disk]) {
      texts.push(each.histograms());
      await nextTurn(turns);
    }
    return texts.join('');
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** To be told what the replica tells. */
  readonly observe = (event: ReplicaEvent): void => {
    switch (event.type) {
      case 'raft':
        this.#observeRaft(event.note);
        break;
      case 'snapshotTaken':
        this.#countSnapshot('taken');
        break;
      case 'snapshotFailed':
        this.#countSnapshot('takeFailed');
        break;
      case 'snapshotSending':
        this.#sendingSinceMs.set(event.to, performance.now());
        break;
      case 'snapshotSent':
        this.#countSnapshot('sent');
        this.#timeSnapshot('send', this.#sendingSinceMs.get(event.to));
        break;
      case 'snapshotReceiving':
        this.#receivingSinceMs = performance.now();
        break;
      case 'snapshotSendFailed':
        this.#countSnapshot('sendFailed');
        break;
      case 'snapshotRefused':
        this.#countSnapshot('refused');
        break;
      case 'storageReturned':
        this.#diskReturns.inc();
        break;
      default:
      // The others show in gauges, or concern only people.
    }
  };

  #observeRaft(note: RaftNote): void {
    if (note.type === 'electionStarted') this.#elections.inc();
    else if (note.type === 'becameLeader') this.#sawLeader('self');
    else if (note.type === 'snapshotInstalled') {
      this.#countSnapshot('installed');
      this.#timeSnapshot('receive', this.#receivingSinceMs);
    } else if (note.type === 'becameFollower') {
      this.replica.deposed();
      this.#sawLeader(note.leaderId);
    }
  }

  #timeSnapshot(way: SnapshotWay, sinceMs: number | undefined): void {
    if (sinceMs !== undefined) this.replica.snapshotMoved(way, performance.now() - sinceMs);
  }

  #countSnapshot(outcome: SnapshotOutcome): void {
    this.#snapshots.inc({ outcome });
  }

  /** Adds the gauges of a server's replica. Must be called once at most. */
  watchReplica(sources: ReplicaSources): void {
    addReplicaGauges(this.#registry, sources);
  }

  /** Adds the gauges of a server's port. Must be called once at most. */
  watchPort({ connectionCount, pendingCallCount, heldBytes, version }: PortSources): void {
    addGauge(this.#registry, {
      ...{ name: 'surfraft_rpc_connections', help: 'Open connections.' },
      read: connectionCount,
    });
    addGauge(this.#registry, {
      name: 'surfraft_rpc_calls_pending',
      help: 'Calls of clients and peers that are not answered yet.',
      read: pendingCallCount,
    });
    new Gauge({
      registers: [this.#registry],
      name: 'surfraft_server_version',
      help: '1 for the version of the program that runs.',
      labelNames: ['server_version'],
    }).set({ server_version: version }, 1);
    new Gauge({
      registers: [this.#registry],
      name: 'surfraft_rpc_held_bytes',
      help: 'Bytes of calls and answers that stand in memory for clients and peers.',
      labelNames: ['kind'],
      collect() {
        for (const [kind, bytes] of Object.entries(heldBytes())) this.set({ kind }, Number(bytes));
      },
    });
  }

  #sawLeader(leader: ServerId | 'self' | undefined): void {
    if (leader === undefined || leader === this.#lastLeader) return;
    this.#lastLeader = leader;
    this.#leaderChanges.inc();
  }
}
