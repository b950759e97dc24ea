/**
 * Follows the changes of a cluster's files as they are committed, whoever leads. What any server
 * has applied is never taken back, so the servers are asked in turn, and each goes on where the one
 * before ended: no change is seen twice, and none is missed while the log still has it.
 */
import type { XmlValue } from '../rpc/xml-value.js';
import { describeServer } from './describe-server.js';
import { toCallFailure } from './call-failure.js';
import { UnexpectedAnswer } from './client-errors.js';
import { pause } from './pause.js';
import type { RpcConnection, ServerEndpoint } from './rpc-connection.js';

export interface FileChange {
  /** Where it stands in the log. */
  readonly index: number;
  readonly term: number;
  /** When the leader took it, ms since 1970; 0 when that is not known. */
  readonly timeMs: number;
  readonly name: string;
  readonly version: number | bigint;
  /** Items of its hash list. */
  readonly items: number;
  readonly deleted: boolean;
}

export type WatchEvent =
  | { readonly kind: 'change'; readonly change: FileChange }
  /** These entries are gone from the logs of all servers that answer; changes may be among them. */
  | { readonly kind: 'missed'; readonly from: number; readonly through: number }
  /** Nobody answers, and the reason of one; told once until somebody does. */
  | { readonly kind: 'silence'; readonly reason: string };

export interface WatchOptions {
  readonly connections: ReadonlyMap<ServerEndpoint, Pick<RpcConnection, 'call'>>;
  /** The last entry that is not to be told. */
  readonly after: number;
  /** Between two questions. */
  readonly pauseMs: number;
  /** A server that says nothing for so long is left for others. */
  readonly silenceMs: number;
  /** Ends the watching. */
  readonly signal: AbortSignal;
}

const avoidedMs = 3_000;

interface Changes {
  readonly changes: readonly FileChange[];
  readonly through: number;
  readonly firstLogIndex: number;
}

type Told =
  | ({ readonly kind: 'told' } & Changes)
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'stopped' };

export async function* watchChanges(options: WatchOptions): AsyncGenerator<WatchEvent, void> {
  const { connections, pauseMs, signal } = options;
  const servers = [...connections.keys()];
  let { after } = options;
  let isSilenceTold = false;
  const avoided = new Avoided();
  while (!signal.aborted) {
    let hasAnswer = false;
    let reason = 'there is no server';
    /** Where the log begins that reaches back furthest, of servers that lack what comes next. */
    let beginsAt = Infinity;
    for (const server of avoided.choose(servers)) {
      const told = await ask(server, after, options);
      if (told.kind === 'stopped') return;
      if (told.kind === 'failed') {
        reason = told.reason;
        avoided.add(server);
        continue;
      }
      hasAnswer = true;
      isSilenceTold = false;
      if (told.firstLogIndex > after + 1) {
        beginsAt = Math.min(beginsAt, told.firstLogIndex);
        continue;
      }
      beginsAt = -Infinity;
      for (const change of told.changes) yield { kind: 'change', change };
      after = told.through;
    }
    if (Number.isFinite(beginsAt)) {
      yield { kind: 'missed', from: after + 1, through: beginsAt - 1 };
      after = beginsAt - 1;
      continue;
    }
    if (!hasAnswer && !isSilenceTold) {
      isSilenceTold = true;
      yield { kind: 'silence', reason };
    }
    await pause(pauseMs, signal);
  }
}

/** Servers that failed a moment ago: while others answer, nobody waits for them again and again. */
class Avoided {
  readonly #untilMs = new Map<ServerEndpoint, number>();

  add(server: ServerEndpoint): void {
    this.#untilMs.set(server, performance.now() + avoidedMs);
  }

  /** Those that are not avoided; all when that would be none. */
  choose(servers: readonly ServerEndpoint[]): readonly ServerEndpoint[] {
    const nowMs = performance.now();
    const chosen = servers.filter((server) => (this.#untilMs.get(server) ?? 0) <= nowMs);
    return chosen.length > 0 ? chosen : servers;
  }
}

async function ask(
  server: ServerEndpoint,
  after: number,
  { connections, silenceMs, signal }: WatchOptions,
): Promise<Told> {
  const connection = connections.get(server);
  const patience = AbortSignal.any([signal, AbortSignal.timeout(silenceMs)]);
  const answer = await connection?.call('getchanges', [after], patience);
  if (answer?.kind === 'value') return { kind: 'told', ...toChanges(answer.value) };
  const where = describeServer(server);
  if (signal.aborted) return { kind: 'stopped' };
  const reason = answer === undefined ? where : toCallFailure(answer, where).error.message;
  return { kind: 'failed', reason };
}

/** The answer of `getchanges`. */
function toChanges(value: XmlValue): Changes {
  const answer = structOf(value);
  const changes = answer.get('changes');
  if (!Array.isArray(changes)) throw unexpected();
  return {
    changes: changes.map((each: XmlValue) => toChange(structOf(each))),
    through: numberIn(answer, 'through'),
    firstLogIndex: numberIn(answer, 'firstLogIndex'),
  };
}

function toChange(change: ReadonlyMap<string, XmlValue>): FileChange {
  const [name, version, deleted] = [
    change.get('name'),
    change.get('version'),
    change.get('deleted'),
  ];
  const isVersion = typeof version === 'number' || typeof version === 'bigint';
  if (typeof name !== 'string' || !isVersion || typeof deleted !== 'boolean') throw unexpected();
  return {
    index: numberIn(change, 'index'),
    term: numberIn(change, 'term'),
    timeMs: numberIn(change, 'time'),
    ...{ name, version, deleted },
    items: numberIn(change, 'items'),
  };
}

function structOf(value: XmlValue): ReadonlyMap<string, XmlValue> {
  if (!(value instanceof Map)) throw unexpected();
  return value as ReadonlyMap<string, XmlValue>;
}

function numberIn(struct: ReadonlyMap<string, XmlValue>, name: string): number {
  const value = struct.get(name);
  if (typeof value !== 'number') throw unexpected();
  return value;
}

function unexpected(): UnexpectedAnswer {
  return new UnexpectedAnswer('getchanges answered what nobody asked');
}
