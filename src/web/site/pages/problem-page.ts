/** Why there is no page, and where to go from here. */
import type { ProblemPage } from '../page-models.js';
import { html, type Html } from './html.js';

export function problemContent({ status, title, text, quote }: ProblemPage): Html {
  return html`<div class="heading problem">
      <p class="status">${status}</p>
      <h1>${title}</h1>
    </div>
    <p class="why">${text}</p>
    ${quote === undefined ? undefined : quoted(quote)}
    <p><a href="/">To the first page</a></p>`;
}

function quoted(text: string): Html {
  return html`<p class="hint">You wrote:</p>
    <blockquote class="said" dir="auto">${text}</blockquote>`;
}
