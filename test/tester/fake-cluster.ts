/**
 * The fake cluster behind real ports: decodes calls just strictly enough for the hostile checks,
 * and answers them from the model. Each server can also be made to talk nonsense.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import Deserializer from 'xmlrpc/lib/deserializer.js';
import serializer from 'xmlrpc/lib/serializer.js';
import { must } from '../../src/base/assert.js';
import { Fault, FakeModel, type Bug, type FakeReplica, type Info } from './fake-model.js';

const intMax = 2 ** 31 - 1;
const nestedMax = 64;

interface Call {
  readonly method: string;
  readonly params: readonly unknown[];
}

/** A table of the fake's methods: the number of arguments, and what they answer. */
type Handler = (replica: FakeReplica, params: readonly unknown[]) => unknown;
interface Method {
  readonly arity: readonly number[];
  readonly handle: Handler;
}

function isOutOfRange(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isOutOfRange);
  return typeof value === 'number' && Math.abs(value) > intMax + 1;
}

function decodeCall(body: string): Call {
  const text = body.trim();
  if (!text.startsWith('<') || text.includes('<!DOCTYPE') || text.includes('&#1;')) {
    throw new Fault(-32700, 'not well-formed');
  }
  if (text.startsWith('<html')) throw new Fault(-32600, 'not a call');
  if (!text.endsWith('</methodCall>')) throw new Fault(-32700, 'not well-formed');
  if (text.split('<array>').length > nestedMax) throw new Fault(-32600, 'too deep');
  let call: Call | undefined;
  const source = {
    setEncoding: () => undefined,
    on: () => undefined,
    pipe: (parser: { write(chunk: string): void; end(): void }) => {
      parser.write(text.replaceAll('i8>', 'int>'));
      parser.end();
    },
  };
  new Deserializer().deserializeMethodCall(source, (_error, method, params) => {
    if (method !== undefined) call = { method, params: params ?? [] };
  });
  if (call === undefined) throw new Fault(-32600, 'not a call');
  if (call.params.some(isOutOfRange)) throw new Fault(-32602, 'out of range');
  return call;
}

const isHash = (value: unknown): boolean => typeof value === 'string' || Number.isInteger(value);

function updateOf(params: readonly unknown[]): { name: string; info: Info } {
  const [name, version, given, requestId] = params;
  const hashes: unknown = given === '0' ? ['0'] : given;
  const nameBytes = typeof name === 'string' ? Buffer.byteLength(name) : 0;
  const goodName = nameBytes >= 1 && nameBytes <= 4096;
  const goodHashes = Array.isArray(hashes) && hashes.every(isHash);
  const goodId = requestId === undefined || typeof requestId === 'string';
  if (!goodName || !Number.isInteger(version) || !goodHashes || !goodId) {
    throw new Fault(-32602, 'wrong argument');
  }
  return { name: String(name), info: { version: Number(version), hashes } };
}

function mapAsStruct(replica: FakeReplica): Record<string, unknown> {
  const entries = [...replica.map].map(([name, { version, hashes }]) => [name, [version, hashes]]);
  return Object.fromEntries(entries) as Record<string, unknown>;
}

export class FakeCluster {
  readonly model: FakeModel;
  readonly #servers: Server[] = [];
  readonly #addresses: string[] = [];
  readonly #methods: ReadonlyMap<string, Method>;
  readonly #requests = new Map<string, string>();
  /** Names in the order in which they were called, for tests that look at the caller. */
  readonly calls: string[] = [];

