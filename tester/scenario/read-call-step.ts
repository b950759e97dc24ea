/**
 * Reads the steps in which clients call servers, at once or in the background.
 */
import { isScalar, isSeq, type Node } from 'yaml';
import { readBounds, readExpectation, usualExpectation } from './read-outcomes.js';
import { readWho } from './read-who.js';
import type { Reading } from './reading.js';
import type { Action, Call, CallAction, Expectation, VersionBound, Who } from './scenario.js';
import type { StepFields } from './step-fields.js';

export type MethodName = Call['method'];

/** More copies of a name are no list of hashes that a scenario needs. */
const versionMax = 1_000_000;

export function readCallStep(fields: StepFields, method: MethodName): Action | undefined {
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
    if (name !== undefined) reading.begin(background, name, method);
    return made && name !== undefined ? { kind: 'begin', name, ...made } : undefined;
  }
  const expect =
    expectNode === undefined
      ? usualExpectation(method)
      : readExpectation(reading.text, expectNode, method);
  return made && expect && ({ kind: 'call', ...made, expect, withinMs } satisfies CallAction);
}

export function readWrite(fields: StepFields): Action | undefined {
  const file = fields.reading.template(fields.value, 'the name of a file');
  return file === undefined
    ? undefined
    : { kind: 'write', file, withinMs: fields.duration('within') };
}

export function readMap(fields: StepFields): Action | undefined {
  const { reading } = fields;
  const entries = reading.text.entries(fields.value, 'files and versions, such as {x: 2}');
  const on = fields.who('on', { kind: 'leader' });
  const withinMs = fields.duration('within');
  const files: (readonly [string, readonly VersionBound[]])[] = [];
  for (const { keyNode, value } of entries ?? []) {
    const file = reading.template(keyNode, 'the name of a file');
    const bounds = readBounds(reading.text, value);
    if (file !== undefined && bounds !== undefined) files.push([file, bounds]);
  }
  if (entries === undefined || on === undefined) return undefined;
  return { kind: 'map', files, on, withinMs };
}

export function readAwait(fields: StepFields): Action | undefined {
  const { reading, value } = fields;
  const name = reading.text.words(value, 'the name of a call in the background');
  const method = name === undefined ? undefined : reading.begun(value, name, true);
  const withinMs = fields.duration('within');
  if (name === undefined || method === undefined) return undefined;
  const node = fields.option('expect');
  const expect = node === undefined ? usualExpectation(method) : readEnds(reading, node, method);
  return expect && { kind: 'await', name, expect, withinMs };
}

function readEnds(
  reading: Reading,
  node: Node,
  method: MethodName,
): Expectation | 'true-once' | undefined {
  if (isScalar(node) && node.value === 'true once' && method !== 'read') return 'true-once';
  return readExpectation(reading.text, node, method);
}

export function readWaiting(fields: StepFields): Action | undefined {
  const { reading, value } = fields;
  const name = reading.text.words(value, 'the name of a call in the background');
  if (name === undefined || reading.begun(value, name, false) === undefined) return undefined;
  return { kind: 'waiting', name, forMs: fields.duration('for') };
}

/** Which call is made, and on whom. */
function readCall(
  fields: StepFields,
  method: MethodName,
): { readonly call: Call; readonly on: Who } | undefined {
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
    return file !== undefined && on ? { call: { method, file }, on } : undefined;
  }
  const version = readVersion(fields);
  const hashes = readHashes(fields);
  if (file === undefined || on === undefined || version === undefined) return undefined;
  return { call: { method, file, version, hashes }, on };
}

function readVersion(fields: StepFields): number | 'next' | undefined {
  const node = fields.option('version');
  if (node === undefined || (isScalar(node) && node.value === 'next')) return 'next';
  const { text } = fields.reading;
  const value = isScalar(node) ? node.value : undefined;
  const fits = typeof value === 'number' && Number.isInteger(value);
  if (fits && Math.abs(value) <= versionMax) return value;
  return text.refuse(node, `next, or a whole number up to ${versionMax}`);
}

function readHashes(fields: StepFields): readonly (string | number)[] | undefined {
  const node = fields.option('hashes');
  if (node === undefined) return undefined;
  const { text } = fields.reading;
  const expected = 'a list of texts or whole numbers';
  const items = isSeq<Node>(node) ? node.items : undefined;
  const values = items?.map((item) => (isScalar(item) ? item.value : undefined));
  const hashes = values?.filter((value) => typeof value === 'string' || Number.isInteger(value));
  if (hashes === undefined || hashes.length !== items?.length) return text.refuse(node, expected);
  return hashes as (string | number)[];
}
