/** Figures as people read them: no more digits than the machine's noise allows. */
import { unreachable } from '../../src/base/assert.js';
import type { Goal, Unit } from '../goals/goals.js';
import type { Pair } from '../goals/outcome.js';

/** Stands for what was not measured. */
export const nothing = '–';

export function figureText(value: number | undefined, unit: Unit): string {
  if (value === undefined || Number.isNaN(value)) return nothing;
  switch (unit) {
    case 'calls/s':
      return `${wholeText(value)}/s`;
    case 'ms':
      return `${roundText(value)} ms`;
    case 's':
      return `${roundText(value)} s`;
    case 'bytes a file':
      return `${wholeText(value)} B/file`;
    case 'changes':
      return wholeText(value);
    default:
      return unreachable(unit);
  }
}

/** 1234567 as 1,234,567. */
export function wholeText(value: number): string {
  return Math.round(value)
    .toString()
    .replaceAll(/\B(?=(\d{3})+$)/g, ',');
}

/** Three digits that count, or all before the point. */
export function roundText(value: number): string {
  const magnitude = Math.abs(value);
  if (magnitude >= 1000) return wholeText(value);
  return value.toFixed(magnitude >= 100 ? 0 : magnitude >= 10 ? 1 : 2);
}

export function ratioText(ratio: number | undefined): string {
  return ratio === undefined ? nothing : `${ratio.toFixed(2)} ×`;
}

/** "4.61 / 15.1": ours and theirs. */
export function pairText(pair: Pair | undefined): string {
  if (pair === undefined) return nothing;
  const { ours, theirs } = pair;
  return theirs === undefined ? roundText(ours) : `${roundText(ours)} / ${roundText(theirs)}`;
}

/** "≥ 3.5 × etcd (aim 4)", "≤ 10 s". */
export function boundText({ bound, judged, unit, rival }: Goal): string {
  const sign = bound.kind === 'at least' ? '≥' : '≤';
  const limit =
    judged === 'ratio' ? `${bound.goal} × ${rival ?? ''}`.trim() : limitText(bound.goal, unit);
  const aim = bound.aim === undefined ? '' : ` (aim ${bound.aim})`;
  return `${sign} ${limit}${aim}`;
}

function limitText(limit: number, unit: Unit): string {
  const word = { 'calls/s': '/s', ms: ' ms', s: ' s', 'bytes a file': ' B/file', changes: '' }[
    unit
  ];
  return `${limit}${word}`;
}
