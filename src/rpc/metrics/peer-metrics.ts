/**
 * What goes to each peer and comes back, for Prometheus. Peers are known from the start, so no
 * label is looked up while messages travel, and there are no more labels than servers.
 */
import { Counter, Gauge, type Registry } from 'prom-client';
import { Durations, histogramText, shortBoundsS } from '../../base/durations.js';
import type { ServerId } from '../../base/ids.js';
import type { AppendEntriesRequest } from '../../raft/messages.js';
import type { PeerMessage } from '../../replica/peer-transport.js';

/** A heartbeat that leaves later than so many intervals after the one before is late. */
const lateIntervals = 2;

/** One peer. Times are milliseconds of `performance.now()`. */
export class PeerMeter {
  readonly roundTrips = new Durations(shortBoundsS);
  readonly appends = new Durations(shortBoundsS);
  readonly #lateMs: number;
  sent = 0;
  sentBytes = 0;
  failures = 0;
  ended = 0;
  lateHeartbeats = 0;
  /** Of the AppendEntries that left last. */
  #term = 0;
  #sentMs = 0;
  /** The commit that the peer was told, as far as it has answered. */
  #toldCommit = 0;

  constructor(heartbeatMs: number) {
    this.#lateMs = lateIntervals * heartbeatMs;
  }

  /** A message of so many bytes leaves. Returns when, for `answered`. */
  sending(message: PeerMessage, bytes: number): number {
    const nowMs = performance.now();
    this.sent += 1;
    this.sentBytes += bytes;
    if (message.type === 'appendEntries') {
      const isSameLead = message.term === this.#term;
      if (isSameLead && nowMs - this.#sentMs > this.#lateMs) this.lateHeartbeats += 1;
      this.#term = message.term;
      this.#sentMs = nowMs;
    }
    return nowMs;
  }

  /**
   * Snapshots count for neither: their time is that of their bytes, and is told elsewhere. Nor does
   * what only told a commit, whose answer the peer may keep back for a moment.
   */
  answered(message: PeerMessage, sentMs: number): void {
    this.ended += 1;
    if (message.type === 'appendEntries') this.#appendAnswered(message, sentMs);
    else if (message.type === 'requestVote') this.roundTrips.add(secondsSince(sentMs));
  }

  #appendAnswered({ entries, leaderCommit }: AppendEntriesRequest, sentMs: number): void {
    if (entries.length > 0) this.appends.add(secondsSince(sentMs));
    else if (leaderCommit <= this.#toldCommit) this.roundTrips.add(secondsSince(sentMs));
    this.#toldCommit = leaderCommit;
  }

  failed(): void {
    this.ended += 1;
    this.failures += 1;
  }
}

function secondsSince(startMs: number): number {
  return (performance.now() - startMs) / 1_000;
}

export class PeerMetrics {
  readonly #registry: Registry;
  readonly #peers = new Map<ServerId, PeerMeter>();

  constructor(registry: Registry) {
    this.#registry = registry;
    this.#counter('surfraft_network_peer_sent_total', 'Calls to each peer.', (meter) => meter.sent);
    this.#counter(
      'surfraft_network_peer_sent_bytes_total',
      'Bytes of the bodies of calls to each peer.',
      (meter) => meter.sentBytes,
    );
    this.#counter(
      'surfraft_network_peer_sent_failures_total',
      'Calls to each peer that ended without an answer of use.',
      (meter) => meter.failures,
    );
    this.#counter(
      'surfraft_server_heartbeat_send_failures_total',
      'On the leader: AppendEntries that left later than twice the heartbeat interval.',
      (meter) => meter.lateHeartbeats,
    );
    const peers = this.#peers;
    new Gauge({
      registers: [registry],
      name: 'surfraft_network_peer_calls_pending',
      help: 'Calls to each peer that are under way.',
      labelNames: ['peer'],
      collect() {
        for (const [peer, { sent, ended }] of peers) this.set({ peer }, sent - ended);
      },
    });
  }

  /** Begins to measure this peer, whose heartbeats are due so often. */
  watch(peer: ServerId, heartbeatMs: number): PeerMeter {
    const meter = new PeerMeter(heartbeatMs);
    this.#peers.set(peer, meter);
    return meter;
  }

  histograms(): string {
    if (this.#peers.size === 0) return '';
    const labelled = (pick: (meter: PeerMeter) => Durations): (readonly [string, Durations])[] =>
      [...this.#peers].map(([peer, meter]) => [`peer="${peer}"`, pick(meter)]);
    const roundTripText = histogramText({
      name: 'surfraft_network_peer_round_trip_time_seconds',
      help: 'Time to the answer to calls that carry no entries: heartbeats and votes.',
      durations: labelled((meter) => meter.roundTrips),
    });
    const appendText = histogramText({
      name: 'surfraft_network_peer_append_duration_seconds',
      help: "Time to the answer to AppendEntries with entries; the peer's fsync is part of it.",
      durations: labelled((meter) => meter.appends),
    });
    return `${roundTripText}${appendText}`;
  }

  #counter(name: string, help: string, read: (meter: PeerMeter) => number): void {
    const peers = this.#peers;
    new Counter({
      registers: [this.#registry],
      name,
      help,
      labelNames: ['peer'],
      collect() {
        this.reset();
        for (const [peer, meter] of peers) this.inc({ peer }, read(meter));
      },
    });
  }
}
