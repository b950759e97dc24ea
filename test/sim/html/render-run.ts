/**
 * A page to look at one run with; one file that needs nothing else. Events become short rows: a run
 * has a hundred thousand of them.
 */
import type { SimulationReport } from '../simulation.js';
import type { ServerView, TraceEvent } from '../trace.js';
import { runPageScript } from './run-page-script.js';
import { runPageStyle } from './run-page-style.js';

export interface RunToRender {
  readonly seed: number;
  readonly events: readonly TraceEvent[];
  readonly report: SimulationReport | undefined;
  readonly failure: string | undefined;
}

/** At, kind, who, what, and the server as it was afterwards. */
type Row = readonly [number, string, string, string, ViewRow | 0];
/** Role, term, commit index, last applied, first and last index of the log. */
type ViewRow = readonly [string, number, number, number, number, number];

export function renderRun({ seed, events, report, failure }: RunToRender): string {
  const data = {
    seed,
    about: events[0]?.what ?? '',
    result: failure ?? describeReport(report),
    isFailure: failure !== undefined,
    rows: events.map(rowOf),
  };
  // What is in the data must not end the script that holds it.
  const json = JSON.stringify(data).replaceAll('<', '\\u003c');
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Simulated run ${seed}</title>
<style>${runPageStyle}</style>
<header>
  <h1>Simulated run, seed ${seed}</h1>
  <p id="about"></p>
  <pre id="result"></pre>
</header>
<section>
  <p class="hint">Wheel: zoom. Drag: move. Click: list the events from there. Messages show below
  a window of 400 ms. <span id="window"></span> <button id="all">show all</button></p>
  <canvas id="lanes"></canvas>
  <p class="legend" id="legend"></p>
</section>
<section>
  <form id="filter"></form>
  <table><thead><tr><th>ms</th><th>who</th><th>state</th><th>event</th></tr></thead>
  <tbody id="events"></tbody></table>
  <p class="hint" id="more"></p>
</section>
<script>const run = ${json};</script>
<script>${runPageScript}</script>
</html>
`;
}

/** What happened; what the seed decided stands above it. */
function describeReport(report: SimulationReport | undefined): string {
  const counts = Object.entries(report ?? {}).filter(([, value]) => typeof value === 'number');
  return counts.map(([name, value]) => `${name} ${value}`).join(', ');
}

function rowOf({ atMs, kind, who, what, view }: TraceEvent): Row {
  return [Math.round(atMs * 1000) / 1000, kind, who, what, view === undefined ? 0 : viewOf(view)];
}

function viewOf(view: ServerView): ViewRow {
  const { role, term, commitIndex, lastApplied, firstLogIndex, lastLogIndex } = view;
  return [role, term, commitIndex, lastApplied, firstLogIndex, lastLogIndex];
}
