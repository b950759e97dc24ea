/**
 * Reads how a call may end (`true`, `fault 1`, `at least 2 or blocked`), and which version a file
 * may be at.
 */
import { isScalar, type Node } from 'yaml';
import { unreachable } from '../../src/base/assert.js';
import type { Call, Expectation, Outcome, VersionBound } from './scenario.js';
import type { ScenarioText } from './scenario-text.js';

const versionWords = 'a version, "at least N", seen, "at least seen" or absent';
const otherEnds = 'fault, "fault N", blocked, lost or any';

function expectedOf(method: Call['method']): string {
  switch (method) {
    case 'update':
    case 'setleader':
      return `true, false, ${otherEnds}, or several of them with "or"`;
    case 'read':
      return `${versionWords}, ${otherEnds}, or several of them with "or"`;
    default:
      return unreachable(method);
  }
}

export function readExpectation(
  text: ScenarioText,
  node: Node,
  method: Call['method'],
): Expectation | null {
  const expected = expectedOf(method);
  if (!isScalar(node)) return text.refuse(node, expected);
  const words = text.words(node, expected);
  if (words === null) return null;
  const outcomes = words.split(' or ').map((part) => parseOutcome(part, method));
  const known = outcomes.filter((outcome) => outcome !== null);
  return known.length === outcomes.length ? known : text.refuse(node, expected);
}

/** What is expected of a call about which the file says nothing. */
export function usualExpectation(method: Call['method']): Expectation {
  switch (method) {
    case 'update':
    case 'setleader':
      return [{ kind: 'boolean', value: true }];
    case 'read':
      return [{ kind: 'version', bound: { kind: 'at-least', version: 'seen' } }];
    default:
      return unreachable(method);
  }
}

function parseOutcome(words: string, method: Call['method']): Outcome | null {
  if (words === 'any' || words === 'blocked' || words === 'lost') return { kind: words };
  const fault = /^fault(?: (-?\d+))?$/.exec(words);
  if (fault !== null) {
    return { kind: 'fault', code: fault[1] === undefined ? undefined : Number(fault[1]) };
  }
  if (method === 'read') {
    const bound = parseBound(words);
    return bound === null ? null : { kind: 'version', bound };
  }
  if (words !== 'true' && words !== 'false') return null;
  return { kind: 'boolean', value: words === 'true' };
}

/** Versions of which a file may have one: `3`, `0 or 1`, `at least seen`, `absent`. */
export function readBounds(text: ScenarioText, node: Node): readonly VersionBound[] | null {
  const expected = `${versionWords}, or several of them with "or"`;
  const words = text.words(node, expected);
  if (words === null) return null;
  return parseBounds(words) ?? text.refuse(node, expected);
}

export function parseBounds(words: string): readonly VersionBound[] | null {
  const bounds = words.split(' or ').map(parseBound);
  const known = bounds.filter((bound) => bound !== null);
  return known.length === bounds.length ? known : null;
}

function parseBound(words: string): VersionBound | null {
  if (words === 'absent') return { kind: 'exactly', version: 0 };
  const match = /^(at least )?(\d{1,9}|seen)$/.exec(words);
  if (match === null) return null;
  const version = match[2] === 'seen' ? 'seen' : Number(match[2]);
  return { kind: match[1] === undefined ? 'exactly' : 'at-least', version };
}
