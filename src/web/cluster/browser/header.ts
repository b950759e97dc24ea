/** Whether the cluster works, in a word, and what is wrong with it. */
import type { Finding } from '../../../doctor/finding.js';
import { readPlace } from '../../../live/place.js';
import { html, setText } from './dom.js';
import type { ClusterFacts } from './live-page.js';
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
    const [verdict, mood] = works
      ? ['✓ works', 'good']
      : isWaiting
        ? ['… looking', 'passing']
        : mayPass
          ? ['… no leader yet', 'passing']
          : ['✕ stands still', 'bad'];
    setText(this.#verdict, verdict);
    this.#verdict.className = `verdict ${mood}`;
    setText(this.#summary, summary);
    const notes = this.#notesOf(view);
    const told = isWaiting ? [] : findings;
    const shown = JSON.stringify([notes, told, isWaiting]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#notes.replaceChildren(...notes.map((note) => html('li', {}, note)));
    const nothing = html(
      'li',
      { class: 'fine' },
      isWaiting ? 'Nobody has answered yet.' : 'Nothing.',
    );
    this.#findings.replaceChildren(...(told.length === 0 ? [nothing] : told.map(findingOf)));
  }

  /** Other servers do not know a page that was opened under a name of its own. */
  #whyApart(): string | undefined {
    const { scheme, servers } = this.#facts;
    const here = readPlace(location.host, scheme);
    const isKnown = servers.some(({ address }) => {
      const place = readPlace(address, scheme);
      return place?.host === here?.host && place?.port === here?.port;
    });
    const [first] = servers;
    return isKnown || first === undefined
      ? undefined
      : `${location.host} is no address of the configuration; open ${scheme}://${first.address}/`;
  }

  /** What this page cannot do, and why. */
  #notesOf({ servers, state }: PageView): readonly string[] {
    const notes: string[] = [];
    const self = state.servers.find(({ id }) => id === this.#facts.self);
    const whyNoCalls = self?.hello?.whyNoCalls ?? this.#whyApart();
    if (whyNoCalls !== undefined)
      notes.push(`This page only looks, and may not reach the other servers: ${whyNoCalls}.`);
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
