/** One post: where it leads, who likes it, what was said about it, and a form to say more. */
import { count } from '../../../base/count.js';
import { commentCharsMax } from '../../../site/site-limits.js';
import type { CommentView } from '../../../site/site-query.js';
import type { Frame, PostPage } from '../page-models.js';
import { hidden, labelled, postForm } from './forms.js';
import { html, type Html } from './html.js';
import { age, likeForm, likesOf, pager, postPath, titleLink, userLink } from './parts.js';

export function postContent(frame: Frame, model: PostPage): Html {
  const { post, comments } = model;
  return html`<article class="post alone" id="post-${post.id}">
      <h1>${titleLink(post)}</h1>
      <p class="link"><span dir="ltr">${post.link}</span></p>
      <p class="about">
        ${likesOf(post)}
        <span>by ${userLink(post.by)}</span>
        ${age(frame, post.at)}
      </p>
      ${likeForm(frame, post)}
    </article>
    <section class="comments" aria-labelledby="comments">
      <h2 id="comments">${count(post.comments, 'comment')}</h2>
      ${comments.length === 0 ? undefined : commentItems(frame, comments)}
      ${pager(model, (page) => `${postPath(post.id)}?page=${page}`)} ${commentForm(frame, model)}
    </section>`;
}

function commentItems(frame: Frame, comments: readonly CommentView[]): Html {
  return html`<ol>
    ${comments.map((comment) => commentItem(frame, comment))}
  </ol>`;
}

function commentItem(frame: Frame, { id, text, by, at }: CommentView): Html {
  return html`<li>
    <article id="comment-${id}">
      <p class="about">${userLink(by)} ${age(frame, at)}</p>
      <div class="said" dir="auto">${text}</div>
    </article>
  </li>`;
}

function commentForm(frame: Frame, model: PostPage): Html {
  if (frame.viewer === undefined) {
    return html`<p class="empty"><a href="/login">Log in</a> to say something.</p>`;
  }
  const field = {
    name: 'text',
    label: 'Your comment',
    hint: `Up to ${commentCharsMax.toLocaleString('en')} characters, line breaks kept.`,
    mistake: model.mistake,
  };
  // A parser drops the first line feed after the tag: it must not be the person's own.
  const area = (attributes: Html): Html =>
    html`<textarea ${attributes} rows="5" required dir="auto" data-typed="">
${model.draft}</textarea>`;
  const content = html`${hidden('id', model.nextId)} ${hidden('postId', model.post.id)}
    ${hidden('back', postPath(model.post.id))} ${labelled(field, area)}
    <button type="submit" class="button">Comment</button>`;
  return postForm(
    frame,
    '/comment',
    content,
    html`class="fields" data-draft="comment:${model.post.id}"`,
  );
}
