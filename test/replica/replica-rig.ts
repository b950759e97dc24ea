/**
 * One replica with a world that is moved by hand: its timer, disk and peers do what a test tells
 * them, when it tells them. For what several replicas do together there is `test/sim/`.
 */
import { assert, must } from '../../src/base/assert.js';
import { asLogIndex, asServerId, asTerm, type ServerId } from '../../src/base/ids.js';
import type { FileCommand, UpdateFile, UpdateResult } from '../../src/files/file-command.js';
import { FileMap } from '../../src/files/file-map.js';
import type { HardState, MemberChange } from '../../src/raft/effects.js';
import type {
  AppendEntriesRequest,
  AppendEntriesResponse,
  Entry,
  LogPosition,
  RequestVoteRequest,
} from '../../src/raft/messages.js';
import { FakeSnapshots } from './fake-snapshots.js';
import type { MemberOutcome } from '../../src/replica/member-calls.js';
import type { ReplicaEvent } from '../../src/replica/observer.js';
import type { Answer, HangUp, Outcome } from '../../src/replica/outcome.js';
import type { PeerListener, PeerMessage, PeerTransport } from '../../src/replica/peer-transport.js';
import type { PeerOutcome } from '../../src/replica/replica-api.js';
import type { SnapshotLimits } from '../../src/replica/snapshot-limits.js';
import { Replica } from '../../src/replica/replica.js';
import type { Timer } from '../../src/replica/timer.js';
import { StorageError } from '../../src/storage/storage.js';
import type { RecoveredState, Storage, StorageWrite } from '../../src/storage/storage.js';
import { foundersOf } from '../fixtures/founders.js';

/** The server under test. */
export const self = asServerId(0);

interface PendingWrite {
  readonly write: StorageWrite;
  readonly done: (error?: StorageError) => void;
}

interface Sent {
  readonly to: ServerId;
  readonly request: PeerMessage;
}

/** A call of a client, and how often and how it was answered. */
export interface Asked<Value> {
  readonly outcomes: Outcome<Value>[];
  readonly hangUp: HangUp;
}

export interface ReplicaRigOptions {
  readonly serverCount?: number;
  readonly term?: number;
  readonly entries?: readonly Entry[];
  /** What the log begins behind. */
  readonly snapshot?: LogPosition;
  readonly snapshots?: SnapshotLimits;
  readonly stateCheckMs?: number;
}

/** The hard state of a server that was always there. */
export function hardStateIn(term: number): HardState {
  return {
    term: asTerm(term),
    votedFor: undefined,
    standing: 'member',
    incarnation: '0'.repeat(32),
    known: new Map(),
  };
}

const start: LogPosition = { index: asLogIndex(0), term: asTerm(0) };

export class ReplicaRig {
  readonly files = new FileMap();
  readonly replica: Replica<FileCommand, UpdateResult>;
  readonly peers: readonly ServerId[];
  readonly sent: Sent[] = [];
  readonly events: ReplicaEvent[] = [];
  readonly writes: PendingWrite[] = [];
  readonly snapshots = new FakeSnapshots();
  readonly compacted: number[] = [];
  /** Whom the transport was told of, each time. */
  readonly named: (readonly ServerId[])[] = [];
  /** Set once the disk has come to rest. */
  failAtRest: ((error: StorageError) => void) | undefined = undefined;
  isStorageClosed = false;
  isTransportClosed = false;
  listener: PeerListener | undefined = undefined;
  #soon: (() => void)[] = [];
  readonly #everies = new Set<() => void>();
  #moments: { readonly action: () => void }[] = [];

  constructor(options: ReplicaRigOptions = {}) {
    const servers = Array.from({ length: options.serverCount ?? 3 }, (_, id) => asServerId(id));
    this.peers = servers.filter((server) => server !== self);
    const recovered: RecoveredState = {
      hardState: hardStateIn(options.term ?? 0),
      snapshot: options.snapshot ?? start,
      configuration: new Uint8Array(),
      logBase: options.snapshot ?? start,
      entries: options.entries ?? [],
      isNew: false,
      notices: [],
    };
    this.replica = new Replica<FileCommand, UpdateResult>({
      serverId: self,
      founders: foundersOf(servers),
      stateMachine: this.files,
      storage: this.#storage,
      recovered,
      transport: this.#transport,
      timer: this.#timer,
      random: () => 0.5,
      timing: { heartbeatMs: 75, electionTimeoutMinMs: 300, electionTimeoutMaxMs: 600 },
      observer: (event) => {
        this.events.push(event);
      },
      ...(options.snapshots === undefined ? {} : { snapshots: options.snapshots }),
      ...(options.stateCheckMs === undefined ? {} : { stateCheckMs: options.stateCheckMs }),
    });
    this.replica.start();
  }

