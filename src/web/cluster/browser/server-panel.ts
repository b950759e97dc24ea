/** The server that was chosen: what it says of itself, and what can be done to it. */
import {
  crashAction,
  healAction,
  partitionAction,
  restoreAction,
  transferAction,
  type Action,
} from '../../../live/actions.js';
import { serverOf } from '../../../live/cluster-state.js';
import type { ServerView } from '../../../live/server-view.js';
import { CommandButton } from './command-button.js';
import { html, setText } from './dom.js';
import type { PageView } from './page-view.js';
import { carryOut, Outcome, whyNot, type OriginOf } from './runner.js';

const labels = {
  crash: 'Crash',
  restore: 'Restore',
  transfer: 'Make leader',
  partition: 'Cut off',
  heal: 'Heal all',
} as const;

type ActionName = keyof typeof labels;

export class ServerPanel {
  readonly element: HTMLElement;
  readonly #originOf: OriginOf;
  readonly #onTouch: (server: number) => void;
  readonly #title = html('h2', { id: 'chosen' });
  readonly #facts = html('dl', { class: 'facts' });
  readonly #hindrance = html('p', { class: 'hindrance' });
  readonly #others = html('div', { class: 'choices' });
  readonly #oneWay = html('input', { type: 'checkbox' });
  readonly #outcome = new Outcome();
  readonly #buttons = new Map<ActionName, CommandButton>();
  readonly #cutOff = new Set<number>();
  #view: PageView | undefined;
  #shownChoices = '';
  #shownFacts = '';

  /** `onTouch`: something is asked of this server, and it is to stay in sight. */
  constructor(originOf: OriginOf, onTouch: (server: number) => void) {
    this.#originOf = originOf;
    this.#onTouch = onTouch;
    this.#oneWay.addEventListener('change', this.#refresh);
    const oneWay = html('label', {}, this.#oneWay, ' only what it sends');
    const legend = html('legend', {}, 'Keep it apart from');
    const apart = html('fieldset', {}, legend, this.#others, oneWay, this.#button('partition'));
    this.element = html(
      'section',
      { class: 'card panel', 'aria-labelledby': 'chosen' },
      ...[this.#title, this.#facts, this.#hindrance],
      ...[this.#button('crash'), this.#button('restore'), this.#button('transfer')],
      ...[apart, this.#button('heal'), this.#outcome.element],
    );
  }

  show(view: PageView): void {
    if (this.#view !== undefined && this.#view.selected !== view.selected) {
      this.#outcome.say('');
      this.#cutOff.clear();
    }
    this.#view = view;
    this.#refresh();
  }

  readonly #refresh = (): void => {
    const view = this.#view;
    const server = view?.servers.find(({ id }) => id === view.selected);
    if (view === undefined || server === undefined) return;
    setText(this.#title, `Server ${server.id}: ${server.word}`);
    this.#showFacts(view, server);
    this.#showChoices(view, server);
    const hindrance =
      view.viewedMs === undefined
        ? whyNot(view.state, server.id, 'whyNoFaults')
        : 'a moment that has passed is shown';
    this.#hindrance.hidden = hindrance === undefined;
    setText(this.#hindrance, hindrance === undefined ? '' : `Nothing to press: ${hindrance}.`);
    for (const [name, button] of this.#buttons) {
      button.show(this.#actionOf(name, view, server), hindrance === undefined);
    }
  };

  #button(name: ActionName): HTMLElement {
    const onPress = (): void => {
      void this.#outcome.tell(this.#press(name));
    };
    const button = new CommandButton({ name, label: labels[name], onPress });
    this.#buttons.set(name, button);
    return button.element;
  }

  /** Undefined for what makes no sense as things are. */
  #actionOf(name: ActionName, view: PageView, server: ServerView): Action | undefined {
    const { state, target } = view;
    const { condition, id } = server;
    switch (name) {
      case 'crash':
        return condition === 'crashed' ? undefined : crashAction(id, target);
      case 'restore':
        return condition === 'crashed' ? restoreAction(id, target) : undefined;
      case 'transfer':
        return condition === 'leader' ? undefined : transferAction(id, target);
      case 'partition': {
        const from = [...this.#cutOff].toSorted((a, b) => a - b);
        const wish = { server: id, from, isOneWay: this.#oneWay.checked };
        return from.length === 0 ? undefined : partitionAction(state, wish, target);
      }
      case 'heal':
        return healAction(state, target);
    }
  }

  async #press(name: ActionName): Promise<string> {
    const view = this.#view;
    const server = view?.servers.find(({ id }) => id === view.selected);
    const action = view && server && this.#actionOf(name, view, server);
    if (action === undefined) return '';
    this.#onTouch(server?.id ?? 0);
    this.#outcome.say(`${labels[name]}: asked …`);
    const answer = await carryOut(action, this.#originOf);
    if (answer !== true) return `${labels[name]}: it could not within 2 s; see the timeline`;
    if (name === 'partition') this.#cutOff.clear();
    this.#refresh();
    return `${labels[name]}: done`;
  }

  #showFacts({ state }: PageView, server: ServerView): void {
    const report = serverOf(state, server.id)?.report;
    const isOld = server.condition === 'down' || server.condition === 'unseen';
    const facts: readonly (readonly [string, string])[] = [
      ['Address', server.address],
      ['Term', String(report?.term ?? '–')],
      ['Vote', report?.votedFor === undefined ? 'nobody' : `server ${report.votedFor}`],
      ['Log', `${report?.firstLogIndex ?? '–'} to ${report?.lastLogIndex ?? '–'}`],
      ['On disk', `up to ${report?.durableIndex ?? '–'}`],
      ['Committed', `up to ${report?.commitIndex ?? '–'}`],
      ['Applied', `up to ${report?.lastApplied ?? '–'}`],
      ['Snapshot', report?.snapshotIndex ? `up to ${report.snapshotIndex}` : 'none'],
      ['Waiting', `${report?.pendingUpdates ?? 0} updates, ${report?.pendingReads ?? 0} reads`],
      ['Files', String(report?.files ?? '–')],
      ...(server.cutFrom.length > 0
        ? [
            [
              'Cut off',
              `from ${server.cutFrom.join(', ')} (${report?.unreachableDirection ?? ''})`,
            ] as const,
          ]
        : []),
      ...(isOld ? [['These are', 'its last words'] as const] : []),
    ];
    const shown = JSON.stringify(facts);
    if (shown === this.#shownFacts) return;
    this.#shownFacts = shown;
    const rows = facts.map(([name, value]) =>
      html('div', {}, html('dt', {}, name), html('dd', {}, value)),
    );
    this.#facts.replaceChildren(...rows);
  }

  #showChoices({ selected, servers }: PageView, server: ServerView): void {
    const others = servers.filter(({ id }) => id !== server.id).map(({ id }) => id);
    const shown = JSON.stringify([selected, others, [...this.#cutOff]]);
    if (shown === this.#shownChoices) return;
    this.#shownChoices = shown;
    const boxes = others.map((id) => {
      const box = html('input', { type: 'checkbox', 'data-cut': id });
      box.checked = this.#cutOff.has(id);
      box.addEventListener('change', () => {
        if (box.checked) this.#cutOff.add(id);
        else this.#cutOff.delete(id);
        // The boxes stay as they are, and with them the place of the keyboard.
        this.#shownChoices = JSON.stringify([selected, others, [...this.#cutOff]]);
        this.#refresh();
      });
      return html('label', {}, box, ` S${id}`);
    });
    this.#others.replaceChildren(...boxes);
  }
}
