/**
 * How the live page looks. What a colour says is said by a form, too: the leader has a crown and a
 * thick ring, whoever is down is hollow and crossed out. Light or dark as the reader's system has
 * it.
 */

const colours = `
:root {
  color-scheme: light dark;
  --paper: #f3f5f6; --sheet: #ffffff; --ink: #17242b; --soft: #52626b; --line: #d5dde1;
  --sea: #0b5c66; --sea-ink: #ffffff; --wash: #e6eef0;
  --gold: #b47a00; --gold-ink: #7d5200; --gold-wash: #ffe9b0; --bad: #a8121f; --bad-wash: #fde3e1;
  --good: #17663a; --good-wash: #daf1e2; --ask: #8a4b00;
  --t0: #cfe3ff; --t1: #d3f0dc; --t2: #ffe2bd; --t3: #ead9fb; --t4: #ffd6dd; --t5: #cdeff2;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #0f161a; --sheet: #172126; --ink: #e4ecef; --soft: #9db0b9; --line: #2e3d45;
    --sea: #7ccfd4; --sea-ink: #08262a; --wash: #203037;
    --gold: #ffc94d; --gold-ink: #ffc94d; --gold-wash: #4a3a10; --bad: #ff9a94; --bad-wash: #45201f;
    --good: #84dba5; --good-wash: #173a26; --ask: #ffb867;
    --t0: #234a7d; --t1: #1e5636; --t2: #6b4411; --t3: #523577; --t4: #702a3a; --t5: #17545c;
  }
}
`;

const ground = `
*, *::before, *::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0; background: var(--paper); color: var(--ink); overflow-wrap: anywhere;
  font: .9375rem/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
}
h1, h2, h3, p, ul, ol, dl, dd, fieldset { margin: 0; padding: 0; }
ul, ol { list-style: none; }
h1 { font-size: 1.25rem; }
h2 { font-size: 1rem; }
h3 { font-size: .9375rem; }
a { color: var(--sea); }
[hidden] { display: none !important; }
:focus-visible { outline: 3px solid var(--sea); outline-offset: 2px; border-radius: 4px; }
.spoken {
  position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden;
  clip-path: inset(50%); white-space: nowrap;
}
button, input { font: inherit; color: inherit; }
button {
  padding: .35rem .8rem; min-height: 2.1rem; border: 1px solid var(--sea); border-radius: 8px;
  background: var(--sheet); color: var(--sea); font-weight: 600; cursor: pointer;
}
button:hover:not(:disabled) { background: var(--wash); }
button:disabled { border-color: var(--line); color: var(--soft); cursor: not-allowed; }
input:not([type=checkbox]):not([type=range]) {
  padding: .3rem .5rem; min-height: 2.1rem; border: 1px solid var(--soft); border-radius: 8px;
  background: var(--sheet); min-width: 0;
}
header { padding: .75rem 1rem .25rem; }
.top { display: flex; flex-wrap: wrap; align-items: center; gap: .35rem .9rem; }
.links { margin-left: auto; color: var(--soft); font-size: .8125rem; }
.verdict { padding: .1rem .7rem; border-radius: 99px; font-weight: 700; white-space: nowrap; }
.verdict.good { background: var(--good-wash); color: var(--good); }
.verdict.passing { background: var(--gold-wash); color: var(--ink); }
.verdict.bad { background: var(--bad-wash); color: var(--bad); }
.summary { color: var(--soft); }
.notes li, .findings li {
  margin-top: .4rem; padding: .35rem .7rem; border-left: 4px solid var(--gold);
  background: var(--sheet); border-radius: 0 8px 8px 0; font-size: .875rem;
}
.findings li { border-color: var(--bad); background: var(--wash); }
.findings li.fine { border-color: var(--good); }
main {
  display: grid; gap: .75rem; padding: .75rem 1rem 1.5rem; align-items: start;
  grid-template-columns: minmax(0, 11fr) minmax(0, 12fr);
  grid-template-areas: "left right" "timeline timeline" "files files";
}
.card {
  padding: .75rem; background: var(--sheet); border: 1px solid var(--line); border-radius: 12px;
}
.left { grid-area: left; } .right { grid-area: right; }
.left, .right {
  display: grid; grid-template-columns: minmax(0, 1fr); gap: .75rem; align-content: start;
  min-width: 0;
}
.timeline { grid-area: timeline; } .files-card { grid-area: files; }
.scroll { overflow: auto; }
.head { display: flex; flex-wrap: wrap; align-items: center; gap: .35rem .9rem; }
@media (max-width: 900px) {
  main {
    grid-template-columns: minmax(0, 1fr); grid-template-rows: none; padding: .5rem;
    grid-template-areas: "left" "right" "timeline" "files";
  }
  header { padding: .5rem .5rem 0; }
  .links { margin-left: 0; }
}
`;

