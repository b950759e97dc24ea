/**
 * What the service is held to in speed and size, as data: whose figures are compared, and how far
 * apart they must be. The order is that of the table.
 */

/** What a figure counts; ratios have none. */
export type Unit = 'calls/s' | 'ms' | 's' | 'bytes a file' | 'changes';

export interface Goal {
  readonly id: string;
  readonly what: string;
  /** Of our figure and of the one beside it. */
  readonly unit: Unit;
  /** Whose figure stands beside ours. */
  readonly rival: Rival | undefined;
  /** Whether the bound is about ours divided by theirs, or about ours alone. */
  readonly judged: 'ratio' | 'ours';
  readonly bound: Bound;
}

export type Rival = 'etcd' | 'bare node:http' | 'an empty map' | 'an idle process';

export interface Bound {
  readonly kind: 'at least' | 'at most';
  readonly goal: number;
  /** Better than the goal, and hoped for. */
  readonly aim?: number;
}

function atLeast(goal: number, aim?: number): Bound {
  return aim === undefined ? { kind: 'at least', goal } : { kind: 'at least', goal, aim };
}

function atMost(goal: number): Bound {
  return { kind: 'at most', goal };
}

const againstEtcd = { rival: 'etcd', judged: 'ratio' } as const;
const alone = { rival: undefined, judged: 'ours' } as const;

const table = {
  'updates-128': { what: 'updates, 128 clients', unit: 'calls/s', bound: atLeast(3.5, 4) },
  'updates-32': { what: 'updates, 32 clients', unit: 'calls/s', bound: atLeast(2.8, 3.5) },
  'updates-1': { what: 'updates, 1 client', unit: 'calls/s', bound: atLeast(1.3, 1.5) },
  'updates-p99': { what: 'p99 of updates, 128 clients', unit: 'ms', bound: atMost(1) },
  'updates-bare': {
    what: 'updates, 128 clients',
    unit: 'calls/s',
    rival: 'bare node:http',
    bound: atLeast(0.45, 0.6),
  },
  'five-servers': {
    what: 'updates, 5 servers, 128 clients',
    unit: 'calls/s',
    bound: atLeast(3),
  },
  'reads-128': { what: 'getfileinfo, 128 clients', unit: 'calls/s', bound: atLeast(2) },
  'reads-1': { what: 'getfileinfo, 1 client', unit: 'calls/s', bound: atLeast(1) },
  'map-1': { what: 'map of 10,000 files, 1 client', unit: 'ms', bound: atMost(1) },
  'map-8': { what: 'map of 10,000 files, 8 clients', unit: 'ms', bound: atMost(1) },
  'files-200k': {
    what: 'p99 of updates, 200,000 files',
    unit: 'ms',
    rival: 'an empty map',
    bound: atMost(2),
  },
  'million-memory': {
    what: 'memory of a leader with 1,000,000 files',
    unit: 'bytes a file',
    ...alone,
    bound: atMost(500),
  },
  'million-restart': {
    what: 'restart with 1,000,000 files, caught up',
    unit: 's',
    ...alone,
    bound: atMost(10),
  },
  'leader-changes': {
    what: 'leader changes meanwhile',
    unit: 'changes',
    ...alone,
    bound: atMost(0),
  },
  pauses: {
    what: 'longest event-loop pause meanwhile',
    unit: 'ms',
    rival: 'an idle process',
    judged: 'ours',
    bound: atMost(50),
  },
} as const satisfies Record<string, Omit<Goal, 'id' | 'rival' | 'judged'> & Partial<Goal>>;

export type GoalId = keyof typeof table;

/** Those that are watched for in whatever runs. */
export const standingGoals: readonly GoalId[] = ['leader-changes', 'pauses'];

/** All goals; those that do not say otherwise are about the ratio to etcd. */
export const goals: ReadonlyMap<GoalId, Goal> = new Map(
  (Object.keys(table) as GoalId[]).map((id) => [id, { id, ...againstEtcd, ...table[id] }]),
);
