/** The files of the cluster, a page at a time, what has just become of them, and a new version. */
import { commandOf, updateAction } from '../../../live/actions.js';
import { newestLeader } from '../../../live/server-view.js';
import { findTextMistake } from '../../../live/xml-call.js';
import { call, CallError, textOf, type AnswerValue } from './call.js';
import { pageScheme } from './cluster-facts.js';
import { html, setText } from './dom.js';
import type { PageView } from './page-view.js';
import { carryOut, Outcome, whyNot, type OriginOf } from './runner.js';

interface FileRow {
  readonly name: string;
  readonly version: number;
  readonly hashes: readonly AnswerValue[];
}

const rowsMax = 25;
const hashesShown = 3;

export class Files {
  readonly element: HTMLElement;
  readonly #originOf: OriginOf;
  readonly #prefix = html('input', { type: 'search', placeholder: 'name begins with …' });
  readonly #rows = html('tbody');
  readonly #more = html('button', { type: 'button', hidden: true }, 'More');
  readonly #listed = new Outcome();
  readonly #name = html('input', { name: 'name', required: true, value: 'notes.txt' });
  readonly #hashes = html('input', { name: 'hashes', value: 'hash-1, hash-2' });
  readonly #command = html('code', { class: 'command' });
  readonly #outcome = new Outcome();
  readonly #submit = html('button', { type: 'submit', 'data-action': 'update' }, 'Update');
  #view: PageView | undefined;
  #shown: FileRow[] = [];
  /** The newest entry that was applied when the list was read. */
  #appliedIndex = 0;
  #isBusy = false;
  #isStale = true;

