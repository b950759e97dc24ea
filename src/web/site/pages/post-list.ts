/** Posts one below the other, as on the first page and on a user's. */
import { count } from '../../../base/count.js';
import type { PostOrder, PostView } from '../../../site/site-query.js';
import type { Frame, PostListPage } from '../page-models.js';
import { html, type Html } from './html.js';
import { age, likeForm, likesOf, pager, postPath, siteName, titleLink, userLink } from './parts.js';

/** What each order is called, and what it is. */
export const orderWords: Readonly<
  Record<PostOrder, { readonly name: string; readonly about: string }>
> = {
  hot: { name: 'Hot', about: 'Much liked of late' },
  new: { name: 'New', about: 'Newest first' },
  top: { name: 'Top', about: 'Most liked of all time' },
};

export function listContent(frame: Frame, model: PostListPage): Html {
  const { order, page } = model;
  const { name, about } = orderWords[order];
  return html`<div class="heading">
      <h1>${name}</h1>
      <p>${about}</p>
      <p class="feeds">
        <a href="/feed?sort=${order}">RSS<span class="unseen"> feed of ${name}</span></a>
        <a href="/api/posts?sort=${order}&amp;page=${page}"
          >JSON<span class="unseen"> of this page</span></a
        >
      </p>
    </div>
    ${model.posts.length === 0 ? nothing(frame, page) : postItems(frame, model.posts)}
    ${pager(model, (number) => `/?sort=${order}&page=${number}`)}`;
}

/** The same list for programs, said in the head of the page. */
export function listAlternates({ order, page }: PostListPage): Html {
  const { name } = orderWords[order];
  return html`<link
      rel="alternate"
      type="application/rss+xml"
      title="SurfRaft: ${name}"
      href="/feed?sort=${order}"
    />
    <link
      rel="alternate"
      type="application/json"
      title="${name}, as JSON"
      href="/api/posts?sort=${order}&amp;page=${page}"
    />`;
}

export function postItems(frame: Frame, posts: readonly PostView[]): Html {
  return html`<ol class="posts">
    ${posts.map((post) => postItem(frame, post))}
  </ol>`;
}

function postItem(frame: Frame, post: PostView): Html {
  return html`<li>
    <article class="post" id="post-${post.id}">
      <h2>${titleLink(post)}</h2>
      ${siteName(post)}
      <p class="about">
        ${likesOf(post)}
        <span>by ${userLink(post.by)}</span>
        ${age(frame, post.at)}
        <a href="${postPath(post.id)}#comments">${count(post.comments, 'comment')}</a>
      </p>
      ${likeForm(frame, post)}
    </article>
  </li>`;
}

function nothing(frame: Frame, page: number): Html | undefined {
  // What nobody could be asked about is not said.
  if (frame.source === undefined) return undefined;
  if (page > 1) return html`<p class="empty">There is nothing on this page any more.</p>`;
  const next =
    frame.viewer === undefined
      ? html`<a href="/signup">Sign up</a> and post the first link.`
      : html`<a href="/post">Post the first link.</a>`;
  return html`<p class="empty">Nothing has been posted yet. ${next}</p>`;
}
