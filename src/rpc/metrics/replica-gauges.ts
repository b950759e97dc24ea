/**
 * The gauges of a replica. They ask it only when somebody reads them, so they cost updates nothing.
 */
import { Gauge, type Registry } from 'prom-client';
import type { Standing } from '../../raft/effects.js';
import type { FollowerStatus, ReplicaRole, ReplicaStatus } from '../../replica/replica-api.js';
import { addCounter, addGauge } from './add-metric.js';

const roles: readonly ReplicaRole[] = ['leader', 'follower', 'candidate', 'crashed'];

const standings: readonly Standing[] = ['joining', 'founding', 'member', 'refilling'];

/** What the gauges of a replica read. */
export interface ReplicaSources {
  readonly status: () => ReplicaStatus;
  readonly fileCount: () => number;
}

type Figures = readonly (readonly [
  name: string,
  help: string,
  read: (now: ReplicaStatus) => number,
])[];

const serverFigures: Figures = [
  ['has_leader', 'Whether a leader is known.', (now) => Number(now.leaderId !== undefined)],
  ['is_leader', 'Whether this server leads.', (now) => Number(now.role === 'leader')],
  [
    'storage_failed',
    'Whether the disk has refused a write.',
    (now) => Number(now.storageError !== undefined),
  ],
  [
    'disk_silent_seconds',
    'Age of the oldest write that the disk has not answered.',
    (now) => now.diskSilentMs / 1_000,
  ],
  [
    'state_mismatch',
    'Whether the state was found to differ from that of another server.',
    (now) => Number(now.stateMismatch !== undefined),
  ],
  [
    'proposals_pending',
    'Updates that wait for the fate of their entry.',
    (now) => now.pendingUpdates,
  ],
  [
    'apply_lag_entries',
    'Entries that are committed and not applied here yet.',
    (now) => now.commitIndex - now.lastApplied,
  ],
  [
    'wal_pending_entries',
    'Entries of the log that are not on the disk of this server yet.',
    (now) => now.lastLogIndex - now.durableIndex,
  ],
];

const raftFigures: Figures = [
  ['term', 'Current term.', (now) => now.term],
  ['commit_index', 'Highest index known to be committed.', (now) => now.commitIndex],
  ['applied_index', 'Highest index applied.', (now) => now.lastApplied],
  ['last_log_index', 'Highest index in the log.', (now) => now.lastLogIndex],
  ['durable_index', "Highest index on this server's disk.", (now) => now.durableIndex],
  ['snapshot_index', 'What the newest snapshot reaches up to.', (now) => now.snapshotIndex],
  [
    'log_entries',
    'Entries that the log still has.',
    (now) => now.lastLogIndex - now.firstLogIndex + 1,
  ],
];

/** Counters as etcd counts them: an index is the number of entries up to it. */
const proposalFigures: Figures = [
  [
    'proposals_committed_total',
    'Log entries known to be committed, from the first of the cluster on.',
    (now) => now.commitIndex,
  ],
  [
    'proposals_applied_total',
    'Log entries applied, from the first of the cluster on.',
    (now) => now.lastApplied,
  ],
];

export function addReplicaGauges(registry: Registry, { status, fileCount }: ReplicaSources): void {
  for (const [name, help, read] of serverFigures) {
    addGauge(registry, { name: `surfraft_server_${name}`, help, read: () => read(status()) });
  }
  for (const [name, help, read] of raftFigures) {
    addGauge(registry, { name: `surfraft_raft_${name}`, help, read: () => read(status()) });
  }
  for (const [name, help, read] of proposalFigures) {
    addCounter(registry, { name: `surfraft_server_${name}`, help, read: () => read(status()) });
  }
  const help = 'Files ever seen, deleted ones included.';
  addGauge(registry, { name: 'surfraft_files', help, read: fileCount });
  addChoiceGauges(registry, status);
  addFollowerGauges(registry, status);
}

function addChoiceGauges(registry: Registry, status: () => ReplicaStatus): void {
  new Gauge({
    registers: [registry],
    name: 'surfraft_server_role',
    help: '1 for the role that this server has, 0 for the others.',
    labelNames: ['role'],
    collect() {
      const { role } = status();
      for (const each of roles) this.set({ role: each }, Number(each === role));
    },
  });
  new Gauge({
    registers: [registry],
    name: 'surfraft_server_standing',
    help: '1 for the standing that this server has, 0 for the others.',
    labelNames: ['standing'],
    collect() {
      const { standing } = status();
      for (const each of standings) this.set({ standing: each }, Number(each === standing));
    },
  });
  new Gauge({
    registers: [registry],
    name: 'surfraft_server_calls_pending',
    help: 'Calls that wait for the cluster.',
    labelNames: ['kind'],
    collect() {
      const { pendingUpdates, pendingReads } = status();
      this.set({ kind: 'update' }, pendingUpdates);
      this.set({ kind: 'read' }, pendingReads);
    },
  });
}

/** What the leader knows of a follower; undefined when it does not know it yet. */
type FollowerFigure = (follower: FollowerStatus, now: ReplicaStatus) => number | undefined;

const followerFigures: readonly (readonly [name: string, help: string, read: FollowerFigure])[] = [
  [
    'match_index',
    'On the leader: how far the log of each follower is known to be equal.',
    ({ matchIndex }) => matchIndex,
  ],
  [
    'lag_entries',
    'On the leader: entries that each follower is not known to have on its disk.',
    ({ matchIndex }, { lastLogIndex }) => lastLogIndex - matchIndex,
  ],
  [
    'silent_seconds',
    'On the leader: age of the last answer of each follower; none before its first answer.',
    ({ silentMs }) => (silentMs === undefined ? undefined : silentMs / 1_000),
  ],
];

function addFollowerGauges(registry: Registry, status: () => ReplicaStatus): void {
  for (const [name, help, read] of followerFigures) {
    new Gauge({
      registers: [registry],
      name: `surfraft_peer_${name}`,
      help,
      labelNames: ['peer'],
      collect() {
        this.reset();
        const now = status();
        for (const follower of now.followers) {
          const value = read(follower, now);
          if (value !== undefined) this.set({ peer: follower.serverId }, value);
        }
      },
    });
  }
}
