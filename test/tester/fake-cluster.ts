/**
 * The fake cluster behind real ports. Each server can be made to talk nonsense, and its process can
 * be ended, so to say, put to sleep and started again.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import serializer from 'xmlrpc/lib/serializer.js';
import { must } from '../../src/base/assert.js';
import type { Processes } from '../../tester/cluster/processes.js';
import type { Bug } from './fake-bugs.js';
import { decodeCall, httpErrorOf, type Call } from './fake-http.js';
import { methodTable, type Method } from './fake-methods.js';
import { FakeModel } from './fake-model.js';
import { Fault, type FakeReplica } from './fake-replica.js';

/** A server that refuses crowds takes this many connections at a time. */
const crowdMax = 50;

export class FakeCluster implements Processes {
  readonly model: FakeModel;
  readonly #servers: Server[] = [];
  readonly #ports: number[] = [];
  readonly #methods: ReadonlyMap<string, Method>;
  /** Calls that came while their server slept. */
  #asleep: { readonly id: number; readonly wake: () => void }[] = [];
  #halfCalls = 0;
  #isHurt = false;
  /** Names in the order in which they were called, for tests that look at the caller. */
  readonly calls: string[] = [];

  /** `without` names methods that this cluster does not serve. */
  constructor(size: number, bugs: readonly Bug[] = [], without: readonly string[] = []) {
    this.model = new FakeModel(size, bugs, (id) => this.addressOf(id));
    const table = Object.entries(methodTable(this.model));
    this.#methods = new Map(table.filter(([name]) => !without.includes(name)));
  }

  /** Starts one server, or all of them. */
  async start(id?: number): Promise<void> {
    const chosen = this.model.replicas.filter((replica) => replica.id === (id ?? replica.id));
    for (const replica of chosen) await this.#listen(replica);
  }

  async stop(): Promise<void> {
    this.model.stop();
    for (const { id } of this.model.replicas) await this.#close(id);
  }

  /** Ends one server's process, so to say: its port refuses from now on. */
  async kill(id: number): Promise<void> {
    const replica = this.#replica(id);
    this.#asleep = this.#asleep.filter((call) => call.id !== id);
    await this.#close(id);
    this.model.kill(replica);
  }

  pause(id: number): void {
    this.model.pause(this.#replica(id));
  }

  resume(id: number): void {
    this.model.resume(this.#replica(id));
    const awake = this.#asleep.filter((call) => call.id === id);
    this.#asleep = this.#asleep.filter((call) => call.id !== id);
    for (const { wake } of awake) wake();
  }

  isRunning(id: number): boolean {
    return this.#replica(id).running;
  }

  async heal(): Promise<void> {
    for (const { id, paused, running } of this.model.replicas) {
      if (paused) this.resume(id);
      if (!running) await this.start(id);
    }
  }

  addressOf(id: number): string {
    return `127.0.0.1:${must(this.#ports[id], () => `server ${id} was started`)}`;
  }

  #replica(id: number): FakeReplica {
    return must(this.model.replicas[id], () => `there is a server ${id}`);
  }

  async #listen(replica: FakeReplica): Promise<void> {
    const server = createServer((request, response) => {
      if (replica.paused) {
        const wake = (): void => this.#receive(replica, request, response);
        this.#asleep.push({ id: replica.id, wake });
      } else this.#receive(replica, request, response);
    });
    if (this.model.bugs.has('answers-any-http')) {
      server.on('clientError', (_error, socket) => socket.destroy());
    }
    if (this.model.bugs.has('refuses-crowds')) server.maxConnections = crowdMax;
    const port = this.#ports[replica.id] ?? 0;
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    this.#servers[replica.id] = server;
    this.#ports[replica.id] = (server.address() as AddressInfo).port;
    this.model.start(replica);
  }

  async #close(id: number): Promise<void> {
    const server = this.#servers[id];
    server?.closeAllConnections();
    await new Promise((resolve) => server?.close(resolve) ?? resolve(undefined));
  }

  #receive(replica: FakeReplica, request: IncomingMessage, response: ServerResponse): void {
    const { bugs } = this.model;
    const status = bugs.has('answers-any-http') ? undefined : httpErrorOf(request);
    if (status !== undefined) {
      response.writeHead(status, { Connection: 'close' }).end();
      return;
    }
    if (bugs.has('closes-kept-connections')) response.setHeader('Connection', 'close');
    this.#halfCalls += 1;
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('error', () => {
      if (bugs.has('crashes-on-hang-up')) this.model.crash(replica);
    });
    request.on('end', () => void this.#respond(replica, chunks, response));
    request.on('close', () => {
      this.#halfCalls -= 1;
    });
  }

  async #respond(
    replica: FakeReplica,
    chunks: readonly Buffer[],
    response: ServerResponse,
  ): Promise<void> {
    const { bugs } = this.model;
    // This very call counts as half until its end was seen by everybody.
    if (bugs.has('slow-senders-block') && this.#halfCalls > 10) return;
    if (bugs.has('refuses-crowds')) await new Promise((resolve) => setTimeout(resolve, 20));
    try {
      const call = decodeCall(Buffer.concat(chunks).toString('utf8'));
      const value = await this.#dispatch(replica, call, response);
      if (!response.writableEnded) response.end(serializer.serializeMethodResponse(value));
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      this.#isHurt ||= error.code === -32700;
      response.end(this.#faultBody(error));
    }
  }

  #faultBody(fault: Fault): string {
    if (this.model.bugs.has('malformed-faults')) {
      return '<methodResponse><fault></fault></methodResponse>';
    }
    return serializer.serializeFault({ faultCode: fault.code, faultString: fault.message });
  }

  async #dispatch(replica: FakeReplica, call: Call, response: ServerResponse): Promise<unknown> {
    const name = call.method
      .toLowerCase()
      .replace(/^surfstore\./, '')
      .replaceAll('_', '');
    this.calls.push(name);
    this.#misbehave(name, response);
    const { bugs } = this.model;
    const hangs =
      (name === 'updatefile' && bugs.has('hangs-on-updates')) ||
      (name === 'getfileinfo' && bugs.has('hangs-on-single-reads'));
    if (hangs) return new Promise(() => undefined);
    const method = this.#methods.get(name);
    if (method === undefined) {
      const closest = [...this.#methods.keys()].find((known) => known.startsWith(name.slice(0, 4)));
      throw new Fault(-32601, `unknown method; closest: ${String(closest)}`);
    }
    if (!method.arity.includes(call.params.length)) throw new Fault(-32602, 'wrong number');
    return method.handle(replica, call.params);
  }

  #misbehave(name: string, response: ServerResponse): void {
    const { bugs } = this.model;
    if (name === 'getfileinfomap' && bugs.has('nonsense-answers')) response.end('<h1>Welcome</h1>');
    if (name === 'getfileinfomap' && bugs.has('closes-connections')) response.destroy();
    const isHurt = bugs.has('trips-over-hostile-calls') && this.#isHurt;
    if (isHurt && name === 'updatefile') throw new Fault(-32603, 'a bug');
  }
}
