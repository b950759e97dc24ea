/**
 * What Prometheus reads at `/metrics`, in a registry of its own. The names follow the style of
 * etcd: subsystem, what is measured, unit. Gauges ask the replica only when someone reads them.
 */
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import type { ServerId } from '../base/ids.js';
import type { RaftNote, Standing } from '../raft/effects.js';
import type { ReplicaEvent } from '../replica/observer.js';
import type { ReplicaRole, ReplicaStatus } from '../replica/replica-api.js';
import { CallMetrics } from './call-metrics.js';

const roles: readonly ReplicaRole[] = ['leader', 'follower', 'candidate', 'crashed'];

const standings: readonly Standing[] = ['joining', 'founding', 'member', 'refilling'];

const snapshotOutcomes = [
  'taken',
  'takeFailed',
  'sent',
  'sendFailed',
  'installed',
  'refused',
] as const;
type SnapshotOutcome = (typeof snapshotOutcomes)[number];

/** What the gauges of a replica read. */
export interface ReplicaSources {
  readonly status: () => ReplicaStatus;
  readonly fileCount: () => number;
}

/** What the gauges of a port read. */
export interface PortSources {
  readonly connectionCount: () => number;
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

export class ServerMetrics {
  readonly #registry = new Registry();
  readonly #leaderChanges: Counter;
  readonly #elections: Counter;
  readonly #snapshots: Counter;
  readonly #diskReturns: Counter;
  #lastLeader: ServerId | 'self' | undefined;
  /** Where the dispatcher counts its calls. */
  readonly calls = new CallMetrics(this.#registry);

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
    collectDefaultMetrics({ register: this.#registry });
  }

  /** Everything in the text format of Prometheus. */
  async text(): Promise<string> {
    return `${await this.#registry.metrics()}\n${this.calls.durationsText()}`;
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
      case 'snapshotSent':
        this.#countSnapshot('sent');
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
    else if (note.type === 'snapshotInstalled') this.#countSnapshot('installed');
    else if (note.type === 'becameLeader') this.#sawLeader('self');
    else if (note.type === 'becameFollower') this.#sawLeader(note.leaderId);
  }

  #countSnapshot(outcome: SnapshotOutcome): void {
    this.#snapshots.inc({ outcome });
  }

  /** Adds the gauges of a server's replica. Must be called once at most. */
  watchReplica({ status, fileCount }: ReplicaSources): void {
    this.#gauge('surfraft_server_has_leader', 'Whether a leader is known.', () =>
      Number(status().leaderId !== undefined),
    );
    this.#gauge('surfraft_server_is_leader', 'Whether this server leads.', () =>
      Number(status().role === 'leader'),
    );
    this.#gauge('surfraft_server_storage_failed', 'Whether the disk has refused a write.', () =>
      Number(status().storageError !== undefined),
    );
    this.#gauge(
      'surfraft_server_disk_silent_seconds',
      'Age of the oldest write that the disk has not answered.',
      () => status().diskSilentMs / 1000,
    );
    this.#gauge(
      'surfraft_server_state_mismatch',
      'Whether the state was found to differ from that of another server.',
      () => Number(status().stateMismatch !== undefined),
    );
    this.#raftGauges(status);
    this.#gauge('surfraft_files', 'Files ever seen, deleted ones included.', fileCount);
    this.#labelledGauges(status);
  }

  /** Adds the gauges of a server's port. Must be called once at most. */
  watchPort({ connectionCount, heldBytes }: PortSources): void {
    this.#gauge('surfraft_rpc_connections', 'Open connections.', connectionCount);
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

  #raftGauges(status: () => ReplicaStatus): void {
    this.#gauge('surfraft_raft_term', 'Current term.', () => status().term);
    this.#gauge('surfraft_raft_commit_index', 'Highest index known to be committed.', () =>
      Number(status().commitIndex),
    );
    this.#gauge('surfraft_raft_applied_index', 'Highest index applied.', () =>
      Number(status().lastApplied),
    );
    this.#gauge('surfraft_raft_last_log_index', 'Highest index in the log.', () =>
      Number(status().lastLogIndex),
    );
    this.#gauge('surfraft_raft_durable_index', "Highest index on this server's disk.", () =>
      Number(status().durableIndex),
    );
    this.#gauge('surfraft_raft_snapshot_index', 'What the newest snapshot reaches up to.', () =>
      Number(status().snapshotIndex),
    );
    this.#gauge('surfraft_raft_log_entries', 'Entries that the log still has.', () => {
      const { firstLogIndex, lastLogIndex } = status();
      return lastLogIndex - firstLogIndex + 1;
    });
  }

  #labelledGauges(status: () => ReplicaStatus): void {
    new Gauge({
      registers: [this.#registry],
      name: 'surfraft_server_role',
      help: '1 for the role that this server has, 0 for the others.',
      labelNames: ['role'],
      collect() {
        const { role } = status();
        for (const each of roles) this.set({ role: each }, Number(each === role));
      },
    });
    new Gauge({
      registers: [this.#registry],
      name: 'surfraft_server_standing',
      help: '1 for the standing that this server has, 0 for the others.',
      labelNames: ['standing'],
      collect() {
        const { standing } = status();
        for (const each of standings) this.set({ standing: each }, Number(each === standing));
      },
    });
    new Gauge({
      registers: [this.#registry],
      name: 'surfraft_server_calls_pending',
      help: 'Calls that wait for the cluster.',
      labelNames: ['kind'],
      collect() {
        const { pendingUpdates, pendingReads } = status();
        this.set({ kind: 'update' }, pendingUpdates);
        this.set({ kind: 'read' }, pendingReads);
      },
    });
    new Gauge({
      registers: [this.#registry],
      name: 'surfraft_peer_match_index',
      help: 'On the leader: how far the log of each follower is known to be equal.',
      labelNames: ['peer'],
      collect() {
        this.reset();
        for (const follower of status().followers) {
          this.set({ peer: follower.serverId }, follower.matchIndex);
        }
      },
    });
  }

  #gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      registers: [this.#registry],
      name,
      help,
      collect() {
        this.set(read());
      },
    });
  }

  #sawLeader(leader: ServerId | 'self' | undefined): void {
    if (leader === undefined || leader === this.#lastLeader) return;
    this.#lastLeader = leader;
    this.#leaderChanges.inc();
  }
}
