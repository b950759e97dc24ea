/** Whether the cluster works, in a word, and what is wrong with it. */
import { consequences, type Finding } from '../../../doctor/finding.js';
import { html, setText } from './dom.js';
import { isApart, type ClusterFacts } from './cluster-facts.js';
import type { PageView } from './page-view.js';

export class Header {
  readonly element: HTMLElement;
  readonly #facts: ClusterFacts;
  readonly #verdict = html('p', { class: 'verdict', role: 'status' });
  readonly #summary = html('p', { class: 'summary' });
  readonly #notes = html('ul', { class: 'notes' });
  readonly #findings = html('ul', { class: 'findings' });
  /** Apart from the head, so that nothing else moves when something goes wrong. */
  readonly findings = html(
    'section',
    { class: 'card wrong', 'aria-labelledby': 'wrong' },
    html('h2', { id: 'wrong' }, 'What is wrong'),
    this.#findings,
  );
  #shown = '';

  constructor(facts: ClusterFacts) {
    this.#facts = facts;
    const links = html(
      'p',
      { class: 'links' },
      html('a', { href: '/status' }, 'status'),
      ' · ',
      html('a', { href: '/metrics' }, 'metrics'),
      ` · SurfRaft ${facts.version}`,
    );
    const head = html(
      'div',
      { class: 'top' },
      html('h1', {}, 'SurfRaft live cluster'),
      this.#verdict,
      this.#summary,
      links,
    );
    this.element = html('header', {}, head, this.#notes);
  }

  show(view: PageView): void {
    const { findings, mayPass, summary, works } = view.diagnosis;
    const isWaiting = view.servers.every(({ condition }) => condition === 'waiting');
    const isUnknown = view.servers.some(({ condition }) => condition === 'unseen');
    const [verdict, mood] = works
      ? ['✓ works', 'good']
      : isWaiting
        ? ['… looking', 'passing']
        : isUnknown
          ? ['? cannot tell', 'passing']
          : mayPass
            ? ['… no leader yet', 'passing']
            : ['✕ stands still', 'bad'];
    setText(this.#verdict, verdict);
    this.#verdict.className = `verdict ${mood}`;
    const heard = view.state.servers.filter(({ contact }) => contact === 'heard').length;
    const partial = `${heard} of ${view.servers.length} servers are heard from here`;
    setText(this.#summary, isUnknown && !works ? partial : summary);
    const notes = this.#notesOf(view);
    const told = isWaiting ? [] : findings.filter((finding) => this.#isSeen(finding));
    const shown = JSON.stringify([notes, told, isWaiting, isUnknown]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#notes.replaceChildren(...notes.map((note) => html('li', {}, note)));
    const words = isWaiting
      ? 'Nobody has answered yet.'
      : isUnknown
        ? 'Nothing that is seen from here.'
        : 'Nothing.';
    const nothing = html('li', { class: 'fine' }, words);
    this.#findings.replaceChildren(...(told.length === 0 ? [nothing] : told.map(findingOf)));
  }

  /** Undefined where the other servers know the page. */
  #whyApart(): string | undefined {
    const { scheme, servers } = this.#facts;
    const [first] = servers;
    if (!isApart(this.#facts) || first === undefined) return undefined;
    const place = `${scheme}://${first.address}/`;
    return `${location.host} is no address of the configuration; open ${place}`;
  }

  /** What a page apart does not hear is nothing that is wrong with the cluster. */
  #isSeen({ kind, servers }: Finding): boolean {
    if (!isApart(this.#facts)) return true;
    return !consequences.includes(kind) && servers.includes(this.#facts.self);
  }

  /** What this page cannot do, and why. */
  #notesOf({ servers, state }: PageView): readonly string[] {
    const notes: string[] = [];
    const self = state.servers.find(({ id }) => id === this.#facts.self);
    const whyNoCalls = self?.hello?.whyNoCalls ?? this.#whyApart();
    if (whyNoCalls !== undefined) {
      notes.push(`This page only looks, and may not reach the other servers: ${whyNoCalls}.`);
    }
    const unseen = servers.filter(({ condition }) => condition === 'unseen');
    if (unseen.length > 0 && this.#facts.scheme === 'https') {
      const places = unseen.map(({ address }) => `https://${address}/`).join(' and ');
      notes.push(`Over TLS your browser must trust each server by itself: open ${places} once.`);
    }
    const later = servers.filter(({ id }) => this.#facts.servers.every((known) => known.id !== id));
    if (later.length > 0) {
      const who = later.map(({ id }) => `S${id}`).join(', ');
      notes.push(`${who} joined after this page was loaded: load it again to see more of it.`);
    }
    return notes;
  }
}

function findingOf({ advice, problem }: Finding): HTMLElement {
  return html('li', {}, html('strong', {}, problem), ' ', html('span', {}, advice));
}
