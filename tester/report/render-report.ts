/**
 * A run as one page that needs nothing else: no network, no other file, and no script for reading.
 * What broke stands first, then what was found, then how it went. The same data make the same page.
 */
import { formatAddress } from '../wire/address.js';
import { chaosSection } from './chaos-section.js';
import { checksSection } from './checks-section.js';
import { gradeSection } from './grade-section.js';
import { bounded, markup, trusted, type Markup } from './markup.js';
import { pageScript } from './page-script.js';
import { pageStyle, partsStyle } from './page-style.js';
import type { ReportData } from './report-data.js';
import { timelineControlScript } from './timeline-control-script.js';
import { timelineScript } from './timeline-script.js';
import { checksOf, verdictOf, type RunVerdict } from './verdict.js';
import { violationsSection } from './violations-section.js';
import { tellDuration } from './words.js';

/** Nothing may be loaded from anywhere, whatever slipped into the page. */
const policy =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; " +
  "form-action 'none'";

const commandMax = 2_000;

/** HTML, UTF-8. */
export function renderReport(data: ReportData): string {
  const verdict = verdictOf(data);
  const { chaos, results, isGraded } = data;
  const checks = checksOf(data);
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${verdict.sentence} – SurfRaft tester</title>
<style>${trusted(pageStyle)}${trusted(partsStyle)}</style>
</head>
<body>
<header>${banner(verdict, data)}</header>
<main>
${chaos === undefined ? undefined : violationsSection(chaos)}
${factsCard(data)}
${isGraded ? gradeSection(results) : undefined}
${chaos === undefined ? undefined : chaosSection(chaos)}
${checks.length === 0 ? undefined : checksSection(checks)}
</main>
<footer><p>Judged over nothing but the public API of the servers.</p></footer>
<script>${trusted(pageScript)}${trusted(timelineScript)}${trusted(timelineControlScript)}</script>
</body>
</html>
`;
  return page.toString();
}

const signs = { good: '✓', bad: '✗', open: '?' } as const;

function banner(
  { kind, sentence, remarks }: RunVerdict,
  { startedAt, target }: ReportData,
): Markup {
  const first = target.seats[0];
  const whose = first === undefined ? '' : ` · cluster of ${formatAddress(first.address)}`;
  const notes = remarks.length === 0 ? undefined : markup`<p>${remarks.join(' ')}</p>`;
  return markup`<p class="kicker">SurfRaft tester${whose} · ${dayOf(startedAt)}</p>
<div class="verdict ${kind}"><span class="sign" aria-hidden="true">${signs[kind]}</span>
<div><h1>${sentence}</h1>${notes}</div></div>`;
}

/** `2026-03-04 05:06 UTC` of ISO 8601 in UTC; anything else as it is. */
function dayOf(startedAt: string): string {
  const parts = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}).*Z$/.exec(startedAt);
  return parts === null ? startedAt : `${parts[1] ?? ''} ${parts[2] ?? ''} UTC`;
}

function factsCard({ command, startedAt, target, summary, chaos }: ReportData): Markup {
  const servers = target.seats.map((seat) => {
    const silent = target.reachable.some(({ id }) => id === seat.id) ? '' : ' (not reachable)';
    return `${seat.id} at ${formatAddress(seat.address)}${silent}`;
  });
  const rows: readonly (readonly [name: string, value: Markup | string])[] = [
    ['Servers', servers.join(', ')],
    ['Begun', dayOf(startedAt)],
    ['Took', tellDuration(summary.durationMs)],
    ['Command', markup`<code>${bounded(command, commandMax)}</code>`],
    ...(chaos === undefined
      ? []
      : ([
          ['Chaos', `seed ${chaos.seed}, ${tellDuration(chaos.durationMs)}`],
          ['The same again', markup`<code>${bounded(chaos.replay, commandMax)}</code>`],
        ] as const)),
  ];
  return markup`<section class="card"><dl class="facts">${rows.map(
    ([name, value]) => markup`<dt>${name}</dt><dd>${value}</dd>`,
  )}</dl></section>`;
}
