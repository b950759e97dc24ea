/**
 * What an answer proves about an operation. Whatever leaves doubt is `unknown`: a false alarm about
 * a correct server is worse than a bug that is not seen. Pure.
 */
import { unreachable } from '../../src/base/assert.js';
import { isStruct } from '../cluster/expectations.js';
import type { Outcome } from '../history/operation.js';
import { describeAnswer, type Answer } from '../wire/answer.js';

type Fault = Extract<Answer, { kind: 'fault' }>;

/**
 * `wasCrashed`: the crash switch of the server was on before the call began, and until it ended, so
 * that the call cannot have been taken up.
 */
export function outcomeOfUpdate(answer: Answer, wasCrashed: boolean): Outcome {
  switch (answer.kind) {
    case 'value':
      if (typeof answer.value === 'boolean') return { kind: 'updated', updated: answer.value };
      return { kind: 'unknown', why: describeAnswer(answer) };
    case 'fault':
      return {
        kind: isWithoutEffect(answer, wasCrashed) ? 'failed' : 'unknown',
        why: words(answer),
      };
    case 'lost':
      // Nobody was there to take the call.
      if (answer.detail === 'connection refused') return { kind: 'failed', why: answer.detail };
      return { kind: 'unknown', why: answer.detail };
    case 'silent':
    case 'nonsense':
      return { kind: 'unknown', why: describeAnswer(answer) };
    default:
      return unreachable(answer);
  }
}

/**
 * Servers of other makes use one code for every fault, and few of them say whether the call had
 * been logged when they gave it up: only words that leave no doubt count.
 */
function isWithoutEffect({ code, text }: Fault, wasCrashed: boolean): boolean {
  if (/outcome.{0,10}unknown|\b(may|might|unknown whether|not known whether)\b/i.test(text)) {
    return false;
  }
  if (/not[ _-]?(the[ _-])?leader/i.test(text)) return true;
  if (/is ?crashed/i.test(text)) return wasCrashed;
  if (code === 4) return /busy/i.test(text);
  if (code === 5) return /storage/i.test(text);
  // The call was refused before it was looked at: not XML-RPC, no such method, wrong arguments.
  return typeof code === 'number' && [-32700, -32600, -32601, -32602].includes(code);
}

/** A read that got no value proves nothing, however it ended. */
export function outcomeOfRead(answer: Answer, name: string, asMap: boolean): Outcome {
  if (answer.kind === 'value') {
    const info = asMap ? entryOf(answer.value, name) : answer.value;
    return (
      seenIn(info) ?? { kind: 'unknown', why: `no [version, hashes]: ${describeAnswer(answer)}` }
    );
  }
  if (answer.kind === 'fault') return { kind: 'failed', why: words(answer) };
  return { kind: 'unknown', why: describeAnswer(answer) };
}

function entryOf(map: unknown, name: string): unknown {
  if (!isStruct(map)) return undefined;
  return Object.hasOwn(map, name) ? map[name] : [0, []];
}

/** Each update of a run has exactly one hash; a list of another length shows as what it is. */
function seenIn(info: unknown): Outcome | undefined {
  if (!Array.isArray(info)) return undefined;
  const [version, hashes] = info as unknown[];
  if (typeof version !== 'number' || !Array.isArray(hashes)) return undefined;
  return { kind: 'seen', version, hash: hashes.map(String).join(',') };
}

function words({ code, text }: Fault): string {
  return `fault ${String(code)}: ${text.slice(0, 120)}`;
}
