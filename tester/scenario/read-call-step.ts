/**
 * Reads the steps in which clients call servers, at once or in the background.
 */
import { isScalar, type Node } from 'yaml';
import { readBounds, readExpectation, usualExpectation } from './read-outcomes.js';
import { readWho } from './read-who.js';
import type { Reading } from './reading.js';
import type { Action, Call, Expectation, VersionBound, Who } from './scenario.js';
import type { StepFields } from './step-fields.js';

export type MethodName = Call['method'];

/** No scenario makes more of them; slips of the pen do. */
const versionMax = 1_000_000;

export function readCallStep(fields: StepFields, method: MethodName): Action | null {
  const { reading } = fields;
  const made = readCall(fields, method);
  const background = fields.option('in background');
  const expectNode = fields.option('expect');
  const withinMs = fields.duration('within');
  if (background !== undefined) {
    for (const option of ['expect', 'within']) {
      const node = fields.option(option);
      const hint = `expected "${option}" at the step that awaits the call`;
      if (node !== undefined) reading.text.problem(node, `the call goes on; ${hint}`);
    }
    const name = reading.text.words(background, 'a name for the call');
    if (name !== null) reading.begin(background, name, method);
    return made === null || name === null ? null : { kind: 'begin', name, ...made };
  }
  const expect =
    expectNode === undefined
      ? usualExpectation(method)
      : readExpectation(reading.text, expectNode, method);
  if (made === null || expect === null || withinMs === null) return null;
  return { kind: 'call', ...made, expect, withinMs };
}

export function readWrite(fields: StepFields): Action | null {
  const file = fields.reading.template(fields.value, 'the name of a file');
  const withinMs = fields.duration('within');
  return file === null || withinMs === null ? null : { kind: 'write', file, withinMs };
}

export function readMap(fields: StepFields): Action | null {
  const { reading } = fields;
  const entries = reading.text.entries(fields.value, 'files and versions, such as {x: 2}');
  const on = fields.who('on', { kind: 'leader' });
  const withinMs = fields.duration('within');
  const files: (readonly [string, readonly VersionBound[]])[] = [];
  for (const { keyNode, value } of entries ?? []) {
    const file = reading.template(keyNode, 'the name of a file');
    const bounds = readBounds(reading.text, value);
    if (file !== null && bounds !== null) files.push([file, bounds]);
  }
  if (entries === null || on === null || withinMs === null) return null;
  return { kind: 'map', files, on, withinMs };
}

export function readAwait(fields: StepFields): Action | null {
  const { reading, value } = fields;
  const name = reading.text.words(value, 'the name of a call in the background');
  const method = name === null ? null : reading.begun(value, name, true);
  const withinMs = fields.duration('within');
  if (name === null || method === null || withinMs === null) return null;
  const node = fields.option('expect');
  const expect = node === undefined ? usualExpectation(method) : readEnds(reading, node, method);
  return expect && { kind: 'await', name, expect, withinMs };
}

function readEnds(
  reading: Reading,
  node: Node,
  method: MethodName,
): Expectation | 'true-once' | null {
  if (isScalar(node) && node.value === 'true once' && method !== 'read') return 'true-once';
  return readExpectation(reading.text, node, method);
}

export function readWaiting(fields: StepFields): Action | null {
  const { reading, value } = fields;
  const name = reading.text.words(value, 'the name of a call in the background');
  if (name === null || reading.begun(value, name, false) === null) return null;
  const forMs = fields.duration('for');
  return forMs === null ? null : { kind: 'waiting', name, forMs };
}

/** Which call is made, and on whom. */
function readCall(
  fields: StepFields,
  method: MethodName,
): { readonly call: Call; readonly on: Who } | null {
  const { reading, value } = fields;
  if (method === 'setleader') {
    reading.needs.add('setleader');
    const on = readWho(reading, value);
    const other = fields.option('on');
    if (other !== undefined) {
      const hint = 'expected the server after the word itself';
      reading.text.problem(other, `"setleader" is a call to the server that is to lead; ${hint}`);
    }
    return on && { call: { method }, on };
  }
  const file = reading.template(value, 'the name of a file');
  const on = fields.who('on', { kind: 'leader' });
  if (method === 'read') {
    return file === null || on === null ? null : { call: { method, file }, on };
  }
  const version = readVersion(fields);
  const hashes = readHashes(fields);
  if (file === null || on === null || version === null || hashes === null) return null;
  return { call: { method, file, version, hashes }, on };
}

function readVersion(fields: StepFields): number | 'next' | null {
  const node = fields.option('version');
  if (node === undefined || (isScalar(node) && node.value === 'next')) return 'next';
  const { text } = fields.reading;
  const value = isScalar(node) ? node.value : undefined;
  const fits = typeof value === 'number' && Number.isInteger(value);
  if (fits && Math.abs(value) <= versionMax) return value;
  return text.refuse(node, `next, or a whole number up to ${versionMax}`);
}

function readHashes(fields: StepFields): readonly (string | number)[] | undefined | null {
  const node = fields.option('hashes');
  if (node === undefined) return undefined;
  const { text } = fields.reading;
  const expected = 'a list of texts or whole numbers';
  const items = text.items(node, expected);
  if (items === null) return null;
  const values = items.map((item) => (isScalar(item) ? item.value : undefined));
  const isHash = (value: unknown): value is string | number =>
    typeof value === 'string' || Number.isInteger(value);
  if (!values.every(isHash)) return text.refuse(node, expected);
  const isGood = items.map((item, index) => {
    // An empty text is a hash like others, and has no counter.
    const isText = typeof values[index] === 'string' && values[index] !== '';
    return !isText || fields.reading.template(item, expected) !== null;
  });
  return isGood.includes(false) ? null : values;
}
