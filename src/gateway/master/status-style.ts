/** The looks of the status page: light or dark as the browser is, narrow or wide. */
export const statusStyle = `
:root { --ink: #1d2430; --dim: #5b6678; --line: #d8dee8; --card: #ffffff; --page: #f4f6fa;
  --good: #1a7f4b; --bad: #c0342b; --wait: #9a6700; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6eaf2; --dim: #98a3b6; --line: #2d3646; --card: #1a212d; --page: #10151d;
    --good: #4cc38a; --bad: #ff7b72; --wait: #e0b04c; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 1.5rem 1rem; color: var(--ink);
  background: var(--page); font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0 0 1rem; }
.verdict { font-size: .9rem; font-weight: 600; padding: .15rem .7rem; border-radius: 1rem;
  border: 1px solid currentColor; vertical-align: middle; }
.well, .healthy { color: var(--good); }
.down, .ill { color: var(--bad); }
.weakened, .starting, .draining { color: var(--wait); }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(12rem, 1fr)); gap: .75rem;
  margin: 0 0 1.5rem; }
dl div, .card { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; }
dl div { padding: .6rem .9rem; display: flex; flex-direction: column-reverse;
  justify-content: flex-end; }
dt { color: var(--dim); font-size: .8rem; line-height: 1.3; }
dd { margin: 0; font-size: 1.3rem; font-variant-numeric: tabular-nums; }
.card { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; }
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
th, td { padding: .5rem .8rem; text-align: left; font-weight: 400; white-space: nowrap;
  border-bottom: 1px solid var(--line); }
tbody tr:last-child > * { border-bottom: 0; }
thead th { color: var(--dim); font-size: .8rem; }
.number, thead th:nth-child(n+3) { text-align: right; font-variant-numeric: tabular-nums; }
.state::before { content: "●"; margin-right: .4rem; }
.state small { display: block; color: var(--dim); font-size: .8rem; line-height: 1.3;
  white-space: normal; max-width: 14rem; overflow-wrap: anywhere; }
@media (max-width: 44rem) {
  thead { display: none; }
  table, tbody { display: block; }
  tbody tr { display: grid; grid-template-columns: repeat(3, 1fr); padding: .6rem .9rem;
    gap: .4rem .8rem; border-bottom: 1px solid var(--line); }
  tbody tr:last-child { border-bottom: 0; }
  tbody th, tbody td { padding: 0; border: 0; white-space: normal; overflow-wrap: anywhere; }
  tbody th { font-weight: 600; grid-column: span 2; }
  .number { text-align: left; }
  .number::before { content: attr(data-label); display: block; color: var(--dim);
    font-size: .8rem; line-height: 1.3; }
}
`;
