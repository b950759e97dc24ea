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
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .75rem;
  margin: 0 0 1.5rem; }
dl div, table { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; }
dl div { padding: .6rem .9rem; display: flex; flex-direction: column-reverse; }
dt { color: var(--dim); font-size: .8rem; line-height: 1.3; }
dd { margin: 0; font-size: 1.3rem; font-variant-numeric: tabular-nums; }
table { width: 100%; border-collapse: separate; border-spacing: 0; display: block;
  overflow-x: auto; }
thead, tbody { display: table; width: 100%; table-layout: fixed; min-width: 36rem; }
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
th, td { padding: .5rem .9rem; text-align: left; font-weight: 400; overflow-wrap: anywhere;
  border-bottom: 1px solid var(--line); }
tbody tr:last-child > * { border-bottom: 0; }
tr > :first-child { width: 30%; }
thead th { color: var(--dim); font-size: .8rem; }
.number, thead th:nth-child(n+3) { text-align: right; font-variant-numeric: tabular-nums; }
.state::before { content: "●"; margin-right: .4rem; }
.state small { display: block; color: var(--dim); font-size: .8rem; line-height: 1.3; }
`;
