/** A button with the command that does the same, to be copied. */
import { commandOf, type Action } from '../../../live/actions.js';
import { pageScheme } from './cluster-facts.js';
import { html, setAttributes, setText } from './dom.js';

export interface CommandButtonOptions {
  readonly name: string;
  readonly label: string;
  readonly onPress: () => void;
}

export class CommandButton {
  readonly element: HTMLElement;
  readonly #button: HTMLButtonElement;
  readonly #command = html('code', { class: 'command' });

  constructor({ label, name, onPress }: CommandButtonOptions) {
    this.#button = html('button', { type: 'button', 'data-action': name }, label);
    this.#button.addEventListener('click', onPress);
    const copy = html(
      'button',
      { type: 'button', class: 'copy', title: 'Copy the command' },
      'Copy',
    );
    copy.addEventListener('click', () => void this.#copy(copy));
    setAttributes(copy, { 'aria-label': `Copy the command of ${label}` });
    this.element = html('div', { class: 'action' }, this.#button, this.#command, copy);
  }

  /** Undefined: there is nothing to do as things are. */
  show(action: Action | undefined, isAllowed: boolean): void {
    this.element.hidden = action === undefined;
    setText(this.#command, action === undefined ? '' : commandOf(action, pageScheme()));
    this.#button.disabled = !isAllowed;
  }

  async #copy(button: HTMLButtonElement): Promise<void> {
    const text = this.#command.textContent;
    try {
      await navigator.clipboard.writeText(text);
      setText(button, 'Copied');
    } catch {
      // Only pages that nobody can listen to may write there: the text is chosen, to be copied.
      getSelection()?.selectAllChildren(this.#command);
      setText(button, 'Chosen');
    }
    setTimeout(() => {
      setText(button, 'Copy');
    }, 1_500);
  }
}
