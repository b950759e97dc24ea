/** Pieces that several pages have: times, users, sites, likes, ways to other pages. */
import type { PostView } from '../../../site/site-query.js';
import { ageWords } from '../browser/age-words.js';
import type { Frame } from '../page-models.js';
import { hidden, postForm } from './forms.js';
import { html, type Html } from './html.js';
import { heart } from './icons.js';

/** How long ago, and on a closer look when; `at` is in ms since 1970. */
export function age(frame: Frame, at: number): Html {
  const iso = new Date(at).toISOString();
  const exactly = `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
  const words = ageWords(at, frame.now);
  return html`<time datetime="${iso}" title="${exactly}" data-age="">${words}</time>`;
}

export function userLink(name: string): Html {
  return html`<a class="user" href="/users/${encodeURIComponent(name)}">${name}</a>`;
}

export function postPath(id: string): string {
  return `/posts/${encodeURIComponent(id)}`;
}

/** The post's title, leading to what it is about. */
export function titleLink(post: PostView): Html {
  return html`<a class="title" href="${targetOf(post)}" rel="ugc nofollow noopener" dir="auto"
    >${post.title}</a
  >`;
}

/** Whatever stands in a post, a click on it never runs anything: only the web is led to. */
function targetOf(post: PostView): string {
  return /^https?:\/\//i.test(post.link) ? post.link : postPath(post.id);
}

/** `example.org` of `https://www.example.org/a`; a link that is none has no site. */
function siteOf(link: string): string | undefined {
  if (!URL.canParse(link)) return undefined;
  const { host } = new URL(link);
  return host === '' ? undefined : host.replace(/^www\./, '');
}

export function siteName(post: PostView): Html | undefined {
  const site = siteOf(post.link);
  return site === undefined ? undefined : html`<p class="site">${site}</p>`;
}

/** The words are the contract's, for one as for many. */
export function likesOf(post: PostView): Html {
  return html`<span class="likes" id="likes-${post.id}">${post.likes} people like</span>`;
}

/** Nothing for visitors: they cannot like. */
export function likeForm(frame: Frame, post: PostView): Html | undefined {
  if (frame.viewer === undefined) return undefined;
  const content = html`${hidden('postId', post.id)}
    ${hidden('back', `${frame.path}#post-${post.id}`)}
    <button type="submit">
      ${heart}<span class="verb">${post.liked ? 'Unlike' : 'Like'}</span>
      <span class="unseen" dir="auto">${post.title}</span>
    </button>`;
  const attributes = html`class="like" data-like="${post.id}"`;
  return postForm(frame, post.liked ? '/unlike' : '/like', content, attributes);
}

/** `pathOf` gives the address of a page by its number. */
export function pager(
  { page, more }: { readonly page: number; readonly more: boolean },
  pathOf: (page: number) => string,
): Html | undefined {
  if (page <= 1 && !more) return undefined;
  const before = html`<a rel="prev" href="${pathOf(page - 1)}">Previous page</a>`;
  const after = html`<a rel="next" href="${pathOf(page + 1)}">Next page</a>`;
  return html`<nav class="pager" aria-label="Further pages">
    ${page > 1 ? before : undefined}
    <span>Page ${page}</span>
    ${more ? after : undefined}
  </nav>`;
}
