/**
 * A cluster of cores in one thread, where the test decides everything: when time passes, which
 * message arrives, is lost, repeated or overtaken, when a disk has written, who restarts. Every
 * step is checked by `InvariantWatch` and `ClusterChecks`, and leaves lines in `trace`.
 */
import { assert, must } from '../../src/base/assert.js';
import { asServerId, asTerm, type ServerId } from '../../src/base/ids.js';
import type { RaftTiming } from '../../src/raft/core.js';
import { describeNote } from '../../src/raft/describe.js';
import type { RaftEffect, RaftEvent, ReadThrough } from '../../src/raft/effects.js';
import type {
  Entry,
  InstallSnapshotResponse,
  PeerRequest,
  PeerResponse,
} from '../../src/raft/messages.js';
import { ClusterChecks } from './cluster-checks.js';
import { describeEntries, describeMessage, describeWrite } from './describe-steps.js';
import { joiningServer, memberOf, payloadOf, serverIds, testTiming } from './make.js';
import { TestDisk } from './test-disk.js';
import { TestServer, type TestRead } from './test-server.js';

export interface Message {
  readonly from: ServerId;
  readonly to: ServerId;
  readonly body:
    | { readonly kind: 'request'; readonly request: PeerRequest }
    | { readonly kind: 'response'; readonly response: PeerResponse };
  /** The lives of both servers when it left: none gets an answer to a call of an earlier one. */
  readonly lives: string;
}

export interface ClusterOptions {
  readonly size: number;
  readonly timing?: RaftTiming;
  /** Chance of server `id`; by default the lowest id always has the shortest timeout. */
  readonly random?: (id: ServerId) => () => number;
  /** What the servers find on their disks at the start; a missing one is new. */
  readonly logs?: readonly (readonly Entry[])[];
  /** The term on those disks; by default that of each log's last entry. */
  readonly terms?: readonly number[];
  /** The servers are new: nobody knows anybody. Else all are members that know each other. */
  readonly isNew?: boolean;
}

/** More deliveries than any burst of a correct cluster needs: messages chase each other. */
const deliveriesMax = 2_000;

export class RaftCluster {
  readonly servers: TestServer[];
  readonly checks: ClusterChecks;
  /** On their way, oldest first. */
  readonly network: Message[] = [];
  readonly reads: TestRead[] = [];
  readonly trace: string[] = [];
  /** Every request that left a server. */
  requestsSent = 0;
  /** How often each entry crossed to each server, by `index/term to id`. */
  readonly entryCrossings = new Map<string, number>();
  readonly #options: ClusterOptions;
  readonly #cut = new Set<string>();

  constructor(options: ClusterOptions) {
    const { size } = options;
    this.#options = options;
    this.servers = serverIds(size).map((id) => {
      const entries = options.logs?.[id] ?? [];
      const term = options.terms?.[id] ?? entries.at(-1)?.term ?? 0;
      const sound = options.isNew === true ? joiningServer(id) : memberOf(size, id);
      const hardState = { ...sound, term: asTerm(term) };
      return this.#makeServer(id, new TestDisk(hardState, entries));
    });
    this.checks = new ClusterChecks(() => this.servers);
  }

  /** A machine with an empty disk, for the next server that is added to the cluster. */
  addMachine(): TestServer {
    const id = asServerId(this.servers.length);
    const server = this.#makeServer(id, new TestDisk(joiningServer(id), []));
    this.servers.push(server);
    return server;
  }

