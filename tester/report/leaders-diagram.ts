/**
 * Two leaders in one term as a drawing: the servers as lanes around the moment when it was seen.
 * No operation of a client shows it; what the servers said of themselves does.
 */
import { must } from '../../src/base/assert.js';
import type { ChaosRecord } from '../chaos/chaos-record.js';
import { markup, type Markup } from './markup.js';
import { roleBands, type RoleBand } from './role-bands.js';
import { tellMs } from './words.js';

const laneHeight = 58;
const bandTop = 20;
const bandHeight = 30;
/** Of the width, in hundredths, for a letter: longer words would run into the next band. */
const letterShare = 1.5;
const marginMsMin = 100;
const marginMsMax = 1_000;

export interface DoubleTerm {
  readonly term: number;
  /** Every stretch in which a server led in that term; of two servers or more. */
  readonly claims: readonly RoleBand[];
}

/** The first term in which two servers were seen as leaders, if there is one. */
export function doubleTermOf(record: ChaosRecord): DoubleTerm | undefined {
  const claimsOf = new Map<number, RoleBand[]>();
  for (const band of roleBands(record)) {
    if (band.role !== 'leader' || band.term === undefined) continue;
    claimsOf.set(band.term, [...(claimsOf.get(band.term) ?? []), band]);
  }
  const doubles = [...claimsOf]
    .filter(([, claims]) => new Set(claims.map(({ server }) => server)).size > 1)
    .sort(([a], [b]) => a - b);
  const [first] = doubles;
  return first === undefined ? undefined : { term: first[0], claims: first[1] };
}

/** Around the claim of the second server, and back to where the first one's still can be seen. */
export function windowOf({ claims }: DoubleTerm): readonly [fromMs: number, untilMs: number] {
  const ordered = [...claims].sort((a, b) => a.fromMs - b.fromMs);
  const first = must(ordered[0], 'two servers claim the term');
  const second = must(
    ordered.find(({ server }) => server !== first.server),
    'two servers claim the term',
  );
  const claimMs = second.untilMs - second.fromMs;
  const margin = Math.min(Math.max(claimMs, marginMsMin), marginMsMax);
  const from = Math.min(second.fromMs, first.untilMs) - margin;
  return [Math.max(0, from), second.untilMs + margin];
}

export function leadersDiagram(record: ChaosRecord, double: DoubleTerm): Markup {
  const [from, until] = windowOf(double);
  const place = (ms: number) =>
    (100 * (Math.min(Math.max(ms, from), until) - from)) / (until - from);
  const bands = roleBands(record).filter((band) => band.fromMs < until && band.untilMs > from);
  const claimants = new Set(double.claims.map(({ server }) => server));
  const lanes = record.servers.filter(({ id }) => claimants.has(id));
  const height = lanes.length * laneHeight + 24;
  const says = `servers ${[...claimants].join(' and ')} both lead in term ${double.term}`;
  return markup`<svg class="evidence lanes" width="100%" height="${height}" role="img"
  aria-label="${says}">
${lanes.map(({ id, address }, lane) => {
  const own = bands.filter(({ server }) => server === id);
  return markup`<text class="question" x="0" y="${lane * laneHeight + 15}"><tspan
  class="asked">server ${id}</tspan><tspan class="who"> ${address}</tspan></text>
${own.map((band) => drawBand(band, { top: lane * laneHeight, place, term: double.term }))}`;
})}<text class="detail" x="0" y="${height - 6}">${tellMs(from)}</text>
<text class="detail" x="100%" y="${height - 6}" text-anchor="end">${tellMs(until)}</text>
</svg>`;
}

interface Drawing {
  readonly top: number;
  readonly term: number;
  /** Where milliseconds are, in hundredths of the width. */
  readonly place: (ms: number) => number;
}

function drawBand(band: RoleBand, { top, place, term }: Drawing): Markup {
  const from = place(band.fromMs);
  const width = place(band.untilMs) - from;
  const isClaim = band.role === 'leader' && band.term === term;
  const words = band.term === undefined ? band.role : `${band.role}, term ${band.term}`;
  const middle = (from + width / 2).toFixed(2);
  return markup`<rect class="band ${band.role}${isClaim ? ' claim' : ''}" x="${from.toFixed(2)}%"
  y="${top + bandTop}" width="${width.toFixed(2)}%" height="${bandHeight}" rx="3"/>
${
  width < words.length * letterShare
    ? undefined
    : markup`<text class="answer on-${band.role}" x="${middle}%" y="${top + bandTop + 21}"
  text-anchor="middle">${words}</text>
`
}`;
}