  /** How many timers tick. */
  get tickers(): number {
    return this.#everies.size;
  }

  /** How many moments are waited for. */
  get momentsAwaited(): number {
    return this.#moments.length;
  }

  /** Runs what was put off to the next turn, once. */
  turn(): void {
    const soon = this.#soon;
    this.#soon = [];
    for (const action of soon) action();
  }

  /** Runs turns until nothing is put off any more. */
  turns(): void {
    for (let left = 1_000; this.#soon.length > 0; left -= 1) {
      assert(left > 0, 'turns without end');
      this.turn();
    }
  }

  /** A moment goes by: less than a tick. */
  moment(): void {
    const due = this.#moments;
    this.#moments = [];
    for (const { action } of due) action();
  }

  tick(times = 1): void {
    for (let left = times; left > 0; left -= 1) for (const action of [...this.#everies]) action();
  }

  /** Time goes by with a disk that answers at once. */
  live(ticks: number): void {
    for (let left = ticks; left > 0; left -= 1) {
      this.completeWrites();
      this.tick();
    }
  }

  /** The oldest write that is under way becomes durable. */
  completeWrite(error?: StorageError): void {
    must(this.writes.shift(), 'no write is under way').done(error);
  }

  completeWrites(): void {
    while (this.writes.length > 0) this.completeWrite();
  }

  failDisk(): void {
    for (const { done } of this.writes.splice(0)) done(new StorageError('disk full'));
  }

  /** What was sent to `to` since the last look. */
  takeSent(to: ServerId): readonly PeerMessage[] {
    const taken = this.sent.filter((sent) => sent.to === to).map((sent) => sent.request);
    this.sent.splice(0, this.sent.length, ...this.sent.filter((sent) => sent.to !== to));
    return taken;
  }

  /** `peer` accepts all that was sent to it, and what that makes the replica send. */
  accept(peer: ServerId): void {
    for (let sent = this.takeSent(peer); sent.length > 0; sent = this.takeSent(peer)) {
      for (const request of sent) this.respond(peer, request);
    }
  }

  /** `peer` says yes to one request. */
  respond(peer: ServerId, request: PeerMessage): void {
    const listener = must(this.listener, 'the transport is connected');
    if (request.type === 'appendEntries') listener.onResponse(peer, accepted(request));
    else if (request.type === 'stateReport') listener.onResponse(peer, { type: 'stateReport' });
    else {
      assert(request.type === 'requestVote', () => `nobody answers ${request.type} here`);
      const { term, preVote } = request;
      const own = asTerm(preVote ? term - 1 : term);
      const kind = { type: 'requestVote', preVote, forTerm: term } as const;
      listener.onResponse(peer, { ...kind, term: own, voteGranted: true });
    }
  }

  /** Lets everything succeed until nothing moves: the disk, the turns, and these peers. */
  settle(peers: readonly ServerId[] = this.peers): void {
    for (let rounds = 0; rounds < 50; rounds += 1) {
      this.completeWrites();
      this.turns();
      for (const peer of peers) this.accept(peer);
    }
  }

  /** `peer` follows, but its disk has the log through `durable` only. */
  confirm(peer: ServerId, request: PeerMessage, durable: number): void {
    assert(request.type === 'appendEntries', 'only AppendEntries confirm a leader');
    const matchIndex = asLogIndex(durable);
    must(this.listener, 'connected').onResponse(peer, { ...accepted(request), matchIndex });
  }

  /** Makes the replica leader, with its no-op committed. */
  lead(): void {
    this.replica.setLeader(() => undefined);
    this.settle();
    assert(this.replica.isLeader(), 'it leads');
  }

  /** Wins an election; nothing of the new term is replicated yet. */
  win(): void {
    this.replica.setLeader(() => undefined);
    this.completeWrites();
    const [peer] = this.peers;
    for (const request of peer === undefined ? [] : this.takeSent(peer)) {
      if (request.type === 'requestVote') this.respond(must(peer, 'it was asked'), request);
    }
    assert(this.replica.isLeader(), 'it leads');
  }

  update(name: string, version: number, onEnd?: Answer<UpdateResult>): Asked<UpdateResult> {
    return this.ask((answer) => this.replica.submit(command(name, version), answer), onEnd);
  }

  read(onEnd?: Answer<undefined>): Asked<undefined> {
    return this.ask((answer) => this.replica.readBarrier(answer), onEnd);
  }

  setLeader(onEnd?: Answer<boolean>): Asked<boolean> {
    return this.ask((answer) => this.replica.setLeader(answer), onEnd);
  }

  sendHeartbeat(onEnd?: Answer<boolean>): Asked<boolean> {
    return this.ask((answer) => this.replica.sendHeartbeat(answer), onEnd);
  }

  changeMembers(change: MemberChange, onEnd?: Answer<MemberOutcome>): Asked<MemberOutcome> {
    return this.ask((answer) => this.replica.changeMembers(change, answer), onEnd);
  }

  /** A request of a peer, and what it was answered. */
  hear(from: ServerId, request: PeerMessage): readonly PeerOutcome[] {
    const outcomes: PeerOutcome[] = [];
    this.replica.handlePeer(from, request, (outcome) => outcomes.push(outcome));
    return outcomes;
  }

  ask<Value>(call: (answer: Answer<Value>) => HangUp, onEnd?: Answer<Value>): Asked<Value> {
    const outcomes: Outcome<Value>[] = [];
    const hangUp = call((outcome) => {
      outcomes.push(outcome);
      onEnd?.(outcome);
    });
    assert(outcomes.length === 0, 'a call is never answered before it has returned');
    return { outcomes, hangUp };
  }

  get #timer(): Timer {
    return {
      every: (_intervalMs, action) => {
        this.#everies.add(action);
        return () => this.#everies.delete(action);
      },
      afterMoment: (_delayMs, action) => {
        const moment = { action };
        this.#moments.push(moment);
        return () => {
          this.#moments = this.#moments.filter((other) => other !== moment);
        };
      },
      soon: (action) => this.#soon.push(action),
    };
  }

  get #storage(): Storage {
    return {
      append: (write, done) => {
        assert(!this.isStorageClosed, 'nothing is written to a storage that is closed');
        this.writes.push({ write, done });
      },
      createSnapshot: (position) => this.snapshots.create(position),
      openSnapshot: () => this.snapshots.open(),
      compact: (through) => this.compacted.push(through),
      rest: (onFailed) => {
        this.failAtRest = onFailed;
      },
      close: () => {
        this.isStorageClosed = true;
        return Promise.resolve();
      },
    };
  }

