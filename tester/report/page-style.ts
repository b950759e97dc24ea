/**
 * How the page looks, in light, in dark, on a narrow screen and on paper. Colours have names, which
 * the script of the timeline reads, too.
 */
export const pageStyle = `
:root { color-scheme: light dark;
  --ground: #f6f7f9; --card: #ffffff; --ink: #1b2430; --muted: #566272; --line: #d5dbe3;
  --soft: #eef1f5; --good: #137a4b; --bad: #c0212f; --open: #8a5a00; --accent: #2457c5;
  --good-soft: #e4f4ec; --bad-soft: #fdebec; --open-soft: #fdf3dd;
  --true: #15804f; --false: #b45309; --seen: #2563c9; --failed: #6b7685; --unknown: #8040bf;
  --leader: #0b7a75; --follower: #b5cbe4; --candidate: #e2a417; --crashed: #3a2b44;
  --silent: #c9cdd4; --on-leader: #ffffff; --on-follower: #14263c; --on-candidate: #2d2000;
  --on-crashed: #ffffff; --on-silent: #2b323c; --fault: #b3261e; --mark: #d6202f; }
@media (prefers-color-scheme: dark) { :root {
  --ground: #12161c; --card: #1a2029; --ink: #e6ebf2; --muted: #9eabbb; --line: #36404d;
  --soft: #232b36; --good: #4cc38a; --bad: #ff7b84; --open: #f0b64a; --accent: #86aefc;
  --good-soft: #15352a; --bad-soft: #3c1e24; --open-soft: #362b14;
  --true: #2f9e6a; --false: #f0a04b; --seen: #5b92f0; --failed: #8b97a7; --unknown: #b184e8;
  --leader: #17918b; --follower: #35506f; --candidate: #c98f12; --crashed: #0a070d;
  --silent: #454c57; --on-leader: #ffffff; --on-follower: #e3edf8; --on-candidate: #1d1500;
  --on-crashed: #cdbfd8; --on-silent: #e6ebf2; --fault: #ff8f87; --mark: #ff6b78; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, 'Segoe UI', sans-serif; }
header, main, footer { max-width: 76rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 1.5rem; }
footer { padding-bottom: 2rem; color: var(--muted); font-size: .875rem; }
h1 { font-size: 1.75rem; line-height: 1.25; margin: 0; letter-spacing: -.01em; }
h2 { font-size: 1.25rem; margin: 0 0 .5rem; }
h3 { font-size: 1rem; margin: 1.25rem 0 .5rem; }
p { margin: .5rem 0; }
code { font: .875em/1.5 ui-monospace, 'Cascadia Mono', Menlo, monospace; overflow-wrap: anywhere; }
.kicker { margin: 0 0 .35rem; font-size: .8125rem; letter-spacing: .06em; color: var(--muted);
  text-transform: uppercase; }
.muted { color: var(--muted); }
.verdict { display: flex; gap: 1rem; align-items: flex-start; padding: 1.1rem 1.25rem;
  border-radius: .75rem; border: 1px solid; }
.verdict .sign { flex: none; width: 2.4rem; height: 2.4rem; border-radius: 50%; color: var(--card);
  font: 700 1.4rem/2.4rem system-ui, sans-serif; text-align: center; }
.verdict p { margin: .3rem 0 0; }
.verdict.good { background: var(--good-soft); border-color: var(--good); }
.verdict.good .sign { background: var(--good); }
.verdict.bad { background: var(--bad-soft); border-color: var(--bad); }
.verdict.bad .sign { background: var(--bad); }
.verdict.open { background: var(--open-soft); border-color: var(--open); }
.verdict.open .sign { background: var(--open); }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .75rem;
  padding: 1.25rem; margin: 1.25rem 0; }
.violation { border-left: .4rem solid var(--bad); }
.violation h2 { font-size: 1.4rem; line-height: 1.3; }
.violation .kicker { color: var(--bad); font-weight: 700; }
.wide { overflow-x: auto; }
dl.facts { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; margin: 0; }
dl.facts dt { color: var(--muted); }
dl.facts dd { margin: 0; overflow-wrap: anywhere; min-width: 0; }
dl.words { display: grid; grid-template-columns: max-content 1fr; gap: .4rem 1rem;
  margin: .75rem 0 0; }
dl.words dt { font-weight: 700; }
dl.words dd { margin: 0; overflow-wrap: anywhere; min-width: 0; white-space: pre-line; }
dl.large { font-size: 1.125rem; }
dl.words dt.expected { color: var(--good); } dl.words dt.seen { color: var(--bad); }
table { border-collapse: collapse; width: 100%; font-size: .9375rem; }
th { text-align: left; color: var(--muted); font-weight: 600; white-space: nowrap; }
th, td { padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line);
  vertical-align: top; }
td { overflow-wrap: break-word; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums;
  white-space: nowrap; }
tr.total td { font-weight: 700; border-top: 2px solid var(--ink); border-bottom: 0; }
meter { width: 7rem; height: .8rem; }
summary { cursor: pointer; }
details > summary { font-weight: 600; }
.promises h2 { display: inline; margin-right: .5rem; }
.promises td:first-child { width: 7rem; }
.card > details.promises { margin-top: 0; }
.card > details { margin-top: .75rem; }
a, summary:focus-visible { color: var(--accent); }
button, select, input { font: inherit; font-size: .9375rem; color: var(--ink);
  background: var(--card); border: 1px solid var(--line); border-radius: .4rem;
  padding: .25rem .7rem; max-width: 100%; }
button { cursor: pointer; } button:hover { background: var(--soft); }
button.jump { border-color: var(--accent); color: var(--accent); font-weight: 600;
  margin-top: 1rem; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.tag { display: inline-block; border-radius: 1rem; padding: 0 .6rem; font-size: .8125rem;
  font-weight: 600; white-space: nowrap; border: 1px solid; }
.tag.passed, .tag.held { color: var(--good); } .tag.failed, .tag.violated { color: var(--bad); }
.tag.skipped, .tag.unknown { color: var(--open); }
[data-script] { display: none; } .scripted [data-script] { display: revert; }
`;

