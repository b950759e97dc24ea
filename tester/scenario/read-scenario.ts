/**
 * Reads one document of a scenario file.
 */
import type { Node } from 'yaml';
import type { Need } from '../cluster/need.js';
import { readSteps } from './read-step.js';
import { Reading } from './reading.js';
import type { Scenario } from './scenario.js';
import { isNothing, oneOf, type ScenarioText } from './scenario-text.js';

const keys = ['name', 'why', 'needs', 'seed', 'steps'] as const;
const serversMax = 99;

/** Methods that a server of this API may lack, by their names. */
const methods: readonly Need[] = [
  'getfileinfo',
  'getfileinfopage',
  'getinternalstate',
  'makeserverunreachablefrom',
  'sendheartbeat',
  'setleader',
];

/** Null when something is wrong; `text` knows what. */
export function readScenario(text: ScenarioText, node: Node): Scenario | null {
  const fields = text.fields(node, keys, 'part of a scenario');
  if (fields === null) return null;
  const nameNode = fields.get('name');
  const name = nameNode && text.words(nameNode, 'a sentence that the servers are to keep');
  const whyNode = fields.get('why');
  const why = whyNode && text.words(whyNode, 'a sentence');
  const seedNode = fields.get('seed');
  const seed = seedNode === undefined ? '1' : text.words(seedNode, 'a number or a word');
  const needs = readNeeds(text, fields.get('needs'));
  const reading = new Reading(text, needs.serversMin);
  for (const missing of (['name', 'steps'] as const).filter((key) => !fields.has(key))) {
    text.problem(node, `no "${missing}", expected ${oneOf(keys, 'and')}`);
  }
  const stepsNode = fields.get('steps');
  const steps = stepsNode && readSteps(reading, stepsNode);
  reading.expectAllAwaited();
  if (name === undefined || steps === undefined) return null;
  if (name === null || why === null || seed === null || steps === null) return null;
  const all = [...new Set([...needs.methods, ...reading.needs])];
  return {
    place: text.placeOf(node),
    name,
    why,
    serversMin: needs.serversMin,
    needs: all,
    seed,
    steps,
  };
}

interface NeedsRead {
  readonly serversMin: number;
  readonly methods: readonly Need[];
}

function readNeeds(text: ScenarioText, node: Node | undefined): NeedsRead {
  const nothing: NeedsRead = { serversMin: 1, methods: [] };
  if (node === undefined || isNothing(node)) return nothing;
  const fields = text.fields(node, ['servers', 'methods'], 'need');
  const serversNode = fields?.get('servers');
  const methodsNode = fields?.get('methods');
  return {
    serversMin: (serversNode && text.integer(serversNode, 1, serversMax)) ?? 1,
    methods: methodsNode === undefined ? [] : readMethods(text, methodsNode),
  };
}

function readMethods(text: ScenarioText, node: Node): readonly Need[] {
  const items = text.items(node, 'a list of methods, such as [setleader]') ?? [];
  return items.flatMap((item) => {
    const word = text.words(item, 'the name of a method');
    const method = methods.find((each) => each === word);
    if (word !== null && method === undefined) {
      text.unknown(item, word, 'method that a server may lack', methods);
    }
    return method === undefined ? [] : [method];
  });
}
