/** The frame of the pages that the gateway writes itself: no script, light or dark as one likes. */
import { escapeHtml } from '../base/escape-html.js';

const style = `
:root { color-scheme: light dark; --line: #8884; --soft: #777; --link: #0b57d0; }
@media (prefers-color-scheme: dark) { :root { --soft: #999; --link: #8ab4f8; } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.3rem; overflow-wrap: anywhere; }
a { color: var(--link); text-decoration: none; }
a:hover, a:focus { text-decoration: underline; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 600; color: var(--soft); }
th, td { padding: .35rem .5rem; border-bottom: 1px solid var(--line); }
td:first-child { overflow-wrap: anywhere; }
.size { text-align: right; white-space: nowrap; }
.time { white-space: nowrap; color: var(--soft); }
footer { margin-top: 1rem; color: var(--soft); font-size: .85rem; }
@media (max-width: 40rem) { .time { display: none; } }
`;

/** A page of ours may do nothing but look good. */
export const pagePolicy =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; " +
  "frame-ancestors 'none'";

/** `title` is plain text, `body` is HTML. */
export function page(title: string, body: string): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
${body}
</body>
</html>
`;
}