  #makeServer(id: ServerId, disk: TestDisk): TestServer {
    const { size, timing = testTiming } = this.#options;
    const random = this.#options.random?.(id) ?? (() => (id / size) % 1);
    return new TestServer({ id, servers: serverIds(size), timing, random, disk });
  }

  server(id: number): TestServer {
    return must(this.servers[id], () => `no server ${id}`);
  }

  /** The only leader of the newest term that has one. */
  get leader(): TestServer | undefined {
    const leaders = this.servers.filter((server) => server.isLeader);
    return leaders.sort((a, b) => b.raft.term - a.raft.term)[0];
  }

  step(id: number, event: RaftEvent): void {
    const server = this.server(id);
    const commitBefore = server.raft.commitIndex;
    this.checks.beforeStep(server);
    const effects = server.raft.step(event);
    server.watch.check(server.raft);
    this.checks.afterStep(server, commitBefore);
    for (const effect of effects) this.#carryOut(server, effect);
    const committed = effects.some(({ type }) => type === 'commitAdvanced');
    if (committed && !server.crashed) this.step(id, { type: 'pushCommit' });
    if (!server.holdsWrites) this.completeWrites(id);
    if (!server.holdsSnapshots) this.hearOfSnapshots(id);
  }

  /** The server hears the oldest `count` of what came of its snapshots, all by default. */
  hearOfSnapshots(id: number, count = Infinity): void {
    const server = this.server(id);
    for (let heard = 0; heard < count && !server.crashed; heard += 1) {
      const event = server.snapshotEvents.shift();
      if (event === undefined) return;
      this.step(id, event);
    }
  }

  tick(id: number, ticks = 1): void {
    for (let count = 0; count < ticks; count += 1) {
      if (!this.server(id).crashed) this.step(id, { type: 'tick' });
    }
  }

  /** Time passes for all; messages arrive at once. */
  run(ticks: number): void {
    for (let count = 0; count < ticks; count += 1) {
      for (const { id } of this.servers) this.tick(id);
      this.deliverAll();
    }
  }

  /** Time passes for `id` until its election timer fires; messages wait. */
  timeOut(id: number): void {
    const { raft } = this.server(id);
    assert(raft.role !== 'leader', 'a leader has no election timer');
    const sentBefore = this.trace.length;
    while (this.trace.length === sentBefore) this.tick(id);
  }

  /** An undisturbed election of `id`. */
  elect(id: number): void {
    this.step(id, { type: 'campaign' });
    this.deliverAll();
    assert(this.server(id).isLeader, () => `server ${id} was not elected`);
  }

  propose(id: number, ...texts: readonly string[]): void {
    this.#say(`${id} proposes ${texts.join(', ')}`);
    this.step(id, { type: 'propose', payloads: texts.map(payloadOf) });
  }

  read(id: number, through: ReadThrough = 'commit'): TestRead {
    const { raft } = this.server(id);
    const readId = this.reads.length;
    const mustReflect = through === 'log' ? raft.log.lastIndex : this.checks.committed.length;
    const read: TestRead = { state: 'waiting', server: asServerId(id), mustReflect };
    this.reads.push(read);
    this.#say(`${id} begins read ${readId}`);
    this.step(id, { type: 'read', readId, through });
    return read;
  }

  crash(id: number): void {
    const server = this.server(id);
    if (server.crashed) return;
    this.#say(`${id} crashes`);
    server.crashed = true;
    server.gate.clear();
    this.step(id, { type: 'crash' });
  }

  restore(id: number): void {
    const server = this.server(id);
    if (!server.crashed) return;
    this.#say(`${id} is restored`);
    server.crashed = false;
    this.step(id, { type: 'restore' });
  }

  /** The process is killed and started again; of its waiting writes the first few had arrived. */
  restart(id: number, wholeWrites = 0, tornEntries = 0): void {
    const server = this.server(id);
    this.#say(`${id} restarts`);
    for (const read of this.reads) {
      if (read.server === server.id && read.state === 'waiting') read.state = 'lost in a restart';
    }
    server.disk.fail(wholeWrites, tornEntries);
    server.restart();
  }

  /** Completes the oldest `count` writes of a server, all by default. */
  completeWrites(id: number, count = Infinity): void {
    const server = this.server(id);
    for (let done = 0; done < count && server.disk.waiting > 0; done += 1) {
      const write = must(server.disk.completeOne(), 'a write waits');
      this.#say(`${id} wrote ${describeWrite(write)}`);
      server.gate.open(write.writeId);
      this.step(id, { type: 'persisted', writeId: write.writeId });
    }
  }

  /** From now on nothing passes between these servers and the others. */
  isolate(...ids: readonly number[]): void {
    for (const { id } of this.servers) {
      for (const other of ids) if (!ids.includes(id)) this.cut(id, other);
    }
  }

  cut(a: number, b: number): void {
    this.cutOneWay(a, b);
    this.cutOneWay(b, a);
  }

  cutOneWay(from: number, to: number): void {
    this.#cut.add(`${from} ${to}`);
  }

  heal(): void {
    this.#cut.clear();
  }

  isCut(message: Message): boolean {
    return this.#cut.has(`${message.from} ${message.to}`);
  }

  /** Delivers the message at this place in `network`; what is cut off or crashed loses it. */
  deliver(at = 0): void {
    const message = this.#take(at);
    if (this.isCut(message) || this.server(message.to).crashed) this.#lose(message, true);
    else this.#arrive(message);
  }

  /** Delivers until nothing is on its way. */
  deliverAll(): void {
    for (let count = 0; this.network.length > 0; count += 1) {
      assert(count < deliveriesMax, 'messages chase each other without end');
      this.deliver();
    }
  }

  /** Loses the message at this place; its sender may or may not hear of it. */
  drop(at = 0, senderHears = true): void {
    this.#lose(this.#take(at), senderHears);
  }

  /** The network repeats the message at this place, now and at the end. */
  duplicate(at = 0): void {
    this.network.push(must(this.network[at], () => `no message ${at}`));
  }

  #take(at: number): Message {
    return must(this.network.splice(at, 1)[0], () => `no message ${at}`);
  }

  #arrive(message: Message): void {
    const { from, to, body } = message;
    if (body.kind === 'response' && message.lives !== this.#lives(from, to)) return;
    this.#say(`${from} → ${to} ${describeMessage(message)}`);
    if (body.kind === 'response') {
      if (body.response.type === 'installSnapshot') this.#goOn(to, from, body.response);
      this.step(to, { type: 'response', from, response: body.response });
      return;
    }
    this.#countEntries(to, body.request);
    const callId = this.server(to).openCall(from, message.lives);
    this.step(to, { type: 'request', from, callId, request: body.request });
  }

  /** Who called hears that the call is lost, whichever way it was going. */
  #lose(message: Message, senderHears: boolean): void {
    const { from, to, body } = message;
    this.#say(`${from} ⇥ ${to} lost: ${describeMessage(message)}`);
    const [caller, peer] = body.kind === 'request' ? [from, to] : [to, from];
    if (!senderHears || this.server(caller).crashed) return;
    this.server(caller).transfers.end(peer);
    this.step(caller, { type: 'unreachable', peer });
  }

  #carryOut(server: TestServer, effect: RaftEffect): void {
    const { id } = server;
    switch (effect.type) {
      case 'persist':
        server.disk.append(effect);
        return;
      case 'send':
        server.gate.pass(effect.after, () => {
          this.#sendRequest(server, effect.to, effect.request);
        });
        return;
      case 'reply':
        this.#reply(server, effect);
        return;
      case 'apply':
        assert(!server.crashed, () => `server ${id} applies entries while it is crashed`);
        this.checks.applied(server, effect.entries);
        for (const entry of effect.entries) server.applied.push(entry);
        this.#say(`${id} applied ${describeEntries(effect.entries)}`);
        return;
      case 'readReady':
        this.#endRead(server, effect.readId, 'ready');
        return;
      case 'readAborted':
        this.#endRead(server, effect.readId, 'aborted');
        return;
      case 'note':
        this.#say(`${id} ${describeNote(effect.note)}`);
        return;
      case 'sendSnapshot':
        this.#sendPiece(server, effect.to, server.transfers.begin(server, effect));
        return;
      case 'takeSnapshotPiece': {
        const event = server.transfers.takePiece(server, effect, this.checks.committed);
        server.snapshotEvents.push(event);
        return;
      }
      case 'installSnapshot':
        assert(!server.crashed, () => `server ${id} installs a snapshot while it is crashed`);
        this.checks.installed(server, effect.position);
        server.applied = this.checks.committed.slice(0, effect.position.index);
        return;
      case 'commitAdvanced':
      case 'leading':
      case 'membersChanged':
        return;
      case 'notLeading':
        server.transfers.endAll();
        return;
    }
  }

  /** The leader's next piece of the snapshot, after this answer. */
  #goOn(leader: ServerId, follower: ServerId, response: InstallSnapshotResponse): void {
    const server = this.server(leader);
    this.#sendPiece(server, follower, server.transfers.goOn(server, follower, response));
  }

  #sendPiece(server: TestServer, to: ServerId, piece: PeerRequest | undefined): void {
    if (piece !== undefined) this.#sendRequest(server, to, piece);
  }

  #lives(a: ServerId, b: ServerId): string {
    return [a, b]
      .map((id) => `${id}:${this.server(id).life}`)
      .sort()
      .join(' ');
  }

  #sendRequest(server: TestServer, to: ServerId, request: PeerRequest): void {
    this.checks.requestLeaves(server, request);
    this.requestsSent += 1;
    const lives = this.#lives(server.id, to);
    this.network.push({ from: server.id, to, body: { kind: 'request', request }, lives });
  }

  #reply(server: TestServer, reply: Extract<RaftEffect, { readonly type: 'reply' }>): void {
    const { response } = reply;
    const { caller, lives } = server.closeCall(reply.callId);
    server.gate.pass(reply.after, () => {
      this.checks.responseLeaves(server, caller, response);
      const body = { kind: 'response', response } as const;
      this.network.push({ from: server.id, to: caller, body, lives });
    });
  }

  #endRead(server: TestServer, readId: number, state: 'ready' | 'aborted'): void {
    const read = must(this.reads[readId], () => `no read ${readId}`);
    assert(read.state === 'waiting', () => `read ${readId} ended twice`);
    read.state = state;
    this.#say(`${server.id} read ${readId} is ${state}`);
    if (state === 'aborted') return;
    const reflects = server.applied.length;
    assert(
      reflects >= read.mustReflect,
      () => `stale read: ${reflects} of ${read.mustReflect} entries`,
    );
  }

  #countEntries(to: ServerId, request: PeerRequest): void {
    if (request.type !== 'appendEntries') return;
    for (const { index, term } of request.entries) {
      const key = `${index}/${term} to ${to}`;
      this.entryCrossings.set(key, (this.entryCrossings.get(key) ?? 0) + 1);
    }
  }

  #say(line: string): void {
    this.trace.push(line);
  }
}
