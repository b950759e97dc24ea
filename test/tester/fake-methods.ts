/**
 * The table of the fake's methods: how many arguments each takes and what it answers. The model
 * says who leads and what is in the log.
 */
import { Fault, type Entry, type FakeReplica, type Info } from './fake-replica.js';
import type { FakeModel } from './fake-model.js';

export interface Method {
  readonly arity: readonly number[];
  readonly handle: (replica: FakeReplica, params: readonly unknown[]) => unknown;
}

/** `getinternalstate` shows the newest entries only. */
const shownEntriesMax = 50;

const pageFilesMax = 10_000;

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

function mapAsStruct(map: ReadonlyMap<string, Info>): Record<string, unknown> {
  const entries = [...map].map(([name, { version, hashes }]) => [name, [version, hashes]]);
  return Object.fromEntries(entries) as Record<string, unknown>;
}

function multicallAnswer(call: unknown): unknown {
  const { methodName } = call as { methodName: string };
  if (methodName.endsWith('ping')) return [true];
  return { faultCode: -32601, faultString: 'unknown method' };
}

function page(replica: FakeReplica, [after, limit]: readonly unknown[]): unknown {
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

class Methods {
  readonly #model: FakeModel;
  readonly #refused = new Set<string>();

  constructor(model: FakeModel) {
    this.#model = model;
  }

  version(replica: FakeReplica, name: unknown): number {
    if (typeof name !== 'string') throw new Fault(-32602, 'wrong type');
    const version = replica.map.get(name)?.version;
    if (version === undefined && this.#model.bugs.has('unknown-file-faults')) {
      throw new Fault(1, 'KeyError');
    }
    return version ?? 0;
  }

  async update(replica: FakeReplica, params: readonly unknown[]): Promise<unknown> {
    const { bugs } = this.#model;
    const update = updateOf(params);
    const id = params[3];
    if (typeof id !== 'string' || bugs.has('ignores-request-ids')) {
      return this.#model.update(replica, update);
    }
    if (this.#refused.has(id)) return false;
    const known = replica.log.find((entry) => entry.requestId === id);
    const isForgotten = bugs.has('request-ids-die-with-leader') && known?.term !== replica.term;
    if (known !== undefined && !isForgotten && this.#model.isLeader(replica)) {
      const isSame = JSON.stringify(known.update) === JSON.stringify(update);
      if (!isSame) throw new Fault(-32602, 'another request');
      return this.#model.repeat(replica, known);
    }
    const answer = await this.#model.update(replica, update, id);
    if (answer === false && bugs.has('false-is-remembered')) this.#refused.add(id);
    return answer;
  }

  map(replica: FakeReplica): unknown {
    const memory = this.#model.fromMemory(replica);
    if (memory !== undefined) return mapAsStruct(memory);
    return this.#model.onLeader(replica, () => mapAsStruct(replica.map));
  }

  page(replica: FakeReplica, params: readonly unknown[]): unknown {
    const limit = Number(params[1]);
    const isGood = limit >= 1 && limit <= pageFilesMax;
    if (!isGood && !this.#model.bugs.has('any-page-limit')) throw new Fault(-32602, 'limit');
    return this.#model.onLeader(replica, () => page(replica, params));
  }

  info(replica: FakeReplica, name: unknown): unknown {
    return this.#model.onLeader(replica, () => {
      const info = replica.map.get(String(name));
      return info === undefined ? [0, []] : [info.version, info.hashes];
    });
  }

  state(replica: FakeReplica): unknown {
    const { bugs, leader } = this.#model;
    const isLeader = this.#model.isLeader(replica);
    const role = isLeader ? 'leader' : 'follower';
    return {
      serverId: replica.id,
      status: replica.crashed ? 'crashed' : role,
      isLeader,
      term: replica.term,
      leaderId: (bugs.has('hides-the-leader') ? undefined : leader?.id) ?? -1,
      commitIndex: replica.applied,
      lastApplied: replica.applied,
      firstLogIndex: 1,
      lastLogIndex: replica.log.length,
      log: replica.log
        .map((entry, position) => this.#entry(replica, entry, position))
        .slice(-shownEntriesMax),
      metaMap: mapAsStruct(replica.map),
      peers: this.#model.replicas.map(({ id }) => ({ id, address: this.#model.addressOf(id) })),
    };
  }

  #entry(replica: FakeReplica, entry: Entry, position: number): unknown {
    const { term, update } = entry;
    const index = position + 1;
    if (update === undefined) return { index, term, command: { type: 'noop' } };
    const { name, info } = update;
    const isOdd = this.#model.bugs.has('logs-differ') && replica.id === 1;
    const hashlist = isOdd ? ['something', 'else'] : info.hashes;
    return { index, term, command: { type: 'updatefile', name, version: info.version, hashlist } };
  }
}

/** All methods by their plain names: lower case, no prefix, no underscores. */
export function methodTable(model: FakeModel): Record<string, Method> {
  const none = [0];
  const methods = new Methods(model);
  const table: Record<string, Method> = {
    ping: { arity: none, handle: () => true },
    isleader: { arity: none, handle: (replica) => model.isLeader(replica) },
    iscrashed: { arity: none, handle: (replica) => replica.crashed },
    crash: { arity: none, handle: (replica) => (model.crash(replica), true) },
    restore: { arity: none, handle: (replica) => (model.restore(replica), true) },
    setleader: { arity: none, handle: (replica) => model.setLeader(replica) },
    sendheartbeat: { arity: none, handle: (replica) => model.sendHeartbeat(replica) },
    makeserverunreachablefrom: {
      arity: [1, 2],
      handle: (replica, [ids, direction]) => {
        model.cutOff(replica, Array.isArray(ids) ? ids.map(Number) : [], direction);
        return true;
      },
    },
    testergetversion: { arity: [1], handle: (replica, [name]) => methods.version(replica, name) },
    updatefile: { arity: [3, 4], handle: (replica, params) => methods.update(replica, params) },
    getfileinfomap: { arity: none, handle: (replica) => methods.map(replica) },
    getfileinfo: { arity: [1], handle: (replica, [name]) => methods.info(replica, name) },
    getfileinfopage: { arity: [2], handle: (replica, params) => methods.page(replica, params) },
    getinternalstate: { arity: none, handle: (replica) => methods.state(replica) },
    'system.listmethods': { arity: none, handle: () => Object.keys(table) },
    'system.methodhelp': { arity: [1], handle: () => 'help' },
    'system.methodsignature': { arity: [1], handle: () => [['boolean']] },
    'system.multicall': {
      arity: [1],
      handle: (_replica, [calls]) => (Array.isArray(calls) ? calls : []).map(multicallAnswer),
    },
  };
  return table;
}
