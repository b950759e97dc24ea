/**
 * What a server said to an XML-RPC call, as one of five kinds, decoded with the codec of the npm
 * package `xmlrpc`. Nothing that a server answers makes these functions throw.
 */
import Deserializer from 'xmlrpc/lib/deserializer.js';
import { unreachable } from '../../src/base/assert.js';
import type { HttpOutcome, Silence } from './http-exchange.js';

export type Answer =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'fault'; readonly code: unknown; readonly text: string }
  | Silence
  | { readonly kind: 'lost'; readonly detail: string }
  /** Something came, but no XML-RPC answer. */
  | {
      readonly kind: 'nonsense';
      readonly detail: string;
      /** The status of an HTTP response that told by this alone that it is no answer. */
      readonly status?: number;
    };

/** Characters of a value or text that a message shows. */
const shownCharactersMax = 300;

function clip(text: string): string {
  return text.length <= shownCharactersMax ? text : `${text.slice(0, shownCharactersMax)}…`;
}

export function describeValue(value: unknown): string {
  return clip(value === undefined ? 'nothing' : JSON.stringify(value));
}

/** A phrase that completes "the server answered with …" or stands alone. */
export function describeAnswer(answer: Answer): string {
  switch (answer.kind) {
    case 'value':
      return describeValue(answer.value);
    case 'fault':
      return `fault ${describeValue(answer.code)} ${describeValue(answer.text)}`;
    case 'silent':
      return describeSilence(answer);
    case 'lost':
      return answer.detail;
    case 'nonsense':
      return `no XML-RPC answer, but ${clip(answer.detail)}`;
    default:
      return unreachable(answer);
  }
}

function describeSilence({ afterMs, bytesSoFar }: Silence): string {
  if (bytesSoFar === undefined) return `no answer within ${afterMs} ms`;
  return `an answer that had not ended after ${afterMs} ms, ${bytesSoFar} bytes so far`;
}

function hasFaultCode(error: unknown): error is { faultCode: unknown; faultString?: unknown } {
  return typeof error === 'object' && error !== null && 'faultCode' in error;
}

function nonsense(body: string, why: unknown): Answer {
  const message = why instanceof Error ? why.message : String(why);
  const reason = message.split('\n')[0] ?? '';
  return { kind: 'nonsense', detail: `${describeValue(body)} (${reason})` };
}

/** No right answer is nested as deeply; the codec's time grows with the square of it. */
const nestedMax = 200;

function isNestedTooDeeply(body: string): boolean {
  let depth = 0;
  for (const [tag] of body.matchAll(/<\/?value\b/g)) {
    depth += tag === '<value' ? 1 : -1;
    if (depth > nestedMax) return true;
  }
  return false;
}

/** Reads a response body. The codec runs synchronously, so that whatever it throws ends here. */
function decodeBody(body: string): Answer {
  if (isNestedTooDeeply(body)) {
    return { kind: 'nonsense', detail: `values that are nested more than ${nestedMax} deep` };
  }
  let answer: Answer = { kind: 'nonsense', detail: `${describeValue(body)} (nothing in it)` };
  try {
    const source = {
      setEncoding: () => undefined,
      on: () => undefined,
      pipe: (parser: { write(text: string): void; end(): void }) => {
        parser.write(body);
        parser.end();
      },
    };
    new Deserializer().deserializeMethodResponse(source, (error, value) => {
      if (hasFaultCode(error)) {
        const text = typeof error.faultString === 'string' ? error.faultString : '';
        answer = { kind: 'fault', code: error.faultCode, text };
      } else if (error !== null && error !== undefined) {
        answer = nonsense(body, error);
      } else {
        answer = { kind: 'value', value };
      }
    });
  } catch (error) {
    answer = nonsense(body, error);
  }
  return answer;
}

export function decodeAnswer(outcome: HttpOutcome): Answer {
  if (outcome.kind !== 'response') return outcome;
  if (outcome.status === 200) return decodeBody(outcome.body);
  const { status } = outcome;
  return { kind: 'nonsense', detail: `HTTP status ${status}: ${clip(outcome.body)}`, status };
}

/** HTTP's own words for it: "not found" and "not implemented". */
const unknownStatuses: readonly (number | undefined)[] = [404, 501];

/** The words for it of common XML-RPC servers, in Python, Java, Go, C, C++, Perl and PHP. */
const unknownWords: readonly RegExp[] = [
  /method.*(is|was)?\bnot (supported|found|defined|known|registered|implemented)\b/is,
  /unknown (method|command)|undefined method|no such (method|handler)/i,
  /(can't|cannot|could not|can not) find (the )?(method|service)/i,
  /method.*does(n't| not) exist/is,
];

/** True for what servers of any make answer to a method they do not have. */
export function saysMethodUnknown(answer: Answer): boolean {
  if (answer.kind === 'nonsense') return unknownStatuses.includes(answer.status);
  if (answer.kind !== 'fault') return false;
  if (answer.code === -32601) return true;
  return unknownWords.some((words) => words.test(answer.text));
}
