/**
 * Reads the sentences of `check`, `wait until` and `stays`: `L leads`, `nobody leads`,
 * `all show x at 3`.
 */
import { isSeq, type Node } from 'yaml';
import type { Reading } from './reading.js';
import { parseWho } from './read-who.js';
import { parseBounds } from './read-outcomes.js';
import type { Condition, Sentence } from './scenario.js';

const expected =
  'a sentence: "L leads", "L does not lead", "exactly one leads", "exactly one of F, G leads", ' +
  '"nobody leads", "F is crashed", "F is not crashed", "F shows x at 3", or "one leader per term"';

export function readSentences(reading: Reading, node: Node): readonly Sentence[] | null {
  const nodes = isSeq<Node>(node) ? node.items : [node];
  if (nodes.length === 0) return reading.text.refuse(node, expected);
  const sentences = nodes.map((each) => readSentence(reading, each));
  const known = sentences.filter((sentence) => sentence !== null);
  return known.length === sentences.length ? known : null;
}

function readSentence(reading: Reading, node: Node): Sentence | null {
  const words = reading.text.words(node, expected);
  if (words === null) return null;
  // Braces are of a counter; the template is looked at for its counters here.
  if (reading.template(node, expected) === null) return null;
  const condition = parseCondition(reading, node, words);
  return condition === null ? null : { condition, words };
}

function parseCondition(reading: Reading, node: Node, words: string): Condition | null {
  if (words === 'nobody leads') return { kind: 'leads', who: { kind: 'all' }, holds: false };
  if (words === 'exactly one leads') return { kind: 'one-leads', among: { kind: 'all' } };
  if (words === 'one leader per term') {
    reading.needs.add('getinternalstate');
    return { kind: 'one-leader-per-term' };
  }
  const one = /^exactly one of (.+) leads$/.exec(words);
  if (one?.[1] !== undefined) {
    const among = parseWho(reading, node, one[1]);
    return among === null ? null : { kind: 'one-leads', among };
  }
  const leads = /^(.+?) (leads?|do(?:es)? not lead)$/.exec(words);
  if (leads?.[1] !== undefined) {
    const who = parseWho(reading, node, leads[1]);
    return who && { kind: 'leads', who, holds: !leads[2]?.endsWith('not lead') };
  }
  const crashed = /^(.+?) (?:is|are)( not)? crashed$/.exec(words);
  if (crashed?.[1] !== undefined) {
    const who = parseWho(reading, node, crashed[1]);
    return who && { kind: 'crashed', who, holds: crashed[2] === undefined };
  }
  return parseShows(reading, node, words);
}

function parseShows(reading: Reading, node: Node, words: string): Condition | null {
  const shows = /^(.+?) shows? (\S+) at (.+)$/.exec(words);
  const [, servers, file, versions] = shows ?? [];
  if (servers === undefined || file === undefined || versions === undefined) {
    return reading.text.refuse(node, expected);
  }
  const who = parseWho(reading, node, servers);
  // "shows x at least 3" reads better than "at at least 3".
  const bounds = parseBounds(versions.replace(/^least /, 'at least '));
  if (bounds === null) {
    const hint = 'expected a number, "at least N", seen, "at least seen" or absent after "at"';
    return reading.text.problem(node, `"${versions}" is no version; ${hint}`);
  }
  return who && { kind: 'shows', who, file, bounds };
}
