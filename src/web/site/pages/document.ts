/**
 * The frame of every page: its head, the way around the site, what has just happened, and where
 * the content was read.
 */
import { count } from '../../../base/count.js';
import type { Frame, Notice, ReadSource } from '../page-models.js';
import { assetPath, modulePaths } from './assets.js';
import { endsSession, postForm } from './forms.js';
import { html, type Content, type Html } from './html.js';
import { raft } from './icons.js';
import { withoutTurns } from './text-turns.js';

export interface Document {
  /** Of the browser's window, without the name of the site. */
  readonly title: string;
  /** Which of the lists is shown. */
  readonly list?: 'hot' | 'new' | 'top';
  /** More for the head. */
  readonly head?: Html;
  readonly content: Content;
}

/** A complete HTML document. */
export function renderDocument(frame: Frame, page: Document): string {
  const document = html`<!doctype html>
    <html lang="en" data-now="${frame.now}">
      <head>
        ${head(page)}
      </head>
      <body>
        <a class="skip" href="#content">Skip to the content</a>
        ${top(frame, page)}
        <main id="content" tabindex="-1">
          ${banner(frame.source)} ${notice(frame.notice)} ${page.content}
        </main>
        ${footer(frame.source)}
        <p class="unseen" id="spoken" role="status" aria-live="polite"></p>
      </body>
    </html> `;
  return document.toString();
}

function head(page: Document): Html {
  const modules = modulePaths().map((path) => html`<link rel="modulepreload" href="${path}" />`);
  return html`<meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <meta name="theme-color" content="#f4f1ea" media="(prefers-color-scheme: light)" />
    <meta name="theme-color" content="#10181b" media="(prefers-color-scheme: dark)" />
    <title>${withoutTurns(page.title)} · SurfRaft</title>
    <link rel="stylesheet" href="${assetPath('style.css')}" />
    <link rel="icon" type="image/svg+xml" href="${assetPath('icon.svg')}" />
    ${modules} ${page.head}
    <script type="module" src="${assetPath('main.js')}"></script>`;
}

const lists = [
  ['hot', 'Hot'],
  ['new', 'New'],
  ['top', 'Top'],
] as const;

function top(frame: Frame, page: Document): Html {
  const tabs = lists.map(([order, name]) => {
    const current = page.list === order ? html`aria-current="page"` : html``;
    return html`<li><a href="/?sort=${order}" ${current}>${name}</a></li>`;
  });
  return html`<header class="top">
    <div class="across">
      <a class="brand" href="/">${raft}<span>SurfRaft</span></a>
      <nav class="lists" aria-label="Lists">
        <ul>
          ${tabs}
        </ul>
      </nav>
      ${frame.viewer === undefined ? undefined : newPost} ${account(frame)}
    </div>
  </header>`;
}

const newPost = html`<a class="button new" href="/post">Post new Link</a>`;

function account(frame: Frame): Html | undefined {
  // Nobody can tell who looks: whoever is logged in must not be told otherwise.
  if (frame.viewer === undefined && frame.source === undefined) return undefined;
  return html`<nav class="account" aria-label="Account">${accountLinks(frame)}</nav>`;
}

function accountLinks(frame: Frame): Html {
  if (frame.viewer === undefined) {
    return html`<a href="/login">Log in</a> <a class="button" href="/signup">Sign up</a>`;
  }
  const logout = postForm(
    frame,
    '/logout',
    html`<button class="quiet">Log out</button>`,
    endsSession,
  );
  return html`<a class="me" href="/account"><span id="username">${frame.viewer}</span></a>
    ${logout}`;
}

function banner(source: ReadSource | undefined): Html | undefined {
  if (source?.mayBeOld !== true) return undefined;
  return html`<p class="banner" role="note">
    <strong>This page may be old:</strong> no leader is known, or your latest changes are still on
    their way to the server that answered.
  </p>`;
}

function notice(told: Notice | undefined): Html | undefined {
  if (told === undefined) return undefined;
  const { kind, text, link } = told;
  const way =
    link === undefined ? undefined : html` <a href="${link.href}" dir="auto">${link.text}</a>`;
  const role = kind === 'problem' ? 'alert' : 'status';
  return html`<p class="notice ${kind}" role="${role}">${text}${way}</p>`;
}

function footer(source: ReadSource | undefined): Html {
  return html`<footer class="bottom"><div class="across">${sourceWords(source)}</div></footer>`;
}

function sourceWords(source: ReadSource | undefined): Html {
  if (source === undefined) return html`<span>No server of the cluster has answered.</span>`;
  const { server, term, isLeader, behind } = source;
  const distance = behind <= 0 ? 'up to date' : `${count(behind, 'entry', 'entries')} behind`;
  return html`<span>Read from server ${server}</span>
    <span>${isLeader ? 'leader' : 'follower'} in term ${term}</span>
    <span>${distance}</span>`;
}
