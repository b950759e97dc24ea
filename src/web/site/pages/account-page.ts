/** Where one is logged in, and how to end that. */
import { count } from '../../../base/count.js';
import type { SessionView } from '../../../site/site-query.js';
import type { AccountPage, Frame } from '../page-models.js';
import { endsSession, hidden, postForm } from './forms.js';
import { html, type Html } from './html.js';
import { age, userLink } from './parts.js';

export function accountContent(frame: Frame, { sessions }: AccountPage): Html {
  const everywhere = postForm(
    frame,
    '/sessions/end',
    html`<button type="submit" class="grave">Log out everywhere</button>`,
    endsSession,
  );
  const name = frame.viewer === undefined ? undefined : userLink(frame.viewer);
  return html`<div class="heading">
      <h1>Your sessions</h1>
      <p>What others see of you: ${name}</p>
    </div>
    <p>
      You are logged in at ${count(sessions.length, 'place')}. End every session that you do not
      recognize or no longer use.
    </p>
    <ul class="sessions">
      ${sessions.map((session) => sessionItem(frame, session))}
    </ul>
    ${everywhere}
    <p class="hint">That ends this session, too: you will have to log in again.</p>`;
}

function sessionItem(frame: Frame, session: SessionView): Html {
  const label = session.label === '' ? 'Unknown browser' : session.label;
  const end = postForm(
    frame,
    '/sessions/end',
    html`${hidden('sessionId', session.id)}
      <button type="submit" class="quiet">
        End<span class="unseen"> the session ${label}</span>
      </button>`,
  );
  return html`<li>
    <p>
      <strong dir="auto">${label}</strong>
      <span class="hint">logged in ${age(frame, session.since)}</span>
    </p>
    ${session.isThis ? html`<span class="this">this session</span>` : end}
  </li>`;
}
