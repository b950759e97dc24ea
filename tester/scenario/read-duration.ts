/**
 * Times in scenario files: `200 ms`, `2 s`, and `50-300 ms` for one that is drawn each time.
 */
import type { Node } from 'yaml';
import type { ScenarioText } from './scenario-text.js';

/** Longer waits are slips of the pen: a check ends after a minute. */
const durationMsMax = 60_000;

export interface DurationRange {
  readonly leastMs: number;
  readonly mostMs: number;
}

export function readDuration(text: ScenarioText, node: Node): number | null {
  const expected = 'a time up to 60 s, such as 200 ms or 2 s';
  const words = text.words(node, expected);
  if (words === null) return null;
  const range = parseRange(words);
  if (range !== null && range.leastMs === range.mostMs) return range.leastMs;
  return text.refuse(node, expected);
}

export function readDurationRange(text: ScenarioText, node: Node): DurationRange | null {
  const expected = 'a time up to 60 s, such as 200 ms, or two, such as 50-300 ms';
  const words = text.words(node, expected);
  return words === null ? null : (parseRange(words) ?? text.refuse(node, expected));
}

function parseRange(words: string): DurationRange | null {
  const match = /^(\d+(?:\.\d+)?)(?: ?- ?(\d+(?:\.\d+)?))? ?(ms|s)$/.exec(words);
  if (match === null) return null;
  const unitMs = match[3] === 's' ? 1000 : 1;
  const leastMs = Number(match[1]) * unitMs;
  const mostMs = match[2] === undefined ? leastMs : Number(match[2]) * unitMs;
  return leastMs <= mostMs && mostMs <= durationMsMax ? { leastMs, mostMs } : null;
}
