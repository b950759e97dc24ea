/**
 * Reads the steps that name servers, do something to them, or look at them.
 */
import { readDurationRange } from './read-duration.js';
import { readSentences } from './read-condition.js';
import { bindServerName, readServerName, readWho } from './read-who.js';
import type { Action, Treatment } from './scenario.js';
import type { StepFields } from './step-fields.js';

export function readTreatment(fields: StepFields, treatment: Treatment): Action | undefined {
  const { reading, value } = fields;
  if (treatment === 'heal') reading.needs.add('makeserverunreachablefrom');
  else if (treatment !== 'crash' && treatment !== 'restore') reading.needs.add('own-servers');
  const healsAll = treatment === 'heal' && !fields.hasValue;
  const who = healsAll ? ({ kind: 'all' } as const) : readWho(reading, value);
  return who && { kind: 'treat', treatment, who };
}

export function readLeader(fields: StepFields): Action | undefined {
  const among = fields.who('among', { kind: 'all' });
  const withinMs = fields.duration('within');
  const name = fields.hasValue ? readServerName(fields.reading, fields.value) : undefined;
  return among && { kind: 'leader', name, among, withinMs };
}

export function readLet({ reading, value }: StepFields): Action | undefined {
  const entries = reading.text.entries(value, 'names and servers, such as "F: follower"');
  const bindings = entries?.flatMap((entry) => {
    const who = readWho(reading, entry.value);
    const name = bindServerName(reading, entry.keyNode, entry.key);
    return who === undefined || name === undefined ? [] : [[name, who] as const];
  });
  return bindings && { kind: 'let', bindings };
}

export function readPartition({ reading, value }: StepFields): Action | undefined {
  reading.needs.add('makeserverunreachablefrom');
  const items = reading.text.items(value, 'groups of servers, such as [[L], [F, G]]');
  const groups = items?.map((item) => readWho(reading, item));
  const known = groups?.filter((group) => group !== undefined);
  return known && { kind: 'partition', groups: known };
}

export function readCut(fields: StepFields): Action | undefined {
  fields.reading.needs.add('makeserverunreachablefrom');
  const who = readWho(fields.reading, fields.value);
  const fromNode = fields.option('from');
  const from = fromNode === undefined ? undefined : readWho(fields.reading, fromNode);
  const direction = fields.choice('direction', ['both', 'send', 'receive']);
  return who && direction && { kind: 'cut', who, from, direction };
}

export function readPause({ reading, value }: StepFields): Action | undefined {
  const range = readDurationRange(reading.text, value);
  return range && { kind: 'pause', ...range };
}

export function readWatch(
  fields: StepFields,
  manner: 'check' | 'wait until' | 'stays',
): Action | undefined {
  const sentences = readSentences(fields.reading, fields.value);
  const limitMs = fields.duration(manner === 'stays' ? 'for' : 'within');
  return sentences && { kind: 'watch', manner, sentences, limitMs };
}