  constructor(originOf: OriginOf) {
    this.#originOf = originOf;
    this.#prefix.setAttribute('aria-label', 'Files whose name begins with');
    this.#prefix.addEventListener('input', () => {
      this.#isStale = true;
      void this.#readWhenStale();
    });
    this.#more.addEventListener('click', () => void this.#listed.tell(this.#read(true)));
    for (const input of [this.#name, this.#hashes]) {
      input.addEventListener('input', () => {
        this.#showCommand();
      });
    }
    const form = this.#form();
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#outcome.tell(this.#update());
    });
    const heads = ['File', 'Version', 'Blocks'].map((name) => html('th', { scope: 'col' }, name));
    const table = html(
      'table',
      { class: 'files' },
      html('thead', {}, html('tr', {}, ...heads)),
      this.#rows,
    );
    this.element = html(
      'section',
      { class: 'card files-card', 'aria-labelledby': 'files' },
      html('div', { class: 'head' }, html('h2', { id: 'files' }, 'Files'), this.#prefix),
      html(
        'div',
        { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'List of files' },
        table,
      ),
      this.#more,
      this.#listed.element,
      form,
      this.#outcome.element,
    );
  }

  show(view: PageView): void {
    this.#view = view;
    const applied = newestLeader(view.state)?.report?.lastApplied ?? 0;
    if (applied !== this.#appliedIndex) {
      this.#appliedIndex = applied;
      this.#isStale = true;
    }
    this.#submit.disabled = this.#hindrance() !== undefined || view.viewedMs !== undefined;
    this.#showCommand();
    void this.#readWhenStale();
  }

  #form(): HTMLFormElement {
    return html(
      'form',
      { class: 'update' },
      html('h3', {}, 'Update a file'),
      html('label', {}, 'Name ', this.#name),
      html('label', {}, 'Hashes of its blocks ', this.#hashes),
      html('div', { class: 'action' }, this.#submit, this.#command),
    );
  }

  /** What changes often is read again once the answer before is there, and a moment later. */
  async #readWhenStale(): Promise<void> {
    const hindrance = this.#hindrance();
    if (hindrance !== undefined) {
      this.#listed.say(`Files are read from the leader: ${hindrance}.`, true);
      this.#isStale = true;
      return;
    }
    if (this.#isBusy || !this.#isStale) return;
    this.#isBusy = true;
    this.#isStale = false;
    await this.#listed.tell(this.#read(false));
    setTimeout(() => {
      this.#isBusy = false;
    }, 500);
  }

  get #state() {
    return this.#view?.state ?? { servers: [] };
  }

  /** Why the leader takes no calls from here, or why there is none to call. */
  #hindrance(): string | undefined {
    const leader = newestLeader(this.#state);
    if (leader === undefined) return 'nobody leads, as far as is seen from here';
    return whyNot(this.#state, leader.id, 'whyNoCalls');
  }

  /** One page from the leader; `isMore`: behind those that are shown. Says how it went. */
  async #read(isMore: boolean): Promise<string> {
    const prefix = this.#prefix.value;
    const mistake = findTextMistake(prefix);
    if (mistake !== undefined) throw new CallError(mistake);
    const after = isMore ? (this.#shown.at(-1)?.name ?? prefix) : prefix;
    const exact = isMore || prefix === '' ? [] : await this.#readOne(prefix);
    const answer = (await this.#ask('getfileinfopage', [after, rowsMax])) as unknown as FilePage;
    if (prefix !== this.#prefix.value) return '';
    const page = answer.files.map(([name, version, hashes]) => ({ name, version, hashes }));
    const found = page.filter(({ name }) => name.startsWith(prefix));
    const before = isMore ? this.#shown : [];
    this.#showRows([...before, ...exact, ...found], isMore ? [] : this.#shown);
    this.#more.hidden = !answer.more || found.length < page.length;
    return this.#shown.length === 0 ? 'no file' : '';
  }

  async #readOne(name: string): Promise<readonly FileRow[]> {
    const [version, hashes] = (await this.#ask('getfileinfo', [name])) as unknown as FileInfo;
    return version === 0 ? [] : [{ name, version, hashes }];
  }

  #ask(method: string, params: readonly (string | number)[]): Promise<AnswerValue> {
    const leader = newestLeader(this.#state);
    if (leader === undefined) throw new CallError('nobody leads: files are read from the leader');
    return call(this.#originOf(leader.id), method, params);
  }

  #showRows(rows: FileRow[], before: readonly FileRow[]): void {
    const isKnown = before.length > 0;
    const known = new Map(before.map(({ name, version }) => [name, version]));
    this.#shown = rows;
    this.#rows.replaceChildren(
      ...rows.map(({ hashes, name, version }) => {
        const isNew = isKnown && known.get(name) !== version;
        const isDeleted = hashes.length === 1 && textOf(hashes[0]) === '0';
        const first = hashes.slice(0, hashesShown).map(textOf).join(', ');
        const rest = hashes.length > hashesShown ? ` and ${hashes.length - hashesShown} more` : '';
        return html(
          'tr',
          { class: isNew ? 'changed' : undefined, 'data-file': name },
          html('th', { scope: 'row', dir: 'auto' }, name),
          html('td', {}, `v${version}`),
          html('td', { class: 'hashes' }, isDeleted ? 'deleted' : `${first}${rest}`),
        );
      }),
    );
  }

  async #update(): Promise<string> {
    const { hashes, name } = this.#wanted();
    const mistake = [name, ...hashes].map(findTextMistake).find((each) => each !== undefined);
    if (mistake !== undefined) throw new CallError(mistake);
    const leader = newestLeader(this.#state);
    if (leader === undefined) throw new CallError('nobody leads: there is nobody to update a file');
    this.#outcome.say('Update: asked …');
    const [before] = (await this.#ask('getfileinfo', [name])) as unknown as FileInfo;
    const version = before + 1;
    const answer = await carryOut(updateAction(leader, { name, version, hashes }), this.#originOf);
    this.#isStale = true;
    return answer === true
      ? `${name} is at version ${version}`
      : `${name} was changed by somebody else meanwhile; press again`;
  }

  #wanted(): { readonly name: string; readonly hashes: readonly string[] } {
    const hashes = this.#hashes.value.split(/[\s,]+/).filter((hash) => hash !== '');
    return { name: this.#name.value, hashes };
  }

  #showCommand(): void {
    const leader = newestLeader(this.#state);
    const { hashes, name } = this.#wanted();
    if (leader === undefined) return;
    const known = this.#shown.find((row) => row.name === name);
    const version = (known?.version ?? 0) + 1;
    const action = updateAction(leader, { name, version, hashes });
    setText(this.#command, commandOf(action, pageScheme()));
  }
}

interface FilePage {
  readonly files: readonly (readonly [string, number, readonly AnswerValue[]])[];
  readonly more: boolean;
}

type FileInfo = readonly [number, readonly AnswerValue[]];
