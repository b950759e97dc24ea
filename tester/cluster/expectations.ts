/**
 * What checks say about replies. Each throws a `CheckFailure` that names what was expected, what
 * was seen, on which server and by which call.
 */
import { isDeepStrictEqual } from 'node:util';
import { describeAnswer, describeValue } from '../wire/answer.js';
import { CheckFailure } from './check-outcome.js';
import type { Reply } from '../wire/server.js';

function failOn(reply: Reply, expected: string): never {
  const where = `${reply.server.label}, ${reply.call}`;
  throw new CheckFailure(expected, describeAnswer(reply.answer), where);
}

/** The answer is a value of which `holds` is true; `expected` describes such values. */
export function expectThat(
  reply: Reply,
  expected: string,
  holds: (value: unknown) => boolean,
): void {
  if (reply.answer.kind !== 'value' || !holds(reply.answer.value)) failOn(reply, expected);
}

/** The answer equals `value`, types of all parts included. */
export function expectValue(reply: Reply, value: unknown): void {
  expectThat(reply, describeValue(value), (seen) => isDeepStrictEqual(seen, value));
}

interface FaultShape {
  readonly code?: number;
  readonly text?: RegExp;
}

export function expectFault(reply: Reply, shape: FaultShape = {}): void {
  const { answer } = reply;
  const code = shape.code === undefined ? 'a fault' : `fault ${shape.code}`;
  const expected = shape.text === undefined ? code : `${code} that says ${String(shape.text)}`;
  if (answer.kind !== 'fault') failOn(reply, expected);
  if (shape.code !== undefined && answer.code !== shape.code) failOn(reply, expected);
  if (shape.text !== undefined && !shape.text.test(answer.text)) failOn(reply, expected);
}

export function isStruct(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A `getfileinfomap` entry: `[version, [hash, …]]`. */
function isFileInfo(value: unknown): boolean {
  if (!Array.isArray(value) || value.length !== 2) return false;
  const [version, hashes] = value as unknown[];
  return (
    Number.isInteger(version) &&
    Array.isArray(hashes) &&
    hashes.every((hash) => typeof hash === 'string' || Number.isInteger(hash))
  );
}

/** The file-info map in a reply, every entry of it well-formed; a failure when it is not. */
export function expectMapShape(reply: Reply): void {
  const entries = Object.entries(structOf(reply));
  const misshapen = entries.find(([, info]) => !isFileInfo(info));
  if (misshapen === undefined) return;
  const [name, info] = misshapen;
  const seen = `${describeValue(name)}: ${describeValue(info)}`;
  throw new CheckFailure(mapShape, seen, `${reply.server.label}, ${reply.call}`);
}

const mapShape = 'a struct of name to [version, [hash, …]]';

function structOf(reply: Reply): Record<string, unknown> {
  const { answer } = reply;
  if (answer.kind !== 'value' || !isStruct(answer.value)) failOn(reply, mapShape);
  return answer.value;
}

/**
 * The map shows the file as `[version, hashes]`; undefined means that it must not be there. Other
 * files are not looked at: what somebody else left in the map spoils only the check of its shape.
 */
export function expectInMap(
  reply: Reply,
  name: string,
  info: readonly [version: number, hashes: readonly unknown[]] | undefined,
): void {
  const map = structOf(reply);
  const seen = Object.hasOwn(map, name) ? map[name] : undefined;
  if (isDeepStrictEqual(seen, info)) return;
  const inMap = (entry: unknown): string =>
    entry === undefined ? `no ${describeValue(name)} in the map` : describeValue({ [name]: entry });
  throw new CheckFailure(inMap(info), inMap(seen), `${reply.server.label}, ${reply.call}`);
}