const ring = `
.ring { display: block; width: 100%; max-height: 33rem; overflow: visible; }
.ring text { text-anchor: middle; fill: var(--ink); }
.node { cursor: pointer; }
.node:focus { outline: none; }
.node .halo { fill: none; stroke: none; }
.node[aria-pressed=true] .halo { stroke: var(--sea); stroke-width: 2; stroke-dasharray: 2 4; }
.node:focus-visible .halo { stroke: var(--sea); stroke-width: 4; stroke-dasharray: none; }
.node .disc { fill: var(--sheet); stroke: var(--soft); stroke-width: 3; }
.node.t0 .disc { fill: var(--t0); } .node.t1 .disc { fill: var(--t1); }
.node.t2 .disc { fill: var(--t2); } .node.t3 .disc { fill: var(--t3); }
.node.t4 .disc { fill: var(--t4); } .node.t5 .disc { fill: var(--t5); }
.node .id { font-size: 24px; font-weight: 700; }
.node .term { font-size: 13px; }
.node .vote { font-size: 11px; }
.node .word { font-size: 15px; font-weight: 600; }
.node .note { font-size: 13px; fill: var(--ask); }
.node.down .term, .node.down .vote, .node.crashed .term, .node.crashed .vote { display: none; }
.ring .node text.word, .ring .node text.note, .ring .node.down text, .ring .node.crashed text {
  paint-order: stroke; stroke: var(--sheet); stroke-width: 5px; stroke-linejoin: round;
}
.node .crown, .node .cross { display: none; }
.node.leader .crown { display: inline; fill: var(--gold); stroke: var(--ink); stroke-width: 1.5;
  stroke-linejoin: round; }
.node.leader .disc { stroke: var(--gold); stroke-width: 9; }
.node.candidate .disc { stroke: var(--ask); stroke-width: 5; stroke-dasharray: 10 7; }
.node.joining .disc, .node.unseen .disc, .node.waiting .disc { stroke-dasharray: 3 6; }
.node.crashed .disc, .node.down .disc { fill: none; stroke: var(--bad); stroke-dasharray: 6 6; }
.node.crashed .cross, .node.down .cross {
  display: inline; fill: none; stroke: var(--bad); stroke-width: 5; stroke-linecap: round;
}
.ring .node.crashed .word, .ring .node.down .word { fill: var(--bad); }
.spokes line { stroke: var(--line); stroke-width: 2; }
.cut line { stroke: var(--bad); stroke-width: 2; stroke-dasharray: 4 7; }
.cut path { fill: none; stroke: var(--bad); stroke-width: 4; stroke-linecap: round; }
@media (prefers-reduced-motion: no-preference) {
  .node.candidate .disc { animation: turn 1.2s linear infinite; }
  @keyframes turn { to { stroke-dashoffset: -34; } }
}
.message .body { fill: var(--sheet); stroke: var(--soft); stroke-width: 1.5; }
.message .mark { fill: none; stroke: var(--ink); stroke-width: 2.5; stroke-linecap: round; }
.message .mark-text {
  font: 600 12px system-ui, sans-serif; text-anchor: middle; fill: var(--ink);
}
.message.heartbeat .body { fill: var(--sea); stroke: none; }
.message.heartbeat.yes .body { fill: var(--sheet); stroke: var(--sea); stroke-width: 2; }
.message.vote .body { fill: var(--gold-wash); stroke: var(--ask); stroke-width: 2; }
.message.preVote .body { stroke: var(--ask); stroke-width: 2; stroke-dasharray: 3 2; }
.message.entries.ask.t0 .body { fill: var(--t0); }
.message.entries.ask.t1 .body { fill: var(--t1); }
.message.entries.ask.t2 .body { fill: var(--t2); }
.message.entries.ask.t3 .body { fill: var(--t3); }
.message.entries.ask.t4 .body { fill: var(--t4); }
.message.entries.ask.t5 .body { fill: var(--t5); }
.message.yes .mark { stroke: var(--good); } .message.no .mark { stroke: var(--bad); }
.message.lost .body { opacity: .4; } .message.lost .mark { stroke: var(--bad); }
.message.gone { opacity: .35; }
.legend {
  display: flex; flex-wrap: wrap; gap: .2rem .9rem; margin-top: .5rem; color: var(--soft);
  font-size: .8125rem;
}
.legend li { display: inline-flex; align-items: center; gap: .35rem; }
`;

const logs = `
.logs { border-collapse: collapse; min-width: 60%; margin-top: .35rem; font-size: .875rem; }
.logs th, .logs td { padding: 2px; text-align: center; font-weight: 400; }
.logs th[scope=row] {
  text-align: left; font-weight: 700; white-space: nowrap; padding-right: .4rem;
}
.logs thead th { color: var(--soft); font-size: .75rem; }
.logs .leader th[scope=row] { color: var(--gold-ink); }
.logs .down, .logs .crashed { opacity: .75; }
.logs .down th[scope=row], .logs .crashed th[scope=row] { text-decoration: line-through; }
.logs .fact { white-space: nowrap; padding: 2px .6rem; font-variant-numeric: tabular-nums; }
.logs .warn { color: var(--ask); font-weight: 600; }
.logs .bad { color: var(--bad); font-weight: 600; white-space: normal; }
.logs .cut::before { content: "▨"; color: var(--soft); }
.entry {
  display: block; min-width: 1.6rem; padding: .15rem .1rem; border-radius: 5px; color: var(--ink);
  border: 2px dashed var(--soft); line-height: 1.3; text-align: center; background: none;
}
.logs .entry { min-width: 1.9rem; }
.legend .entry { display: inline-block; min-width: 1.6rem; }
.entry.durable { border-style: solid; border-color: var(--line); }
.entry.committed, .entry.applied { border: 2px solid var(--ink); font-weight: 700; }
.entry.applied { box-shadow: inset 0 -4px var(--good); }
.entry.t0 { background: var(--t0); } .entry.t1 { background: var(--t1); }
.entry.t2 { background: var(--t2); } .entry.t3 { background: var(--t3); }
.entry.t4 { background: var(--t4); } .entry.t5 { background: var(--t5); }
.entry.open { background: none; }
`;

