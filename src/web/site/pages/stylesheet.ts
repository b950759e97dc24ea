/**
 * How the pages look: paper and ink, titles in a book's letters, a wave under the head, and one
 * warm colour for what people like. Light or dark as the reader's system has it.
 */
import { stylesOfForms } from './stylesheet-forms.js';

const colours = `
:root {
  color-scheme: light dark;
  --paper: #f4f1ea; --sheet: #fcfaf5; --ink: #18272b; --soft: #53636a; --line: #dad4c6;
  --sea: #0b5c66; --sea-ink: #fff; --sea-wash: #dfe9e6; --warm: #a93a1d; --warm-wash: #f7e3da;
  --wrong: #a3161f; --note: #f6e7b8; --note-ink: #4a3a06;
  --book: "Iowan Old Style", "Palatino Linotype", Palatino, "URW Palladio L", P052, Georgia, serif;
  --plain: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #10181b; --sheet: #172225; --ink: #e3eae8; --soft: #9bb0b3; --line: #2b3b40;
    --sea: #7ccfd4; --sea-ink: #08262a; --sea-wash: #1d3236; --warm: #ffa488; --warm-wash: #3a2721;
    --wrong: #ff9c9c; --note: #3b3417; --note-ink: #f3e3ab;
  }
}
`;

const ground = `
*, *::before, *::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; scroll-padding-top: 1rem; }
body {
  margin: 0; min-height: 100vh; display: flex; flex-direction: column;
  background: var(--paper); color: var(--ink);
  font: 1rem/1.55 var(--plain); overflow-wrap: anywhere;
}
h1, h2, p, ul, ol { margin: 0; padding: 0; }
ol, ul { list-style: none; }
a { color: var(--sea); text-underline-offset: .2em; text-decoration-thickness: 1px; }
a:hover { text-decoration-thickness: 2px; }
:focus-visible { outline: 3px solid var(--sea); outline-offset: 2px; border-radius: 4px; }
main:focus { outline: none; }
.unseen {
  position: absolute; width: 1px; height: 1px; margin: -1px; padding: 0; border: 0;
  overflow: hidden; clip-path: inset(50%); white-space: nowrap;
}
.skip {
  position: absolute; left: 1rem; top: -6rem; z-index: 1; padding: .6rem 1rem;
  background: var(--sea); color: var(--sea-ink); border-radius: 0 0 8px 8px;
}
.skip:focus { top: 0; }
.across, main { width: 100%; max-width: 46rem; margin: 0 auto; padding: 0 1.25rem; }
main { flex: 1; padding-top: 2rem; padding-bottom: 4rem; }
`;

const headAndFoot = `
.top { position: relative; padding: .75rem 0 1.1rem; background: var(--sheet); }
.top::after {
  content: ""; position: absolute; left: 0; right: 0; bottom: -4px; height: 8px;
  background: var(--sea); opacity: .55;
  -webkit-mask: url(wave.svg) repeat-x; mask: url(wave.svg) repeat-x;
}
.top .across { display: flex; flex-wrap: wrap; align-items: center; gap: .25rem 1.5rem; }
.top a { text-decoration: none; }
.top a, .top button { white-space: nowrap; }
.brand {
  display: inline-flex; align-items: center; gap: .5rem; min-height: 44px;
  font: 600 1.3rem/1 var(--book); letter-spacing: -.01em; color: var(--ink);
}
.raft { width: 2rem; height: 2rem; fill: none; stroke-linecap: round; }
.raft .sail { fill: var(--sea); }
.raft .deck { stroke: var(--warm); stroke-width: 2.5; }
.raft .wave { stroke: var(--sea); stroke-width: 2; }
.lists ul { display: flex; gap: .25rem; }
.lists a {
  display: flex; align-items: center; min-height: 44px; padding: 0 .75rem; color: var(--soft);
  font-weight: 500;
}
.lists a:hover { color: var(--ink); }
.lists a[aria-current] {
  color: var(--ink); box-shadow: inset 0 -3px var(--warm); border-radius: 2px 2px 0 0;
}
.account {
  display: flex; flex-wrap: wrap; align-items: center; gap: .25rem 1rem; margin-left: auto;
}
.new { margin-left: auto; }
.new + .account { margin-left: 0; }
.account a:not(.button) { display: inline-flex; align-items: center; min-height: 44px; }
.me { color: var(--ink); font-weight: 600; }
.bottom { border-top: 1px solid var(--line); color: var(--soft); font-size: .8125rem; }
.bottom .across { display: flex; flex-wrap: wrap; gap: 0 .3rem; }
.bottom .across { padding-top: 1rem; padding-bottom: 1rem; }
.bottom span:not(:last-child)::after { content: " ·"; }
.banner, .notice {
  margin-bottom: 1.5rem; padding: .75rem 1rem; border-radius: 8px;
  background: var(--note); color: var(--note-ink);
}
.banner a, .notice a { color: inherit; font-weight: 600; }
.notice { background: var(--sea-wash); color: var(--ink); border-left: 4px solid var(--sea); }
.notice.problem { background: var(--warm-wash); border-left-color: var(--warm); }
`;

