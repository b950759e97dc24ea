/** Signing up and logging in: one form in two words. */
import { userNameCharsMax } from '../../../site/site-limits.js';
import type { CredentialsPage, Frame } from '../page-models.js';
import { labelled, postForm } from './forms.js';
import { html, type Html } from './html.js';

export const credentialsWords = {
  signup: {
    name: 'Sign up',
    nameHint: `1 to ${userNameCharsMax} of A–Z a–z 0–9 _ and -. Everybody sees it.`,
    passwordHint: '8 to 256 characters.',
    autocomplete: 'new-password',
    other: html`Signed up already? <a href="/login">Log in</a>`,
  },
  login: {
    name: 'Log in',
    nameHint: 'Capital and small letters count as the same.',
    passwordHint: 'Capital and small letters count as different.',
    autocomplete: 'current-password',
    other: html`New here? <a href="/signup">Sign up</a>`,
  },
} as const;

export function credentialsContent(frame: Frame, model: CredentialsPage): Html {
  const words = credentialsWords[model.kind];
  const name = {
    name: 'username',
    label: 'Name',
    hint: words.nameHint,
    mistake: model.mistakes.username,
  };
  const password = {
    name: 'password',
    label: 'Password',
    hint: words.passwordHint,
    mistake: model.mistakes.password,
  };
  const content = html`${labelled(
      name,
      (attributes) =>
        html`<input
          ${attributes}
          type="text"
          value="${model.username}"
          required
          autocomplete="username"
          autocapitalize="none"
          spellcheck="false"
        />`,
    )}
    ${labelled(
      password,
      (attributes) =>
        html`<input ${attributes} type="password" required autocomplete="${words.autocomplete}" />`,
    )} <button type="submit" class="button">${words.name}</button>`;
  return html`<div class="heading"><h1>${words.name}</h1></div>
    ${postForm(frame, `/${model.kind}`, content, html`class="fields"`)}
    <p class="other">${words.other}</p>`;
}
