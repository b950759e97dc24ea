/** One server under test: the core, its disk, and what waits for the disk. */
import { must } from '../../src/base/assert.js';
import type { ServerId } from '../../src/base/ids.js';
import { InvariantWatch } from '../../src/raft/invariants.js';
import type { RaftEvent } from '../../src/raft/effects.js';
import type { Entry } from '../../src/raft/messages.js';
import { Raft } from '../../src/raft/raft.js';
import type { RaftTiming } from '../../src/raft/core.js';
import { SnapshotTransfers } from './snapshot-transfers.js';
import { TestGate, type TestDisk, type TestSnapshot } from './test-disk.js';
import { foundersOf } from '../fixtures/founders.js';

export interface TestServerOptions {
  readonly id: ServerId;
  readonly servers: readonly ServerId[];
  readonly timing: RaftTiming;
  readonly random: () => number;
  readonly disk: TestDisk;
}

/** How a read ended, or that it has not. */
export type ReadState = 'waiting' | 'ready' | 'aborted' | 'lost in a restart';

export interface TestRead {
  state: ReadState;
  readonly server: ServerId;
  /** The applied index that the answer must reflect. */
  readonly mustReflect: number;
}

export interface TestCall {
  readonly caller: ServerId;
  /** As in the message that made it. */
  readonly lives: string;
}

export class TestServer {
  readonly id: ServerId;
  readonly disk: TestDisk;
  raft: Raft;
  watch = new InvariantWatch();
  gate = new TestGate();
  crashed = false;
  /** Writes complete only when the test says so. */
  holdsWrites = false;
  /** What came of snapshots (`snapshotPieceTaken` …) is heard only when the test says so. */
  holdsSnapshots = false;
  /** Events of snapshots that wait to be heard. */
  readonly snapshotEvents: RaftEvent[] = [];
  /** A snapshot of the state that is not on disk yet. */
  openSnapshot: TestSnapshot | undefined = undefined;
  transfers = new SnapshotTransfers();
  /** Rises when the server forgets something: calls of an earlier life end with it. */
  life = 0;
  /** What the state machine holds: everything that was applied, also before a snapshot. */
  applied: Entry[] = [];
  readonly #options: TestServerOptions;
  readonly #calls = new Map<number, TestCall>();
  #nextCallId = 1;

  constructor(options: TestServerOptions) {
    this.#options = options;
    this.id = options.id;
    this.disk = options.disk;
    this.raft = this.#start();
  }

  get isLeader(): boolean {
    return this.raft.role === 'leader';
  }

  /** A new process, with nothing but what is on disk. */
  restart(): void {
    this.raft = this.#start();
    this.watch = new InvariantWatch();
    this.gate = new TestGate();
    this.crashed = false;
    this.applied = [...this.disk.snapshot.state];
    this.snapshotEvents.length = 0;
    this.openSnapshot = undefined;
    this.transfers = new SnapshotTransfers();
    this.#calls.clear();
  }

  openCall(caller: ServerId, lives = ''): number {
    const callId = this.#nextCallId;
    this.#nextCallId += 1;
    this.#calls.set(callId, { caller, lives });
    return callId;
  }

  /** Who made the call, which is answered now: each call is answered once. */
  closeCall(callId: number): TestCall {
    const call = must(this.#calls.get(callId), () => `call ${callId} was answered before`);
    this.#calls.delete(callId);
    return call;
  }

  #start(): Raft {
    const { id, servers, timing, random } = this.#options;
    return new Raft({ id, founders: foundersOf(servers), timing, random, ...this.disk.recover() });
  }
}