/** The drawings and the list of checks. */
export const partsStyle = `
svg.evidence { display: block; min-width: 34rem; font-family: inherit; margin-top: .75rem; }
svg.evidence text { fill: var(--ink); font-size: 15px; paint-order: stroke; stroke: var(--card);
  stroke-width: 4px; stroke-linejoin: round; }
svg.evidence .asked { font-weight: 700; font-size: 17px; }
svg.evidence .number { font-weight: 700; font-size: 17px; fill: var(--bad); }
svg.evidence .who, svg.evidence .detail { fill: var(--muted); font-size: 14px; }
svg.evidence .answer { font-weight: 700; font-size: 18px; stroke: none; }
svg.lanes .answer { font-size: 15px; }
svg.operations .answer { stroke-width: 14px; stroke: var(--card); }
svg.evidence .on-true, svg.evidence .on-seen { fill: #fff; }
svg.operations .on-true { stroke: #15804f; } svg.operations .on-seen { stroke: #2563c9; }
svg.evidence .bar { stroke-width: 2; } svg.evidence .true { fill: #15804f; stroke: #15804f; }
svg.evidence .seen { fill: #2563c9; stroke: #2563c9; }
svg.evidence .false { fill: var(--card); stroke: var(--false); stroke-width: 3; }
svg.evidence .on-false { fill: var(--false); }
svg.evidence .failed { fill: var(--soft); stroke: var(--failed); stroke-dasharray: 5 4; }
svg.evidence .unknown { stroke: var(--unknown); }
svg.evidence .open-ground { fill: var(--card); }
svg.evidence .open-line { fill: var(--unknown); opacity: .35; }
svg.evidence .before { stroke: var(--muted); stroke-width: 2; stroke-dasharray: 2 4;
  stroke-linecap: round; }
svg.evidence .tip { fill: var(--muted); }
svg.evidence .operation[tabindex] { cursor: pointer; }
svg.evidence .operation[tabindex]:hover .bar { filter: brightness(1.15); }
svg.evidence .band { stroke: var(--card); } svg.evidence .leader { fill: var(--leader); }
svg.evidence .follower { fill: var(--follower); }
svg.evidence .candidate { fill: var(--candidate); }
svg.evidence .crashed { fill: var(--crashed); } svg.evidence .silent { fill: var(--silent); }
svg.evidence .on-leader { fill: var(--on-leader); }
svg.evidence .on-follower { fill: var(--on-follower); }
svg.evidence .on-candidate { fill: var(--on-candidate); }
svg.evidence .on-crashed { fill: var(--on-crashed); }
svg.evidence .on-silent { fill: var(--on-silent); }
svg.evidence .claim { stroke: var(--mark); stroke-width: 3; }
.legend { display: flex; flex-wrap: wrap; gap: .3rem 1.1rem; margin: .6rem 0; padding: 0;
  font-size: .875rem; list-style: none; }
.legend svg { width: 28px; height: 14px; vertical-align: -2px; margin-right: .35rem; }
.controls { display: flex; flex-wrap: wrap; gap: .4rem .6rem; align-items: center;
  margin: .6rem 0; }
.scripted .controls[data-script] { display: flex; }
.controls label { white-space: nowrap; font-size: .9375rem; }
.controls input[type=search] { flex: 1 1 14rem; }
#overview { display: block; width: 100%; height: 44px; cursor: pointer; touch-action: none;
  border: 1px solid var(--line); border-radius: .4rem .4rem 0 0; border-bottom: 0; }
#lanes-frame { position: relative; overflow-y: auto; max-height: 72vh; cursor: grab;
  border: 1px solid var(--line); border-radius: 0 0 .4rem .4rem; touch-action: pan-y; }
#lanes-frame:active { cursor: grabbing; }
#lanes { display: block; position: sticky; top: 0; width: 100%; }
#tip { position: fixed; z-index: 2; pointer-events: none; max-width: min(26rem, 92vw);
  background: var(--ink); color: var(--card); padding: .4rem .65rem; border-radius: .4rem;
  font-size: .875rem; white-space: pre-line; overflow-wrap: anywhere; }
#picked { min-height: 3.2em; background: var(--soft); border-radius: .4rem; font-size: .9375rem;
  padding: .5rem .75rem; white-space: pre-line; overflow-wrap: anywhere; }
.group { border-top: 1px solid var(--line); padding: .5rem 0; }
.group > summary { font-size: 1.0625rem; }
.group > summary .tag { margin-left: .4rem; }
.group ul { list-style: none; margin: .4rem 0 .4rem 1rem; padding: 0; }
.check { padding: .2rem 0 .2rem 1.5rem; position: relative; }
.check::before { position: absolute; left: 0; font-weight: 700; }
.check.passed::before { content: '✓'; color: var(--good); }
.check.failed::before { content: '✗'; color: var(--bad); }
.check.skipped::before { content: '–'; color: var(--open); }
.check .time { color: var(--muted); font-size: .8125rem; white-space: nowrap; }
.check.failed { background: var(--bad-soft); border-radius: .5rem; margin: .4rem 0;
  padding: .6rem .75rem .7rem 2.25rem; }
.check.failed::before { left: .8rem; }
.check.failed > b { font-size: 1.0625rem; }
.check dl { font-size: .9375rem; }
@media (max-width: 40rem) { body { font-size: 15px; } h1 { font-size: 1.35rem; }
  header, main, footer { padding-left: .75rem; padding-right: .75rem; }
  .card { padding: .9rem; } .verdict { padding: .9rem; }
  dl.facts, dl.words { grid-template-columns: 1fr; } dl.facts dd, dl.words dd {
  margin-bottom: .4rem; } .hide-narrow { display: none; }
  svg.evidence { min-width: 0; } svg.lanes { min-width: 34rem; }
  svg.operations .who, svg.operations .detail { display: none; }
  svg.operations .asked, svg.operations .number { font-size: 14px; }
  svg.operations .answer { font-size: 15px; } }
@media print { body { background: #fff; } .card, .verdict { break-inside: avoid; }
  .card.long { break-inside: auto; } .controls, button, #tip { display: none !important; }
  #lanes-frame { max-height: none; overflow: visible; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
`;
