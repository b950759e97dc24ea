/**
 * What the page can do to a cluster: each action as calls to servers, and as the command that does
 * the same.
 */
import { serverOf, type ClusterState } from './cluster-state.js';
import type { Scheme } from './place.js';

/** A value of XML-RPC, as far as the page sends any. */
export type CallValue = string | number | readonly CallValue[];

export interface ServerCall {
  readonly server: number;
  readonly method: string;
  readonly params: readonly CallValue[];
}

export interface Action {
  readonly calls: readonly ServerCall[];
  readonly command: string;
}

/** `target`: how the command names the cluster, HOST:PORT of a server. */
export function crashAction(server: number, target: string): Action {
  return {
    calls: [{ server, method: 'crash', params: [] }],
    command: `npx surfraft crash ${target} ${server}`,
  };
}

export function restoreAction(server: number, target: string): Action {
  return {
    calls: [{ server, method: 'restore', params: [] }],
    command: `npx surfraft restore ${target} ${server}`,
  };
}

export function transferAction(server: number, target: string): Action {
  return {
    calls: [{ server, method: 'setleader', params: [] }],
    command: `npx surfraft transfer ${target} ${server}`,
  };
}

export interface PartitionWish {
  readonly server: number;
  readonly from: readonly number[];
  /** Only what the server sends to the others gets lost. */
  readonly isOneWay: boolean;
}

/** Keeps a server apart from others. Cuts of the same direction that are there stay. */
export function partitionAction(
  state: ClusterState,
  { server, from, isOneWay }: PartitionWish,
  target: string,
): Action {
  const direction = isOneWay ? 'send' : 'both';
  const cut = (id: number, others: readonly number[]): ServerCall => {
    const report = serverOf(state, id)?.report;
    const before = report?.unreachableDirection === direction ? report.unreachable : [];
    const all = [...new Set([...before, ...others])].toSorted((a, b) => a - b);
    return { server: id, method: 'makeserverunreachablefrom', params: [all, direction] };
  };
  const back = isOneWay ? [] : from.map((other) => cut(other, [server]));
  const words = `${server} from ${from.join(',')}${isOneWay ? ' --one-way' : ''}`;
  return {
    calls: [cut(server, from), ...back],
    command: `npx surfraft partition ${target} ${words}`,
  };
}

/** Ends all that was broken on purpose: partitions and crash switches. */
export function healAction(state: ClusterState, target: string): Action {
  const heard = state.servers.filter(({ contact }) => contact === 'heard');
  return {
    calls: heard.map(({ id }) => ({ server: id, method: 'restore', params: [] })),
    command: `npx surfraft heal ${target}`,
  };
}

export interface FileUpdate {
  readonly name: string;
  readonly version: number;
  readonly hashes: readonly string[];
}

export function updateAction(
  leader: { readonly id: number; readonly address: string },
  { name, version, hashes }: FileUpdate,
): Action {
  const words = [name, String(version), ...hashes].map(shellWord).join(' ');
  return {
    calls: [{ server: leader.id, method: 'updatefile', params: [name, version, hashes] }],
    command: `./run-tester.sh ${leader.address} updatefile ${words}`,
  };
}

/** Over TLS commands must be told whom to believe, which a page cannot know. */
export function commandOf({ command }: Action, scheme: Scheme): string {
  return scheme === 'https' ? `${command} --tls-ca FILE` : command;
}

/** As a shell takes it for one word. */
function shellWord(text: string): string {
  return /^[\w.,:/@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