  /** `without` names methods that this cluster does not serve. */
  constructor(size: number, bugs: readonly Bug[] = [], without: readonly string[] = []) {
    this.model = new FakeModel(size, bugs);
    const served = Object.entries(this.#table()).filter(([name]) => !without.includes(name));
    this.#methods = new Map(served);
  }

  async start(): Promise<void> {
    for (const replica of this.model.replicas) {
      const server = createServer((request, response) => this.#receive(replica, request, response));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      this.#servers.push(server);
      this.#addresses.push(`127.0.0.1:${(server.address() as AddressInfo).port}`);
    }
  }

  async stop(): Promise<void> {
    this.model.stop();
    for (const server of this.#servers) server.closeAllConnections();
    await Promise.all(
      this.#servers.map((server) => new Promise((resolve) => server.close(resolve))),
    );
  }

  /** Ends one server's process, so to say: its port refuses from now on. */
  async kill(id: number): Promise<void> {
    this.#servers[id]?.closeAllConnections();
    await new Promise((resolve) => this.#servers[id]?.close(resolve));
  }

  addressOf(id: number): string {
    return must(this.#addresses[id], `server ${id} was started`);
  }

  #receive(replica: FakeReplica, request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      void this.#respond(replica, body, response);
    });
  }

  async #respond(replica: FakeReplica, body: string, response: ServerResponse): Promise<void> {
    try {
      const value = await this.#dispatch(replica, decodeCall(body), response);
      if (!response.writableEnded) response.end(serializer.serializeMethodResponse(value));
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      const isBad = this.model.bugs.has('malformed-faults');
      const fault = { faultCode: error.code, faultString: error.message };
      response.end(
        isBad
          ? '<methodResponse><fault></fault></methodResponse>'
          : serializer.serializeFault(fault),
      );
    }
  }

  async #dispatch(replica: FakeReplica, call: Call, response: ServerResponse): Promise<unknown> {
    const name = call.method
      .toLowerCase()
      .replace(/^surfstore\./, '')
      .replaceAll('_', '');
    this.calls.push(name);
    const { bugs } = this.model;
    if (name === 'getfileinfomap' && bugs.has('nonsense-answers')) {
      response.end('<h1>Welcome</h1>');
    }
    if (name === 'getfileinfomap' && bugs.has('closes-connections')) response.destroy();
    const hangs =
      (name === 'updatefile' && bugs.has('hangs-on-updates')) ||
      (name === 'getfileinfo' && bugs.has('hangs-on-single-reads'));
    if (hangs) {
      return new Promise(() => undefined);
    }
    const method = this.#methods.get(name);
    if (method === undefined) {
      const closest = [...this.#methods.keys()].find((known) => known.startsWith(name.slice(0, 4)));
      throw new Fault(-32601, `unknown method; closest: ${String(closest)}`);
    }
    if (!method.arity.includes(call.params.length)) throw new Fault(-32602, 'wrong number');
    return method.handle(replica, call.params);
  }

  #table(): Record<string, Method> {
    const none = [0];
    const { model } = this;
    return {
      ping: { arity: none, handle: () => true },
      isleader: { arity: none, handle: (replica) => model.isLeader(replica) },
      iscrashed: { arity: none, handle: (replica) => replica.crashed },
      crash: { arity: none, handle: (replica) => (model.crash(replica), true) },
      restore: { arity: none, handle: (replica) => (model.restore(replica), true) },
      makeserverunreachablefrom: { arity: [1, 2], handle: () => true },
      testergetversion: { arity: [1], handle: (replica, [name]) => this.#version(replica, name) },
      updatefile: { arity: [3, 4], handle: (replica, params) => this.#update(replica, params) },
      getfileinfomap: {
        arity: none,
        handle: (replica) => model.onLeader(replica, () => mapAsStruct(replica)),
      },
      getfileinfo: {
        arity: [1],
        handle: (replica, [name]) =>
          model.onLeader(replica, () => {
            const info = replica.map.get(String(name));
            return info === undefined ? [0, []] : [info.version, info.hashes];
          }),
      },
      getfileinfopage: {
        arity: [2],
        handle: (replica, params) => model.onLeader(replica, () => this.#page(replica, params)),
      },
      getinternalstate: { arity: none, handle: (replica) => this.#state(replica) },
      'system.listmethods': { arity: none, handle: () => [...this.#methods.keys()] },
      'system.methodhelp': { arity: [1], handle: () => 'help' },
      'system.methodsignature': { arity: [1], handle: () => [['boolean']] },
      'system.multicall': {
        arity: [1],
        handle: (_replica, [calls]) => (Array.isArray(calls) ? calls : []).map(multicallAnswer),
      },
    };
  }

  #version(replica: FakeReplica, name: unknown): number {
    if (typeof name !== 'string') throw new Fault(-32602, 'wrong type');
    const version = replica.map.get(name)?.version;
    if (version === undefined && this.model.bugs.has('unknown-file-faults')) {
      throw new Fault(1, 'KeyError');
    }
    return version ?? 0;
  }

  #update(replica: FakeReplica, params: readonly unknown[]): Promise<unknown> {
    const { name, info } = updateOf(params);
    return this.model.onLeader(replica, () => {
      const id = params[3];
      if (typeof id !== 'string') return this.model.update(name, info);
      const content = JSON.stringify([name, info]);
      const known = this.#requests.get(id);
      if (known !== undefined && known !== content) throw new Fault(-32602, 'another request');
      if (known === content) return true;
      const isTaken = this.model.update(name, info);
      if (isTaken) this.#requests.set(id, content);
      return isTaken;
    });
  }

  #page(replica: FakeReplica, [after, limit]: readonly unknown[]): unknown {
    const byCodePoint = (one: string, other: string): number =>
      Buffer.compare(Buffer.from(one), Buffer.from(other));
    const names = [...replica.map.keys()].toSorted(byCodePoint);
    const rest = names.filter((name) => byCodePoint(name, String(after)) > 0);
    const files = rest.slice(0, Number(limit)).map((name) => {
      const info = replica.map.get(name);
      return [name, info?.version, info?.hashes];
    });
    return { files, more: rest.length > files.length };
  }

  #state(replica: FakeReplica): unknown {
    const { model } = this;
    const isLeader = model.isLeader(replica);
    const role = isLeader ? 'leader' : 'follower';
    return {
      serverId: replica.id,
      status: replica.crashed ? 'crashed' : role,
      isLeader,
      term: model.term,
      leaderId: model.leaderId ?? -1,
      commitIndex: model.commitIndex,
      lastApplied: replica.applied,
      firstLogIndex: 1,
      lastLogIndex: replica.applied,
      log: [],
      metaMap: mapAsStruct(replica),
      peers: model.replicas.map(({ id }) => ({ id, address: this.addressOf(id) })),
    };
  }
}

function multicallAnswer(call: unknown): unknown {
  const { methodName } = call as { methodName: string };
  if (methodName.endsWith('ping')) return [true];
  return { faultCode: -32601, faultString: 'unknown method' };
}
