/** A chaos run as a whole: what was promised and found, the timeline, and every fault in words. */
import { unreachable } from '../../src/base/assert.js';
import type { ChaosRecord, Role } from '../chaos/chaos-record.js';
import type { Finding, Verdict } from '../history/finding.js';
import { bounded, markup, scriptJson, trusted, type Markup } from './markup.js';
import { timelineData } from './timeline-data.js';
import { countOf, tellDuration, tellMs, type OutcomeWord } from './words.js';

const faultsListedMax = 1_000;
const wordsMax = 1_000;

const pointingHint = 'Point at something to read what it is, click to keep its words.';

export function chaosSection(record: ChaosRecord): Markup {
  return markup`${promisesCard(record.findings)}
${timelineCard(record)}
`;
}

function promisesCard(findings: readonly Finding[]): Markup {
  const rows = findings.map(
    ({ promise, verdict }) => markup`<tr><td>${tagOf(verdict)}</td><td>${promise}${remark(verdict)}
</td></tr>
`,
  );
  const count = (kind: Verdict['kind']) =>
    findings.filter(({ verdict }) => verdict.kind === kind).length;
  const held = count('held');
  const tags = (['violated', 'unknown', 'held'] as const)
    .filter((kind) => count(kind) > 0)
    .map((kind) => markup`<span class="tag ${kind}">${count(kind)} ${tagWords[kind]}</span> `);
  const isOpen = held < findings.length ? trusted(' open') : undefined;
  return markup`<section class="card"><details class="promises"${isOpen}>
<summary><h2>Promises under chaos</h2> ${tags}</summary>
<table><tbody>${rows}</tbody></table></details></section>`;
}

const tagWords = { held: 'held', violated: 'broken', unknown: 'not proven' } as const;

function tagOf({ kind }: Verdict): Markup {
  return markup`<span class="tag ${kind}">${tagWords[kind]}</span>`;
}

function remark(verdict: Verdict): Markup | undefined {
  switch (verdict.kind) {
    case 'held':
      return undefined;
    case 'unknown':
      return markup`<br><span class="muted">${bounded(verdict.why, wordsMax)}</span>`;
    case 'violated':
      return markup`<br><span class="muted">expected ${bounded(verdict.expected, wordsMax)}</span>`;
    default:
      return unreachable(verdict);
  }
}

function timelineCard(record: ChaosRecord): Markup {
  const data = timelineData(record);
  const evidence = record.findings.flatMap(({ verdict }) =>
    verdict.kind === 'violated' ? verdict.evidence.map(({ id }) => id) : [],
  );
  const drawn = data.operations.length;
  const all = record.operations.length;
  return markup`<section class="card long" id="timeline"><h2>Timeline</h2>
<p class="muted">${countOf(all, 'operation')} of ${countOf(record.clients, 'client')} in
${tellDuration(data.durationMs)}, ${countOf(record.faults.length, 'fault')}.
Drag to move; Ctrl and the wheel, two fingers, or + and − to zoom.
${drawn < all ? `Drawn are the first ${drawn} and all evidence.` : ''}</p>
<noscript><p>The timeline is drawn by a script, which does not run here.</p></noscript>
<div data-script>${legend()}${controls()}
<canvas id="overview" aria-hidden="true"></canvas>
<div id="lanes-frame" tabindex="0" role="group"
aria-label="Timeline: arrow keys move, plus and minus zoom, Home shows the whole run">
<div id="lanes-space"><canvas id="lanes"></canvas></div></div>
<p id="picked" aria-live="polite">${pointingHint}</p><div id="tip" hidden></div>
<details id="listing"><summary>The operations of this window as a table</summary>
<p class="muted" id="listed-count"></p><div class="wide"><table><thead><tr><th>began</th>
<th>ended</th><th>asked by</th><th>of</th><th>question</th><th>answer</th></tr></thead>
<tbody id="listed"></tbody></table></div></details></div>
${faultsTable(record)}
<script type="application/json" id="timeline-data"
data-evidence="${JSON.stringify([...new Set(evidence)])}">${scriptJson(data)}</script>
</section>`;
}

const outcomeWords: readonly (readonly [outcome: OutcomeWord, shape: string, words: string])[] = [
  ['true', '<path d="M0 1h28v12H0z" fill="var(--true)"/>', 'update answered true'],
  [
    'false',
    '<path d="M1 2h26v10H1z" fill="none" stroke="var(--false)" stroke-width="2"/>',
    'update answered false',
  ],
  ['seen', '<path d="M0 4h28v9H0z" fill="var(--seen)"/>', 'read'],
  [
    'failed',
    '<path d="M0 7h26M21 3l6 8M27 3l-6 8" fill="none" stroke="var(--failed)" stroke-width="2"/>',
    'refused',
  ],
  [
    'unknown',
    '<path d="M2 13 14 1M10 13 22 1M18 13l6-6M2 5l4-4M24 7h4" fill="none" ' +
      'stroke="var(--unknown)" stroke-width="2"/>',
    'no answer, may have taken effect',
  ],
];

const roles: readonly Role[] = ['leader', 'follower', 'candidate', 'crashed', 'silent'];

function legend(): Markup {
  const swatch = (shape: string, words: string) =>
    trusted(`<li><svg viewBox="0 0 28 14" aria-hidden="true">${shape}</svg>${words}</li>`);
  const band = (role: Role) => swatch(`<path d="M0 1h28v12H0z" fill="var(--${role})"/>`, role);
  const bracket = '<path d="M1 12V4h26v8" fill="none" stroke="var(--fault)" stroke-width="2"/>';
  const ring = '<path d="M2 2h24v10H2z" fill="none" stroke="var(--mark)" stroke-width="3"/>';
  return markup`<ul class="legend">${roles.map(band)}${swatch(bracket, 'fault (dashed: cut off)')}
</ul><ul class="legend">${outcomeWords.map(([, shape, words]) => swatch(shape, words))}
${swatch(ring, 'evidence')}</ul>`;
}

function controls(): Markup {
  return markup`<div class="controls"><button type="button" id="earlier"
aria-label="earlier">←</button><button type="button" id="later" aria-label="later">→</button>
<button type="button" id="zoom-in" aria-label="zoom in">+</button>
<button type="button" id="zoom-out" aria-label="zoom out">−</button>
<button type="button" id="whole">whole run</button>
<label>file <select id="file"><option value="-1">all</option></select></label>
<span class="muted" id="window"></span></div>`;
}

function faultsTable({ faults }: ChaosRecord): Markup {
  const rows = faults.slice(0, faultsListedMax).map(
    ({ kind, fromMs, untilMs, description }) => markup`<tr><td class="number">${tellMs(fromMs)}</td>
<td class="number">${tellMs(untilMs)}</td><td>${kind}</td>
<td>${bounded(description, wordsMax)}</td></tr>
`,
  );
  const more = faults.length - faultsListedMax;
  return markup`<details><summary>${countOf(faults.length, 'fault')}, in words</summary>
<table><thead><tr><th class="number">from</th><th class="number">to</th><th>kind</th>
<th>what</th></tr></thead><tbody>${rows}</tbody></table>
${more > 0 ? markup`<p class="muted">And ${more} more.</p>` : undefined}</details>`;
}
