/** What everybody may see of a user: how long they have been here, what they posted. */
import { count } from '../../../base/count.js';
import type { Frame, UserPage } from '../page-models.js';
import { html, type Html } from './html.js';
import { age, pager } from './parts.js';
import { postItems } from './post-list.js';

export function userContent(frame: Frame, model: UserPage): Html {
  const { user, posts } = model;
  const none = html`<p class="empty">No links on this page.</p>`;
  return html`<div class="heading">
      <h1>${user.name}</h1>
      <p>
        Joined ${age(frame, user.since)}. Posted ${count(user.posts, 'link')}, which got
        ${count(user.likes, 'like')}.
      </p>
    </div>
    ${posts.length === 0 ? none : postItems(frame, posts)}
    ${pager(model, (page) => `/users/${encodeURIComponent(user.name)}?page=${page}`)}`;
}