const posts = `
.heading { display: flex; flex-wrap: wrap; align-items: baseline; gap: .1rem 1rem; }
.heading { margin-bottom: 1.25rem; }
h1 { font: 600 2rem/1.2 var(--book); letter-spacing: -.015em; }
.heading p { color: var(--soft); }
.feeds { display: flex; gap: .25rem; margin-left: auto; font-size: .8125rem; }
.feeds a { padding: .35rem .4rem; }
.posts > li + li, .comments li + li { border-top: 1px solid var(--line); }
.post {
  display: grid; grid-template-columns: minmax(0, 1fr) auto; column-gap: 1rem; padding: 1.1rem 0;
}
.post > * { grid-column: 1; }
.post h2, .post h1 { font: 600 1.1875rem/1.35 var(--book); }
.post .title { color: var(--ink); text-decoration: none; unicode-bidi: isolate; }
.post .title:hover { text-decoration: underline; text-decoration-color: var(--warm); }
.post .title:visited { color: var(--soft); }
.site, .link { color: var(--soft); font-size: .8125rem; line-height: 1.6; }
.about { display: flex; flex-wrap: wrap; gap: 0 .9rem; color: var(--soft); font-size: .875rem; }
.post .about { grid-column: 1 / -1; }
.about a { color: inherit; text-decoration-color: var(--line); }
.about a:hover { text-decoration-color: currentColor; }
.about > * { padding: .2rem 0; }
.likes { color: var(--warm); font-weight: 600; font-variant-numeric: tabular-nums; }
.post:target, .comments article:target {
  background: var(--sea-wash); box-shadow: -1rem 0 var(--sea-wash), 1rem 0 var(--sea-wash);
}
.like { grid-column: 2; grid-row: 1 / span 2; }
.like button {
  display: grid; justify-items: center; gap: .05rem; min-width: 4rem; min-height: 3.25rem;
  padding: .4rem .5rem; border: 1px solid var(--line); border-radius: 12px;
  background: var(--sheet); color: var(--soft); font: 500 .75rem/1.3 var(--plain); cursor: pointer;
}
.like button:hover { border-color: var(--warm); color: var(--warm); }
.heart { width: 1.3rem; height: 1.3rem; fill: none; stroke: currentColor; stroke-width: 1.75; }
.heart { stroke-linejoin: round; }
.like[action="/unlike"] button {
  background: var(--warm-wash); border-color: transparent; color: var(--warm);
}
.like[action="/unlike"] .heart { fill: currentColor; }
.like[aria-busy] button { opacity: .6; cursor: progress; }
.pager { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem 1.5rem; }
.pager { margin-top: 1.5rem; color: var(--soft); }
.pager a { padding: .6rem 0; }
.empty { padding: 1.5rem 0; color: var(--soft); }
.post.alone { padding: 0; }
.post.alone h1 { margin-bottom: .25rem; font-size: 1.75rem; line-height: 1.25; }
.link {
  display: -webkit-box; overflow: hidden; -webkit-box-orient: vertical; -webkit-line-clamp: 3;
}
.comments { margin-top: 1.25rem; padding-top: 1.5rem; border-top: 1px solid var(--line); }
.comments h2 { font: 600 1.3rem/1.3 var(--book); }
.comments article { padding: .9rem 0; }
.comments .user { color: var(--ink); font-weight: 600; }
.said { max-width: 38rem; white-space: pre-wrap; }
`;

const narrow = `
@media (max-width: 34rem) {
  .across, main { padding-left: 1rem; padding-right: 1rem; }
  main { padding-top: 1.5rem; }
  .top .across { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 0 .75rem; }
  .account, .new + .account { flex-wrap: nowrap; justify-self: end; max-width: 100%; }
  .account, .new + .account { gap: .75rem; margin: 0; }
  .me { min-width: 0; }
  .me span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .lists { order: 1; }
  .lists ul { margin-left: -.6rem; }
  .lists a { padding: 0 .6rem; }
  .new { order: 2; justify-self: end; }
  .top .button { padding: .3rem .9rem; font-size: .9375rem; }
  .brand span { font-size: 1.15rem; }
  .top { padding-bottom: .7rem; }
  h1 { font-size: 1.75rem; }
  .post.alone h1 { font-size: 1.5rem; }
  .about { gap: 0 .7rem; font-size: .8125rem; }
}
@media (max-width: 22rem) {
  .top .across { column-gap: .4rem; }
  .lists ul { margin-left: -.4rem; }
  .lists a { padding: 0 .4rem; }
  .top .button { padding: .3rem .7rem; font-size: .875rem; }
}
@media (prefers-reduced-motion: no-preference) {
  a, button { transition: color .15s, background-color .15s, border-color .15s; }
  .like[action="/unlike"] .heart { animation: beat .3s ease-out; }
  @keyframes beat { 50% { transform: scale(1.25); } }
}
@media (forced-colors: active) {
  .button, .like button { border: 1px solid; }
  .top::after { display: none; }
}
@media print {
  .skip, .top nav, .like, .comments form, .pager { display: none; }
}
`;

export const stylesheet = [colours, ground, headAndFoot, posts, stylesOfForms, narrow].join('');