const panels = `
.facts {
  display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); gap: .2rem .8rem;
  margin: .4rem 0 .6rem; font-size: .875rem;
}
.facts div { display: flex; gap: .4rem; }
.facts dt { color: var(--soft); white-space: nowrap; }
.facts dd { font-variant-numeric: tabular-nums; }
.action {
  display: flex; flex-wrap: wrap; align-items: center; gap: .35rem .6rem; margin-top: .4rem;
}
.action > button:first-child { min-width: 8.75rem; }
.action .copy { padding: .1rem .5rem; min-height: 1.7rem; font-size: .8125rem; font-weight: 400; }
.command {
  flex: 1 1 16rem; padding: .3rem .5rem; border-radius: 6px; background: var(--wash);
  font: .8125rem/1.4 ui-monospace, "DejaVu Sans Mono", monospace;
}
fieldset { margin: .5rem 0 0; padding: .35rem .6rem .5rem; border: 1px solid var(--line);
  border-radius: 8px; }
legend { padding: 0 .3rem; color: var(--soft); font-size: .875rem; }
.choices { display: inline-flex; flex-wrap: wrap; gap: .2rem .9rem; margin-right: 1.2rem; }
fieldset label { display: inline-flex; align-items: center; gap: .3rem; min-height: 1.75rem; }
.hindrance { margin: .3rem 0; color: var(--ask); font-size: .875rem; }
.outcome { min-height: 1.4em; margin-top: .3rem; font-size: .875rem; color: var(--good); }
.outcome.wrong { color: var(--bad); }
`;

const timeline = `
.bars { display: block; width: 100%; margin-top: .4rem; cursor: pointer; }
.bars text { font-size: 12px; fill: var(--ink); }
.bars .sign { font-size: 13px; text-anchor: middle; paint-order: stroke; stroke: var(--sheet);
  stroke-width: 3px; }
.span { fill: var(--soft); }
.span.leader { fill: var(--gold); } .span.candidate { fill: var(--ask); }
.span.down, .span.crashed { fill: var(--bad-wash); stroke: var(--bad); }
.span.unseen, .span.waiting, .span.joining { fill: var(--line); }
.cursor { stroke: var(--sea); stroke-width: 2; }
.slider { width: calc(100% - 34px); margin: .2rem 0 .4rem 34px; accent-color: var(--sea); }
.moment { color: var(--soft); font-variant-numeric: tabular-nums; }
.live[aria-pressed=true] { background: var(--sea); color: var(--sea-ink); }
.details { font-size: .875rem; color: var(--soft); }
.timeline .scroll { max-height: 12rem; }
.events button {
  display: flex; gap: .6rem; width: 100%; padding: .1rem .3rem; min-height: 1.5rem; border: 0;
  background: none; color: var(--ink); font-weight: 400; text-align: left;
}
.events .time { color: var(--soft); font-variant-numeric: tabular-nums; white-space: nowrap; }
.events .sign { width: 1.3em; text-align: center; flex: none; }
.sign.leader { color: var(--gold); fill: var(--gold); }
.sign.crash, .sign.down, .sign.cut, .sign.alarm, .sign.disk {
  color: var(--bad); fill: var(--bad);
}
.sign.restore, .sign.up, .sign.healed, .sign.back { color: var(--good); fill: var(--good); }
.events .who { font-weight: 700; white-space: nowrap; }
.files-card .scroll { max-height: 16rem; }
.files { border-collapse: collapse; width: 100%; font-size: .875rem; margin-top: .4rem; }
.files th, .files td { padding: .2rem .5rem .2rem 0; text-align: left; vertical-align: top; }
.files thead th { color: var(--soft); font-weight: 400; }
.files tbody th { font-weight: 600; }
.files tr.changed { background: var(--good-wash); }
.files .hashes { color: var(--soft); }
.update { display: flex; flex-wrap: wrap; align-items: center; gap: .4rem .9rem; margin-top: .6rem;
  padding-top: .6rem; border-top: 1px solid var(--line); }
.update h3 { width: 100%; }
.update label { display: flex; align-items: center; gap: .4rem; flex-wrap: wrap; }
.update .action { flex: 1 1 100%; margin: 0; }
noscript main { display: block; max-width: 50rem; margin: 0 auto; }
`;

export const stylesheet = [colours, ground, ring, logs, panels, timeline].join('');
