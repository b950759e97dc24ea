/**
 * Reads steps: mappings in which one key is the word of the step and the others its options.
 */
import { isScalar, Scalar, type Node } from 'yaml';
import {
  readAwait,
  readCallStep,
  readMap,
  readWaiting,
  readWrite,
  type MethodName,
} from './read-call-step.js';
import {
  readCut,
  readLeader,
  readLet,
  readPartition,
  readPause,
  readTreatment,
  readWatch,
} from './read-cluster-step.js';
import { must } from '../../src/base/assert.js';
import { readServerName, readWho } from './read-who.js';
import type { Reading } from './reading.js';
import type { Action, Step, Treatment } from './scenario.js';
import { isNothing, type Entry } from './scenario-text.js';
import { StepFields } from './step-fields.js';

interface StepWord {
  readonly options: readonly string[];
  /** Null when something is wrong, which is noted then. */
  readonly read: (fields: StepFields) => Action | null;
}

const repeatMax = 1_000;
/** Steps within steps within steps. */
const depthMax = 10;

const stepWords: Readonly<Record<string, StepWord>> = {
  leader: { options: ['among', 'within'], read: readLeader },
  let: { options: [], read: readLet },
  crash: treatmentWord('crash'),
  restore: treatmentWord('restore'),
  heal: treatmentWord('heal'),
  kill: treatmentWord('kill'),
  start: treatmentWord('start'),
  stop: treatmentWord('stop'),
  resume: treatmentWord('resume'),
  partition: { options: [], read: readPartition },
  cut: { options: ['from', 'direction'], read: readCut },
  setleader: callWord('setleader', []),
  update: callWord('update', ['version', 'hashes']),
  read: callWord('read', []),
  write: { options: ['within'], read: readWrite },
  map: { options: ['on', 'within'], read: readMap },
  await: { options: ['expect', 'within'], read: readAwait },
  waiting: { options: ['for'], read: readWaiting },
  check: { options: [], read: (fields) => readWatch(fields, 'check') },
  'wait until': { options: ['within'], read: (fields) => readWatch(fields, 'wait until') },
  stays: { options: ['for'], read: (fields) => readWatch(fields, 'stays') },
  repeat: { options: ['as', 'steps'], read: readRepeat },
  'for each': { options: ['as', 'steps'], read: readForEach },
  together: { options: [], read: readTogether },
  pause: { options: [], read: readPause },
};

const allWords = Object.keys(stepWords);

export function readSteps(reading: Reading, node: Node): readonly Step[] | null {
  const items = reading.text.items(node, 'a list of steps, each with a - before it');
  if (items === null) return null;
  if (items.length === 0) return reading.text.refuse(node, 'at least one step');
  const read = reading.nested(node, depthMax, () => items.map((item) => readStep(reading, item)));
  const steps = read === null ? [] : read.filter((step) => step !== null);
  return steps.length === items.length ? steps : null;
}

function readStep(reading: Reading, node: Node): Step | null {
  const { text } = reading;
  if (isScalar(node) && typeof node.value === 'string') {
    const nothing = new Scalar(null);
    nothing.range = node.range ?? null;
    return readEntries(reading, node, [{ key: node.value, keyNode: node, value: nothing }]);
  }
  const entries = text.entries(node, 'a step, such as "crash: leader"');
  return entries === null ? null : readEntries(reading, node, entries);
}

function readEntries(reading: Reading, node: Node, entries: readonly Entry[]): Step | null {
  const { text } = reading;
  const [main, second] = entries.filter(({ key }) => Object.hasOwn(stepWords, key));
  const [first] = entries;
  if (main === undefined) {
    if (first === undefined) return text.refuse(node, 'a step, such as "crash: leader"');
    return text.unknown(first.keyNode, first.key, 'step', allWords);
  }
  if (second !== undefined) {
    const hint = 'expected one word a step; put a - before each';
    return text.problem(second.keyNode, `both "${main.key}" and "${second.key}"; ${hint}`);
  }
  const word = must(stepWords[main.key], 'the word is in the table');
  const options = new Map<string, Node>();
  for (const { key, keyNode, value } of entries) {
    if (key === main.key) continue;
    if (word.options.includes(key)) options.set(key, value);
    else refuseOption(reading, { key, keyNode }, { step: main.key, known: word.options });
  }
  const action = word.read(new StepFields(reading, node, { value: main.value, options }));
  if (action === null) return null;
  const shown = entries
    .filter(({ key }) => key !== 'steps' && key !== 'together')
    .map((entry) => sourceOf(reading, entry));
  return { place: text.placeOf(node), words: shown.join(', ') || main.key, action };
}

function sourceOf(reading: Reading, { key, value }: Entry): string {
  const source = isNothing(value) ? '' : reading.text.sourceOf(value);
  return source === '' ? key : `${key}: ${source}`;
}

function treatmentWord(treatment: Treatment): StepWord {
  return { options: [], read: (fields) => readTreatment(fields, treatment) };
}

function callWord(method: MethodName, options: readonly string[]): StepWord {
  return {
    options: [...options, 'on', 'expect', 'within', 'in background'],
    read: (fields) => readCallStep(fields, method),
  };
}

function refuseOption(
  { text }: Reading,
  { key, keyNode }: { readonly key: string; readonly keyNode: Node },
  { step, known }: { readonly step: string; readonly known: readonly string[] },
): void {
  if (known.length > 0) text.unknown(keyNode, key, `option of "${step}"`, known);
  else text.problem(keyNode, `"${key}" is no option of "${step}", expected none`);
}

function readRepeat(fields: StepFields): Action | null {
  const { reading } = fields;
  const times = reading.text.integer(fields.value, 1, repeatMax);
  const asNode = fields.option('as');
  const counter = asNode && reading.text.words(asNode, 'a name for the number of the round');
  const steps = reading.within(counter ?? undefined, () => readInnerSteps(fields));
  if (times === null || counter === null || steps === null) return null;
  return { kind: 'repeat', times, counter, steps };
}

function readForEach(fields: StepFields): Action | null {
  const { reading } = fields;
  const who = readWho(reading, fields.value);
  const asNode = fields.option('as');
  if (asNode === undefined) {
    return reading.text.problem(fields.node, '"for each" names nobody, expected "as: NAME"');
  }
  const name = readServerName(reading, asNode);
  const steps = readInnerSteps(fields);
  if (who === null || name === null || steps === null) return null;
  return { kind: 'for-each', who, name, steps };
}

function readTogether({ reading, value }: StepFields): Action | null {
  const items = reading.text.items(value, 'lists of steps, which are made at the same time');
  if (items === null) return null;
  const branches = items.map((item) => readSteps(reading, item));
  return { kind: 'together', branches: branches.filter((branch) => branch !== null) };
}

function readInnerSteps(fields: StepFields): readonly Step[] | null {
  const node = fields.option('steps');
  if (node !== undefined) return readSteps(fields.reading, node);
  return fields.reading.text.problem(fields.node, 'no steps to repeat, expected "steps:"');
}
