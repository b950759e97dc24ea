/**
 * Reads the steps that name servers, do something to them, or look at them.
 */
import { readDurationRange } from './read-duration.js';
import { readSentences } from './read-condition.js';
import { bindServerName, readServerName, readWho } from './read-who.js';
import type { Action, Treatment } from './scenario.js';
import type { StepFields } from './step-fields.js';

export function readTreatment(fields: StepFields, treatment: Treatment): Action | null {
  const { reading, value } = fields;
  if (treatment === 'heal') reading.needs.add('makeserverunreachablefrom');
  else if (treatment !== 'crash' && treatment !== 'restore') reading.needs.add('own-servers');
  const healsAll = treatment === 'heal' && !fields.hasValue;
  const who = healsAll ? ({ kind: 'all' } as const) : readWho(reading, value);
  return who && { kind: 'treat', treatment, who };
}

export function readLeader(fields: StepFields): Action | null {
  const among = fields.who('among', { kind: 'all' });
  const withinMs = fields.duration('within');
  const name = fields.hasValue ? readServerName(fields.reading, fields.value) : undefined;
  if (among === null || withinMs === null || name === null) return null;
  return { kind: 'leader', name, among, withinMs };
}

export function readLet({ reading, value }: StepFields): Action | null {
  const entries = reading.text.entries(value, 'names and servers, such as "F: follower"');
  if (entries === null) return null;
  const bindings = entries.flatMap((entry) => {
    const who = readWho(reading, entry.value);
    const name = bindServerName(reading, entry.keyNode, entry.key);
    return who === null || name === null ? [] : [[name, who] as const];
  });
  return { kind: 'let', bindings };
}

export function readPartition({ reading, value }: StepFields): Action | null {
  reading.needs.add('makeserverunreachablefrom');
  const items = reading.text.items(value, 'groups of servers, such as [[L], [F, G]]');
  if (items === null) return null;
  const groups = items.map((item) => readWho(reading, item));
  return { kind: 'partition', groups: groups.filter((group) => group !== null) };
}

export function readCut(fields: StepFields): Action | null {
  fields.reading.needs.add('makeserverunreachablefrom');
  const who = readWho(fields.reading, fields.value);
  const fromNode = fields.option('from');
  const from = fromNode === undefined ? undefined : readWho(fields.reading, fromNode);
  const direction = fields.choice('direction', ['both', 'send', 'receive']);
  if (who === null || from === null || direction === null) return null;
  return { kind: 'cut', who, from, direction };
}

export function readPause({ reading, value }: StepFields): Action | null {
  const range = readDurationRange(reading.text, value);
  return range && { kind: 'pause', ...range };
}

export function readWatch(
  fields: StepFields,
  manner: 'check' | 'wait until' | 'stays',
): Action | null {
  const sentences = readSentences(fields.reading, fields.value);
  const limitMs = fields.duration(manner === 'stays' ? 'for' : 'within');
  if (sentences === null || limitMs === null) return null;
  return { kind: 'watch', manner, sentences, limitMs };
}
