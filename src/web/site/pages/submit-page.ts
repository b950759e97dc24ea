/** Where a link is posted; what was typed and could not be kept stands in it again. */
import { linkCharsMax, titleCharsMax } from '../../../site/site-limits.js';
import type { Frame, SubmitPage } from '../page-models.js';
import { hidden, labelled, postForm } from './forms.js';
import { html, type Html } from './html.js';

export function submitContent(frame: Frame, model: SubmitPage): Html {
  const { mistakes } = model;
  const title = {
    name: 'title',
    label: 'Title',
    hint: `One line of up to ${titleCharsMax} characters: what is to be found there?`,
    mistake: mistakes.title,
  };
  const link = {
    name: 'link',
    label: 'Link',
    hint: `An http or https address of up to ${linkCharsMax.toLocaleString('en')} characters.`,
    mistake: mistakes.link,
  };
  const content = html`${hidden('id', model.nextId)}
    ${labelled(
      title,
      (attributes) =>
        html`<input
          ${attributes}
          type="text"
          value="${model.title}"
          required
          dir="auto"
          autocomplete="off"
          data-typed=""
        />`,
    )}
    ${labelled(
      link,
      (attributes) =>
        html`<input
          ${attributes}
          type="text"
          inputmode="url"
          value="${model.link}"
          required
          autocomplete="off"
          autocapitalize="none"
          spellcheck="false"
          data-typed=""
        />`,
    )} <button type="submit" class="button">Post</button>`;
  return html`<div class="heading"><h1>Post new Link</h1></div>
    ${postForm(frame, '/post', content, html`class="fields" data-draft="post"`)}`;
}
