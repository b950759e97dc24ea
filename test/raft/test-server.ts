/** One server under test: the core, its disk, and what waits for the disk. */
import { must } from '../../src/base/assert.js';
import type { ServerId } from '../../src/base/ids.js';
import { InvariantWatch } from '../../src/raft/invariants.js';
import type { Entry } from '../../src/raft/messages.js';
import { Raft } from '../../src/raft/raft.js';
import type { RaftTiming } from '../../src/raft/core.js';
import { TestGate, type TestDisk } from './test-disk.js';

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

export class TestServer {
  readonly id: ServerId;
  readonly disk: TestDisk;
  raft: Raft;
  watch = new InvariantWatch();
  gate = new TestGate();
  crashed = false;
  /** Writes complete only when the test says so. */
  holdsWrites = false;
  /** What this process gave to its state machine. */
  applied: Entry[] = [];
  readonly #options: TestServerOptions;
  readonly #callers = new Map<number, ServerId>();
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
    this.applied = [];
    this.#callers.clear();
  }

  openCall(caller: ServerId): number {
    const callId = this.#nextCallId;
    this.#nextCallId += 1;
    this.#callers.set(callId, caller);
    return callId;
  }

  /** Who made the call, which is answered now: each call is answered once. */
  closeCall(callId: number): ServerId {
    const caller = must(this.#callers.get(callId), `call ${callId} was answered before`);
    this.#callers.delete(callId);
    return caller;
  }

  #start(): Raft {
    const { id, servers, timing, random } = this.#options;
    return new Raft({ id, servers, timing, random, ...this.disk.recover() });
  }
}
