/**
 * The safety properties of Raft (paper, figure 3) and the order of its indexes, checked on the
 * whole cluster after every event, through what each replica tells of itself and what is on the
 * disks. It shares no code with the core's own invariants.
 */
import { assert, must } from '../../../src/base/assert.js';
import type { ServerId, Term } from '../../../src/base/ids.js';
import type { Entry } from '../../../src/raft/messages.js';
import type { ReplicaStatus } from '../../../src/replica/replica-api.js';
import type { StorageWrite } from '../../../src/storage/storage.js';
import type { Life, SimServer } from '../sim-server.js';
import { seenFiles } from '../sim-client.js';
import type { SimWorld, WorldObserver } from '../sim-world.js';
import { CommittedLog, isSameEntry } from './committed-log.js';

interface Seen {
  readonly life: Life;
  readonly status: ReplicaStatus;
}

interface Placed {
  readonly entry: Entry;
  readonly previousTerm: number;
}

export class ClusterWatch implements WorldObserver {
  readonly #world: SimWorld;
  readonly committed: CommittedLog;
  readonly #leaders = new Map<Term, ServerId>();
  readonly #seen = new Map<ServerId, Seen>();
  /** Every entry that was ever on a disk, by index and term. */
  readonly #placed = new Map<string, Placed>();
  /** Digest of the applied state at an index, and who was seen with it first. */
  readonly #states = new Map<number, string>();

  constructor(world: SimWorld) {
    this.#world = world;
    this.committed = new CommittedLog((entry) => {
      this.#checkMajority(entry);
    });
  }

  /** How many elections were won. */
  get termsLed(): number {
    return this.#leaders.size;
  }

  requestLeaves(): void {
    // Messages are the business of the promise watch.
  }

  responseLeaves(): void {
    // Messages are the business of the promise watch.
  }

  /** Log Matching: an index and a term name one entry, and one entry before it. */
  written(server: ServerId, write: StorageWrite): void {
    const { entries } = must(this.#world.servers[server], 'it exists').disk;
    for (const entry of write.entries) {
      const previousTerm = entries[entry.index - 2]?.term ?? 0;
      const key = `${entry.index}/${entry.term}`;
      const known = this.#placed.get(key);
      if (known === undefined) {
        this.#placed.set(key, { entry, previousTerm });
        continue;
      }
      assert(isSameEntry(known.entry, entry), `Log Matching: two entries ${key}`);
      assert(known.previousTerm === previousTerm, `Log Matching: two logs before entry ${key}`);
    }
  }

  stepped(id: ServerId): void {
    const server = this.#world.server(id);
    if (server.life !== undefined) this.#check(server, server.life);
  }

  /** State Machine Safety: what is applied through an index is the same on all servers. */
  compareStates(): void {
    for (const { replica, files } of this.#world.lives) {
      const { serverId, lastApplied } = replica.status();
      const digest = JSON.stringify([...seenFiles(files)].sort(([a], [b]) => (a < b ? -1 : 1)));
      const known = this.#states.get(lastApplied) ?? digest;
      assert(known === digest, `server ${serverId} differs from others at entry ${lastApplied}`);
      this.#states.set(lastApplied, digest);
    }
  }

  #check(server: SimServer, life: Life): void {
    const status = life.replica.status();
    const last = this.#seen.get(server.id);
    const before = last?.life === life ? last.status : undefined;
    this.#seen.set(server.id, { life, status });
    checkOrder(server, status);
    if (before !== undefined) checkProgress(life, before, status);
    this.#checkCommitted(life, before, status);
    if (status.role === 'leader') this.#checkLeader(life, before, status);
  }

  #checkCommitted(life: Life, before: ReplicaStatus | undefined, status: ReplicaStatus): void {
    const known = before?.commitIndex ?? 0;
    if (status.commitIndex === known) return;
    const entries = life.replica.logTail(status.lastLogIndex - known);
    this.committed.observe(status.serverId, entries.slice(0, status.commitIndex - known));
  }

  #checkLeader(life: Life, before: ReplicaStatus | undefined, status: ReplicaStatus): void {
    if (before?.role === 'leader' && before.term === status.term) return;
    const { serverId, term } = status;
    const other = this.#leaders.get(term) ?? serverId;
    assert(other === serverId, `Election Safety: ${other} and ${serverId} lead term ${term}`);
    this.#leaders.set(term, serverId);
    const log = life.replica.logTail(status.lastLogIndex);
    for (const entry of this.committed.entries) {
      const ours = log[entry.index - 1];
      assert(
        ours !== undefined && isSameEntry(ours, entry),
        `Leader Completeness: leader ${serverId} of term ${term} lacks entry ${entry.index}`,
      );
    }
  }

  #checkMajority(entry: Entry): void {
    const { servers } = this.#world;
    const holders = servers.filter(({ disk }) => {
      const held = disk.entries[entry.index - 1];
      return held !== undefined && isSameEntry(held, entry);
    });
    assert(
      holders.length > servers.length / 2,
      `entry ${entry.index} is committed on the disks of ${holders.length} servers only`,
    );
  }
}

function checkOrder(server: SimServer, status: ReplicaStatus): void {
  const { commitIndex, lastApplied, lastLogIndex, durableIndex, term } = status;
  const who = `server ${status.serverId}`;
  assert(lastApplied <= commitIndex, `${who}: applied ≤ committed`);
  assert(lastApplied <= durableIndex, `${who}: applied ≤ durable`);
  assert(commitIndex <= lastLogIndex, `${who}: committed ≤ last`);
  assert(durableIndex <= lastLogIndex, `${who}: durable ≤ last`);
  assert(durableIndex <= server.disk.entries.length, `${who}: durable entries are on the disk`);
  const pending = status.pendingUpdates + status.pendingReads;
  assert(status.role !== 'crashed' || pending === 0, `${who}: crashed, nobody waits for it`);
  assert(term >= server.disk.hardState.term, `${who}: its term is at least the one on disk`);
}

function checkProgress(life: Life, before: ReplicaStatus, now: ReplicaStatus): void {
  const who = `server ${now.serverId}`;
  assert(now.term >= before.term, `${who}: terms never fall`);
  assert(now.commitIndex >= before.commitIndex, `${who}: the commit index never falls`);
  assert(now.lastApplied >= before.lastApplied, `${who}: applied never falls`);
  if (before.role === 'crashed' && now.role === 'crashed') {
    assert(now.lastApplied === before.lastApplied, `${who}: frozen while crashed`);
  }
  if (before.role !== 'leader' || now.role !== 'leader' || before.term !== now.term) return;
  assert(now.lastLogIndex >= before.lastLogIndex, `${who}: Leader Append-Only`);
  if (now.lastLogIndex > before.lastLogIndex) {
    const [first] = life.replica.logTail(now.lastLogIndex - before.lastLogIndex);
    assert(first?.term === now.term, `${who}: a leader appends entries of its term`);
  }
}
