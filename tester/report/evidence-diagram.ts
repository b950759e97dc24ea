/**
 * The operations that contradict each other, as a drawing in large print: a row for each, in the
 * order in which they began, with its question above its bar and the answer written on it. Arrows
 * lead from what had ended to what began after it, since that order binds the servers.
 *
 * Places are shares of the width and heights are pixels, so that letters keep their size on a
 * narrow screen.
 */
import type { Operation } from '../history/operation.js';
import { markup, type Markup } from './markup.js';
import { outcomeWord, tellAnswer, tellDetail, tellMs, tellQuestion } from './words.js';

/** More rows than this are no picture; they are in the table below. */
export const rowsMax = 12;

const rowHeight = 96;
const barTop = 28;
const barHeight = 34;
const headHeight = 8;

/** An operation and where its bar is, in hundredths of the width. */
interface Row {
  readonly operation: Operation;
  readonly from: number;
  readonly to: number;
  readonly top: number;
}

/** Takes operations in the order in which they began. */
export function evidenceDiagram(evidence: readonly Operation[], key: string): Markup {
  const rows = placeRows(evidence.slice(0, rowsMax));
  const height = headHeight + rows.length * rowHeight;
  return markup`<svg class="evidence operations" width="100%" height="${height}" role="img"
  aria-label="${rows.map(({ operation }) => describe(operation)).join('; then ')}">
<defs><marker id="arrow-${key}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8"
  markerHeight="8" orient="auto-start-reverse"><path class="tip" d="M0 0 10 5 0 10z"/></marker>
<pattern id="open-${key}" width="8" height="8" patternUnits="userSpaceOnUse"
  patternTransform="rotate(45)"><rect class="open-ground" width="8" height="8"/>
  <rect class="open-line" width="3" height="8"/></pattern></defs>
${arrows(rows, key)}${rows.map((row, index) => drawRow(row, index, key))}
</svg>`;
}

function describe(operation: Operation): string {
  const { client, server, outcome } = operation;
  const asked = `client ${client} asked server ${server}: ${tellQuestion(operation)}`;
  return `${asked}; answer: ${tellAnswer(outcome)} (${tellDetail(operation)})`;
}

/**
 * Begins and ends stand at even distances in their order: what counts is which came first, and
 * operations of 2 ms may be minutes apart. Stretches in which nothing is under way are narrower.
 */
function placeRows(evidence: readonly Operation[]): readonly Row[] {
  const moments = evidence
    .flatMap(({ beganAt, endedAt }) => [beganAt, endedAt])
    .sort((a, b) => a - b);
  const isBusy = (from: number) =>
    evidence.some(({ beganAt, endedAt }) => beganAt <= from && from < endedAt);
  const placeOf = new Map<number, number>();
  let width = 0;
  for (const moment of moments) {
    placeOf.set(moment, width);
    width += isBusy(moment) ? 10 : 4;
  }
  const last = placeOf.get(moments.at(-1) ?? 0) ?? 0;
  const scale = (moment: number) => 1 + (98 * (placeOf.get(moment) ?? 0)) / Math.max(last, 1);
  return evidence.map((operation, index) => ({
    operation,
    from: scale(operation.beganAt),
    to: operation.outcome.kind === 'unknown' ? 99 : scale(operation.endedAt),
    top: headHeight + index * rowHeight,
  }));
}

function drawRow({ operation, from, to, top }: Row, index: number, key: string): Markup {
  const kind = outcomeWord(operation.outcome);
  const fill = kind === 'unknown' ? markup` style="fill:url(#open-${key})"` : undefined;
  const { client, server, beganMs, endedMs } = operation;
  const middle = (from + to) / 2;
  const { x, anchor } = anchorOf(from, to);
  const until = kind === 'unknown' ? 'on' : `to ${tellMs(endedMs)}`;
  return markup`<g class="operation" data-operation="${operation.id}">
<text class="question" x="${x}%" y="${top + 18}" text-anchor="${anchor}"><tspan
  class="number">${index + 1}</tspan> <tspan class="asked">${tellQuestion(operation)}</tspan>
<tspan class="who"> client ${client} at server ${server}</tspan></text>
<rect class="bar ${kind}" x="${share(from)}%" y="${top + barTop}" width="${share(to - from)}%"
  height="${barHeight}" rx="5"${fill}/>
<text class="answer on-${kind}" x="${share(middle)}%" y="${top + barTop + 23}"
  text-anchor="middle">${tellAnswer(operation.outcome)}</text>
<text class="detail" x="${x}%" y="${top + barTop + barHeight + 17}"
  text-anchor="${anchor}">${tellDetail(operation)}; from ${tellMs(beganMs)} ${until}</text>
</g>
`;
}

/** Text that hangs on a bar grows towards the side where there is room. */
function anchorOf(from: number, to: number): { readonly x: string; readonly anchor: string } {
  if (from < 34) return { x: share(from), anchor: 'start' };
  if (to > 66) return { x: share(to), anchor: 'end' };
  return { x: share((from + to) / 2), anchor: 'middle' };
}

function share(value: number): string {
  return value.toFixed(2);
}

/** From each operation to those that began after it ended, but not over one in between. */
function arrows(rows: readonly Row[], key: string): readonly Markup[] {
  const follows = (a: Row, b: Row) =>
    a.operation.outcome.kind !== 'unknown' && a.operation.endedAt < b.operation.beganAt;
  return rows.flatMap((a) =>
    rows
      .filter((b) => follows(a, b) && !rows.some((c) => follows(a, c) && follows(c, b)))
      .map((b) => {
        const y1 = a.top + barTop + barHeight;
        const y2 = b.top + barTop + barHeight / 2;
        return markup`<line class="before" x1="${share(a.to)}%" y1="${y1}" x2="${share(b.from)}%"
  y2="${y2}" marker-end="url(#arrow-${key})"/>
`;
      }),
  );
}
