/** How the page of a run looks, in light and in dark. */
export const runPageStyle = `
:root { color-scheme: light dark; --line: #8884; --bad: #c0392b; }
body { font: 14px/1.4 system-ui, sans-serif; margin: 1rem 1.5rem; }
h1 { font-size: 1.2rem; margin: 0; }
p { margin: .4rem 0; }
pre { margin: .4rem 0; white-space: pre-wrap; overflow-wrap: anywhere; font-size: 12px; }
pre.bad { color: var(--bad); font-weight: 600; }
canvas { width: 100%; border: 1px solid var(--line); display: block;
  border-radius: 4px; cursor: grab; }
canvas:active { cursor: grabbing; }
.hint { color: #777; font-size: 12px; }
.legend span { margin-right: 1rem; font-size: 12px; white-space: nowrap; }
.legend i { display: inline-block; width: 1rem; height: .7rem; margin-right: .3rem; }
form { display: flex; flex-wrap: wrap; gap: .3rem 1rem; align-items: center; margin: .6rem 0; }
form input[type=search] { flex: 1 1 16rem; padding: .25rem .5rem; font: inherit; }
form label { white-space: nowrap; font-size: 13px; }
table { border-collapse: collapse; width: 100%; font: 12px/1.5 ui-monospace, monospace; }
th { text-align: left; position: sticky; top: 0; background: Canvas; }
td, th { padding: 0 .6rem 0 0; vertical-align: top; border-bottom: 1px solid var(--line); }
td:nth-child(-n+3) { white-space: nowrap; }
td:nth-child(4) { overflow-wrap: anywhere; }
tr.fault td, tr.life td { color: var(--bad); }
tr.state td { font-weight: 600; }
tr.client td, tr.disk td { color: #777; }
`;
