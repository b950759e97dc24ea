/**
 * All methods that a server serves: the only source for dispatch, introspection, argument checks
 * and docs. A name is found with or without the prefix `surfstore.`, in any letter case, with
 * underscores anywhere.
 */
import { assert } from '../base/assert.js';
import type { BlockService } from '../blocks/block-service.js';
import { closestWord } from '../base/closest-word.js';
import { faultCode } from './codec/fault-code.js';
import type { GatheredAnswers } from './gathered-answers.js';
import type { Introspection } from './introspection.js';
import type { MapAnswers } from './map-answers.js';
import type { MethodServices } from './method-services.js';
import type { Method } from './method.js';
import { BlockCalls } from './block-calls.js';
import { ClusterDoor } from './cluster-door.js';
import { blockMethods } from './methods/block-methods.js';
import { changeMethods } from './methods/change-methods.js';
import { clientMethods } from './methods/client-methods.js';
import { memberChangeMethods, memberListMethod } from './methods/member-methods.js';
import { peerMethods } from './methods/peer-methods.js';
import { pingMethod } from './methods/ping-method.js';
import { siteMethods } from './methods/site-methods.js';
import { storeMethods } from './methods/store-methods.js';
import { systemMethods } from './methods/system-methods.js';
import { testerMethods } from './methods/tester-methods.js';
import { versionMethods } from './methods/version-methods.js';
import { methodKey, servicePrefix } from './method-name.js';
import { RpcFault } from './rpc-fault.js';
import { StoreDoor } from './store-door.js';

/** Letters of an unknown name that its fault repeats. */
const quotedNameCharsMax = 100;

export class MethodTable {
  readonly methods: readonly Method[];
  /** By every usual spelling, so that most calls need no rewriting of their name. */
  readonly #bySpelling = new Map<string, Method>();

  constructor(methods: readonly Method[]) {
    this.methods = methods;
    for (const method of methods) this.#add(method);
  }

  /** The method that a call means by `name`; throws the fault -32601, naming the closest one. */
  find(name: string): Method {
    const method = this.#bySpelling.get(name) ?? this.#bySpelling.get(methodKey(name));
    if (method === undefined) throw this.#unknown(name);
    return method;
  }

  /** Names as `system.listMethods` shows them. */
  fullNames(): readonly string[] {
    return this.methods.map((method) => fullName(method));
  }

  #add(method: Method): void {
    for (const name of [method.name, ...(method.aliases ?? [])]) {
      const key = methodKey(name);
      assert(!this.#bySpelling.has(key), () => `two methods are reached by ${key}`);
      this.#bySpelling.set(key, method);
      this.#bySpelling.set(name, method);
      this.#bySpelling.set(servicePrefix + name, method);
    }
  }

  #unknown(name: string): RpcFault {
    const keys = this.methods.map((method) => methodKey(method.name));
    const closestKey = closestWord(methodKey(name), keys);
    const closest = this.methods.find((method) => methodKey(method.name) === closestKey);
    const hint = closest === undefined ? '' : `; the closest one is ${fullName(closest)}`;
    const quoted = JSON.stringify(name.slice(0, quotedNameCharsMax));
    return new RpcFault(faultCode.methodNotFound, `unknown method ${quoted}${hint}`);
  }
}

/**
 * For whom the methods that break a server are: for nobody, for the cluster's own machines, or for
 * whoever reaches the port.
 */
export type TesterApi = 'none' | 'inside' | 'open';

interface ClusterTable {
  readonly services: MethodServices;
  readonly mapAnswers: MapAnswers;
}

export interface MethodTableOptions {
  /** The replica of a cluster's server; a stand-alone block store has none. */
  readonly cluster: ClusterTable | undefined;
  /** Undefined where no blocks are served. */
  readonly blocks: BlockService | undefined;
  readonly gathered: GatheredAnswers;
  readonly introspection: Introspection;
  readonly testerApi: TesterApi;
}

/** The table of one server. */
export function buildMethodTable(options: MethodTableOptions): MethodTable {
  const { cluster, blocks, gathered, introspection, testerApi } = options;
  const isCrashed = (): boolean => cluster?.services.replica.isCrashed() ?? false;
  const door = new StoreDoor(cluster?.services);
  return new MethodTable([
    pingMethod(),
    ...(cluster ? clientMethods(cluster.services, cluster.mapAnswers) : []),
    ...(cluster ? versionMethods(cluster.services, cluster.mapAnswers) : []),
    ...(cluster ? changeMethods(cluster.services) : []),
    ...(cluster ? siteMethods(cluster.services, new ClusterDoor(cluster.services.neighbours)) : []),
    ...(blocks ? blockMethods(blocks, new BlockCalls(isCrashed)) : []),
    ...(cluster ? memberMethods(cluster.services) : []),
    ...(cluster ? testerMethodsFor(cluster.services, gathered, testerApi) : []),
    ...(cluster ? peerMethods(cluster.services, new ClusterDoor(cluster.services.neighbours)) : []),
    ...(blocks?.own
      ? storeMethods({ own: blocks.own, calls: new BlockCalls(isCrashed), door })
      : []),
    ...systemMethods(introspection, gathered),
  ]);
}

function memberMethods(services: MethodServices): readonly Method[] {
  const door = new ClusterDoor(services.neighbours);
  const changing = memberChangeMethods(services).map((method) => behindDoor(method, door));
  return [memberListMethod(services), ...changing];
}

function testerMethodsFor(
  services: MethodServices,
  gathered: GatheredAnswers,
  api: TesterApi,
): readonly Method[] {
  if (api === 'none') return [];
  const methods = testerMethods(services, gathered);
  if (api === 'open') return methods;
  const door = new ClusterDoor(services.neighbours, 'address');
  return methods.map((method) => behindDoor(method, door));
}

/** The same method for those to whom the door is open. */
function behindDoor(method: Method, door: ClusterDoor): Method {
  return {
    ...method,
    invoke: (args, caller, reply) =>
      door.enter(caller, reply, () => method.invoke(args, caller, reply)),
  };
}

/** The name in the form in which `system.listMethods` gives it. */
export function fullName(method: Method): string {
  return method.group === 'system' ? method.name : servicePrefix + method.name;
}
