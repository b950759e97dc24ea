/** What the forms of the pages are made of. Every one of them carries `csrf`. */
import type { Frame } from '../page-models.js';
import { html, type Content, type Html } from './html.js';

/** `attributes`: further ones of the form, for example a class. */
export function postForm(
  frame: Frame,
  action: string,
  content: Content,
  attributes: Html = html``,
): Html {
  return html`<form method="post" action="${action}" ${attributes}>
    ${hidden('csrf', frame.csrf)} ${content}
  </form>`;
}

/** Marks a form that logs its sender out: the script forgets what was typed. */
export const endsSession = html`data-ends-session=""`;

/** A reload brings old values back into hidden fields, too, unless a browser is told not to. */
export function hidden(name: string, value: string): Html {
  return html`<input type="hidden" name="${name}" value="${value}" autocomplete="off" />`;
}

export interface Field {
  readonly name: string;
  readonly label: string;
  /** What is expected, said before anything is wrong. */
  readonly hint: string;
  readonly mistake: string | undefined;
}

/** A field under its label, with what is expected and what is wrong tied to it. */
export function labelled(field: Field, control: (attributes: Html) => Html): Html {
  const { name, label, hint, mistake } = field;
  const mistakeId = `${name}-mistake`;
  const hintId = `${name}-hint`;
  const described = mistake === undefined ? hintId : `${mistakeId} ${hintId}`;
  const invalid = mistake === undefined ? undefined : html`aria-invalid="true" autofocus`;
  const attributes = html`id="${name}" name="${name}" aria-describedby="${described}" ${invalid}`;
  return html`<div class="field">
    <label for="${name}">${label}</label>
    ${mistake === undefined ? undefined : mistakeLine(mistakeId, mistake)} ${control(attributes)}
    <p class="hint" id="${hintId}">${hint}</p>
  </div>`;
}

function mistakeLine(id: string, mistake: string): Html {
  return html`<p class="mistake" id="${id}">${sentence(mistake)}</p>`;
}

/** Mistakes come as the end of a sentence ("expected 1 to 20 …"). */
function sentence(text: string): string {
  const first = text.slice(0, 1).toUpperCase();
  return `${first}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}
