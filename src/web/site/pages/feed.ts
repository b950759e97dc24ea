/** A list of posts as RSS 2.0, for those who let a program look. */
import { count } from '../../../base/count.js';
import type { PostView } from '../../../site/site-query.js';
import type { PostListPage } from '../page-models.js';
import { html, type Html } from './html.js';
import { postPath } from './parts.js';
import { orderWords } from './post-list.js';
import { withoutTurns } from './text-turns.js';

/** What XML cannot say, not even escaped. */
const unspeakable = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

/**
 * A complete document. `base` is the address that the site was asked at, without a path, for
 * example `https://example.org`; `now` is in ms since 1970.
 */
export function renderFeed(base: string, model: PostListPage, now: number): string {
  const { order, posts } = model;
  const { name, about } = orderWords[order];
  const feed = html`<rss
    version="2.0"
    xmlns:atom="http://www.w3.org/2005/Atom"
    xmlns:dc="http://purl.org/dc/elements/1.1/">
    <channel>
      <title>SurfRaft: ${name}</title>
      <link>${base}/?sort=${order}</link>
      <description>${about}</description>
      <language>en</language>
      <lastBuildDate>${date(now)}</lastBuildDate>
      <atom:link rel="self" type="application/rss+xml" href="${base}/feed?sort=${order}" />
      ${posts.map((post) => item(base, post))}
    </channel>
  </rss> `;
  return `<?xml version="1.0" encoding="UTF-8"?>\n${feed.toString()}`;
}

function item(base: string, post: PostView): Html {
  const page = `${base}${postPath(post.id)}`;
  const words = `${post.likes} people like, ${count(post.comments, 'comment')}`;
  return html`<item>
    <title>${speakable(withoutTurns(post.title))}</title>
    <link>${speakable(post.link)}</link>
    <guid isPermaLink="true">${page}</guid>
    <comments>${page}#comments</comments>
    <dc:creator>${speakable(post.by)}</dc:creator>
    <pubDate>${date(post.at)}</pubDate>
    <description>${words}</description>
  </item>`;
}

function speakable(text: string): string {
  return text.replace(unspeakable, '\ufffd');
}

/** As RFC 822 has it, with four digits of the year. */
function date(ms: number): string {
  return new Date(ms).toUTCString();
}
