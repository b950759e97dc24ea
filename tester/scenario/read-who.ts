/**
 * Reads an expression that stands for servers: `L`, `0`, `leader`, `all but L, F`,
 * `majority of followers`, `random of all`, or a list of such.
 */
import { isScalar, isSeq, type Node } from 'yaml';
import type { Reading } from './reading.js';
import type { Count, Who } from './scenario.js';

const words = ['all', 'leader', 'followers', 'follower', 'random'] as const;
const namePattern = /^[A-Za-z][A-Za-z0-9_-]*$/;
const countPattern = /^(random )?(?:(one|majority|minority|\d+) )?of (.+)$/;
/** Deeper expressions are nobody's. */
const depthMax = 10;

const expected =
  'servers: a name, an id, all, leader, followers, "all but L", "majority of followers", ' +
  '"random of all", or a list of these';

export function readWho(reading: Reading, node: Node, depth = 0): Who | null {
  const { text } = reading;
  if (isSeq<Node>(node) && depth < depthMax) {
    if (node.items.length === 0) return text.refuse(node, expected);
    const parts = node.items.map((item) => readWho(reading, item, depth + 1));
    return parts.includes(null)
      ? null
      : { kind: 'union', parts: parts.filter((part) => part !== null) };
  }
  if (!isScalar(node)) return text.refuse(node, expected);
  const found = text.words(node, expected);
  return found === null ? null : parseWho(reading, node, found);
}

/** The servers that `phrase`, a part of the text of `node`, stands for. */
export function parseWho(reading: Reading, node: Node, phrase: string): Who | null {
  const counted = countPattern.exec(phrase);
  if (counted !== null) {
    const [, random, count, rest = ''] = counted;
    const of = parseWho(reading, node, rest);
    if (of === null) return null;
    if (random === undefined && count === undefined) return reading.text.refuse(node, expected);
    return { kind: 'some', count: parseCount(count), random: random !== undefined, of };
  }
  const but = phrase.indexOf(' but ');
  if (but >= 0) {
    const of = parseWho(reading, node, phrase.slice(0, but));
    const without = parseWho(reading, node, phrase.slice(but + ' but '.length));
    return of === null || without === null ? null : { kind: 'but', of, without };
  }
  if (phrase.includes(',')) {
    const parts = phrase.split(',').map((part) => parseWho(reading, node, part.trim()));
    return parts.includes(null)
      ? null
      : { kind: 'union', parts: parts.filter((part) => part !== null) };
  }
  return parseWord(reading, node, phrase);
}

function parseCount(count: string | undefined): Count {
  if (count === undefined || count === 'one') return 1;
  return count === 'majority' || count === 'minority' ? count : Number(count);
}

function parseWord(reading: Reading, node: Node, word: string): Who | null {
  switch (word) {
    case 'all':
    case 'leader':
    case 'followers':
      return { kind: word };
    case 'follower':
      return { kind: 'some', count: 1, random: false, of: { kind: 'followers' } };
    case 'random':
      return { kind: 'some', count: 1, random: true, of: { kind: 'all' } };
    default:
      return parseNamed(reading, node, word);
  }
}

function parseNamed(reading: Reading, node: Node, word: string): Who | null {
  const { text, serverNames, serversMin } = reading;
  if (/^\d+$/.test(word)) {
    const id = Number(word);
    if (id < serversMin) return { kind: 'id', id };
    const hint = `expected an id below ${serversMin}, the number of servers in "needs"`;
    return text.problem(node, `there may be no server ${word}; ${hint}`);
  }
  if (serverNames.has(word)) return { kind: 'name', name: word };
  return text.unknown(node, word, 'server that an earlier step names', [...words, ...serverNames]);
}

/** Reads a name that a step gives to servers, and remembers it. */
export function readServerName(reading: Reading, node: Node): string | null {
  const { text } = reading;
  const wanted = 'a name for servers: letters, digits, - and _';
  const name = text.words(node, wanted);
  if (name === null) return null;
  return bindServerName(reading, node, name);
}

export function bindServerName(reading: Reading, node: Node, name: string): string | null {
  const { text } = reading;
  if (!namePattern.test(name)) {
    return text.refuse(node, 'a name for servers: letters, digits, - and _');
  }
  const reserved: readonly string[] = [...words, 'one', 'majority', 'minority', 'nobody'];
  if (reserved.includes(name)) {
    return text.problem(node, `"${name}" is a word of the language, expected another name`);
  }
  reading.serverNames.add(name);
  return name;
}