  get #transport(): PeerTransport {
    return {
      setPeers: (peers) => this.named.push(peers.map(({ id }) => id)),
      connect: (listener) => {
        this.listener = listener;
      },
      send: (to, request) => this.sent.push({ to, request }),
      close: () => {
        this.isTransportClosed = true;
      },
    };
  }
}

export function command(name: string, version: number): UpdateFile {
  return { type: 'updatefile', name, version, hashlist: ['h'], requestId: undefined, timeMs: 0 };
}

/** A committed-looking log: one entry per command, all of one term. */
export function logOf(term: number, commands: readonly FileCommand[]): Entry[] {
  const codec = new FileMap();
  return commands.map((each, at) => ({
    index: asLogIndex(at + 1),
    term: asTerm(term),
    kind: 'command',
    payload: codec.encode(each),
  }));
}

/** An AppendEntries of another leader. */
export function append(
  leader: ServerId,
  term: number,
  after: { readonly index: number; readonly term: number; readonly commit?: number },
  entries: readonly Entry[] = [],
): AppendEntriesRequest {
  return {
    type: 'appendEntries',
    term: asTerm(term),
    leaderId: leader,
    prevLogIndex: asLogIndex(after.index),
    prevLogTerm: asTerm(after.term),
    entries,
    leaderCommit: asLogIndex(after.commit ?? 0),
    round: 0,
    majorityLost: false,
  };
}

export function noop(index: number, term: number): Entry {
  return {
    index: asLogIndex(index),
    term: asTerm(term),
    kind: 'noop',
    payload: new Uint8Array(0),
  };
}

export function voteRequest(
  candidateId: ServerId,
  term: number,
  last: { readonly index: number; readonly term: number },
): RequestVoteRequest {
  return {
    type: 'requestVote',
    term: asTerm(term),
    candidateId,
    lastLogIndex: asLogIndex(last.index),
    lastLogTerm: asTerm(last.term),
    preVote: false,
    leadershipTransfer: true,
  };
}

function accepted(request: AppendEntriesRequest): AppendEntriesResponse {
  return {
    type: 'appendEntries',
    term: request.term,
    success: true,
    matchIndex: asLogIndex(request.prevLogIndex + request.entries.length),
    conflictIndex: asLogIndex(0),
    conflictTerm: asTerm(0),
    round: request.round,
    refilling: false,
  };
}
