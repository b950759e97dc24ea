/**
 * Makes one call of a scenario and judges how it ended.
 */
import { unreachable } from '../../src/base/assert.js';
import { CheckFailure } from '../cluster/check-outcome.js';
import { isStruct } from '../cluster/expectations.js';
import { describeAnswer, type Answer } from '../wire/answer.js';
import type { Reply, Server } from '../wire/server.js';
import type { EndedCall } from './ended-call.js';
import { whereOf, type FileBook } from './file-book.js';
import type { Call, Expectation, Outcome } from './scenario.js';
import { fillIn, type Scene } from './stage.js';

interface CallOptions {
  readonly scene: Scene;
  readonly server: Server;
  readonly timeoutMs: number;
}

export async function makeCall(call: Call, options: CallOptions): Promise<EndedCall> {
  const { scene, server, timeoutMs } = options;
  const { files } = scene.stage;
  switch (call.method) {
    case 'setleader': {
      const reply = await server.call('setleader', [], timeoutMs);
      return { reply, contradiction: undefined, file: '', version: undefined, floor: 0 };
    }
    case 'update': {
      const file = fillIn(call.file, scene);
      const floor = files.seen(file);
      const version = call.version === 'next' ? floor + 1 : call.version;
      const hashes = call.hashes?.map((hash) =>
        typeof hash === 'string' ? fillIn(hash, scene) : hash,
      );
      const sent = files.send(file, version, hashes);
      const update = { name: sent.realName, version, hashes: sent.hashes };
      const reply = await server.update(update, timeoutMs);
      const isTaken = reply.answer.kind === 'value' && reply.answer.value === true;
      const contradiction = isTaken ? files.noteTaken(sent, reply) : undefined;
      return { reply, contradiction, file, version: undefined, floor };
    }
    case 'read':
      return readFile(fillIn(call.file, scene), options);
    default:
      return unreachable(call);
  }
}

/** A linearizable read of one file, by `getfileinfo` or, where that is not served, by the map. */
export async function readFile(file: string, options: CallOptions): Promise<EndedCall> {
  const { scene, server, timeoutMs } = options;
  const { files, cluster } = scene.stage;
  const floor = files.seen(file);
  const name = files.realName(file);
  const isSingle = cluster.target.abilities.has('getfileinfo');
  const reply = isSingle
    ? await server.call('getfileinfo', [name], timeoutMs)
    : await server.fileInfoMap(timeoutMs);
  if (reply.answer.kind !== 'value') {
    return { reply, contradiction: undefined, file, version: undefined, floor };
  }
  const info = isSingle ? reply.answer.value : entryOf(reply.answer.value, name);
  return noteInfo({ files, file, floor }, reply, info);
}

/** The entry of a map; what a file never seen is at when there is none. */
export function entryOf(map: unknown, name: string): unknown {
  if (!isStruct(map)) return undefined;
  return Object.hasOwn(map, name) ? map[name] : [0, []];
}

export function noteInfo(
  known: { readonly files: FileBook; readonly file: string; readonly floor: number },
  reply: Reply,
  info: unknown,
): EndedCall {
  const { files, file, floor } = known;
  const [version, hashes] = Array.isArray(info) ? (info as unknown[]) : [];
  if (typeof version !== 'number' || !Number.isInteger(version) || !Array.isArray(hashes)) {
    const shape = '[version, [hash, …]] of the file';
    const contradiction = new CheckFailure(shape, describeAnswer(reply.answer), whereOf(reply));
    return { reply, contradiction, file, version: undefined, floor };
  }
  const contradiction = files.noteRead({ file, floor, version, hashes }, reply);
  return { reply, contradiction, file, version, floor };
}

/** A failure unless the call ended in one of the ways that `expectation` lists. */
export function judgeCall(call: EndedCall, expectation: Expectation, files: FileBook): void {
  if (call.contradiction !== undefined) throw call.contradiction;
  if (expectation.some((outcome) => isOutcome(call, outcome, files))) return;
  const expected = describeExpectation(call, expectation, files);
  throw new CheckFailure(expected, describeAnswer(call.reply.answer), whereOf(call.reply));
}

function isOutcome(call: EndedCall, outcome: Outcome, files: FileBook): boolean {
  const { answer } = call.reply;
  switch (outcome.kind) {
    case 'any':
      return answer.kind !== 'nonsense';
    case 'boolean':
      return answer.kind === 'value' && answer.value === outcome.value;
    case 'version':
      return (
        call.version !== undefined &&
        files.holds(outcome.bound, call.file, call.version, call.floor)
      );
    case 'fault':
      return isFault(answer, outcome.code);
    case 'lost':
      return answer.kind === 'lost';
    case 'blocked':
      return answer.kind === 'silent';
    default:
      return unreachable(outcome);
  }
}

function isFault(answer: Answer, code: number | undefined): boolean {
  return answer.kind === 'fault' && (code === undefined || answer.code === code);
}

function describeExpectation(call: EndedCall, expectation: Expectation, files: FileBook): string {
  return expectation
    .map((outcome) => {
      if (outcome.kind !== 'version') return describeOutcome(outcome);
      return files.describe([outcome.bound], call.file, call.floor);
    })
    .join(' or ');
}

function describeOutcome(outcome: Exclude<Outcome, { kind: 'version' }>): string {
  switch (outcome.kind) {
    case 'any':
      return 'any answer';
    case 'boolean':
      return String(outcome.value);
    case 'fault':
      return outcome.code === undefined ? 'a fault' : `fault ${outcome.code}`;
    case 'lost':
      return 'a lost connection';
    case 'blocked':
      return 'no answer yet';
    default:
      return unreachable(outcome);
  }
}
