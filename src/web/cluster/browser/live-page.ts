/** The page as a whole: what it has heard, what is looked at, and its parts. */
import type { ServerAddress } from '../../../doctor/cluster-look.js';
import {
  beginState,
  hear,
  loseContact,
  serverOf,
  type ClusterState,
} from '../../../live/cluster-state.js';
import { History } from '../../../live/history.js';
import type { FeedEvent } from '../../../live/read-feed.js';
import { diagnoseState, newestLeader, viewServers } from '../../../live/server-view.js';
import { Timeline } from '../../../live/timeline.js';
import { Travellers } from '../../../live/travellers.js';
import { html } from './dom.js';
import { Feeds } from './feeds.js';
import { Files } from './files.js';
import { Header } from './header.js';
import { legend } from './legend.js';
import { Logs } from './logs.js';
import type { PageView } from './page-view.js';
import { Ring } from './ring.js';
import { ServerPanel } from './server-panel.js';
import { TimelineView } from './timeline-view.js';

/** What the server wrote into the page. */
export interface ClusterFacts {
  readonly servers: readonly ServerAddress[];
  /** Which of them served it. */
  readonly self: number;
  readonly scheme: 'http' | 'https';
  readonly version: string;
}

/** How often at most the page is drawn anew; messages move in between. */
const drawMs = 100;
/** Times on the page grow without any news. */
const restMs = 1_000;

export class LivePage {
  readonly #root: HTMLElement;
  readonly #facts: ClusterFacts;
  readonly #timeline = new Timeline();
  readonly #history = new History();
  readonly #travellers = new Travellers();
  readonly #feeds: Feeds;
  readonly #ring: Ring;
  readonly #header: Header;
  readonly #logs = new Logs();
  readonly #panel: ServerPanel;
  readonly #files: Files;
  readonly #timelineView: TimelineView;
  readonly #stillness = matchMedia('(prefers-reduced-motion: reduce)');
  /** By how much the clock of each server is ahead of the page's. */
  readonly #aheadMs = new Map<number, number>();
  #state: ClusterState;
  #viewedMs: number | undefined;
  #selected: number | undefined;
  #isDrawn = false;
  #isMoving = false;

  constructor(root: HTMLElement, facts: ClusterFacts) {
    this.#root = root;
    this.#facts = facts;
    this.#state = beginState(facts.servers, Date.now());
    this.#feeds = new Feeds({ onEvent: this.#heard, onLost: this.#lost });
    const onSelect = (server: number): void => {
      this.#selected = server;
      this.#draw();
    };
    this.#ring = new Ring(onSelect);
    this.#header = new Header(facts);
    this.#panel = new ServerPanel(this.#originOf, onSelect);
    this.#files = new Files(this.#originOf);
    const onView = (atMs: number | undefined): void => {
      this.#viewedMs = atMs;
      if (atMs !== undefined) this.#travellers.clear();
      this.#draw();
    };
    this.#timelineView = new TimelineView({
      timeline: this.#timeline,
      history: this.#history,
      onView,
    });
  }

  start(): void {
    const picture = html('section', {
      class: 'card picture',
      'aria-label': 'Servers and messages',
    });
    picture.append(this.#ring.element, legend());
    const left = html('div', { class: 'left' }, picture, this.#header.findings);
    const right = html('div', { class: 'right' }, this.#logs.element, this.#panel.element);
    const main = html('main', {}, left, right);
    main.append(this.#timelineView.element, this.#files.element);
    this.#root.replaceChildren(this.#header.element, main);
    this.#follow();
    this.#draw();
    setInterval(() => {
      this.#drawSoon();
    }, restMs);
  }

  readonly #originOf = (server: number): string => {
    if (server === this.#facts.self) return location.origin;
    return `${this.#facts.scheme}://${serverOf(this.#state, server)?.address ?? ''}`;
  };

  readonly #heard = (server: number, event: FeedEvent): void => {
    const nowMs = Date.now();
    const before = serverOf(this.#state, server);
    this.#state = hear(this.#state, server, event, nowMs);
    if (before?.contact === 'silent') this.#timeline.note(server, 'up', nowMs);
    if (event.name === 'hello') this.#aheadMs.set(server, event.hello.clockMs - nowMs);
    if (event.name === 'happening') this.#happened(server, event.happening);
    if (event.name === 'messages' && this.#viewedMs === undefined && !document.hidden) {
      this.#travellers.add(event.messages, performance.now());
      this.#move();
    }
    if (event.name === 'status') {
      this.#history.record(this.#state, nowMs);
      this.#follow();
    }
    if (event.name !== 'messages') this.#drawSoon();
  };

  readonly #lost = (server: number): void => {
    const nowMs = Date.now();
    const before = serverOf(this.#state, server);
    this.#state = loseContact(this.#state, server, nowMs);
    if (before?.contact === 'heard') this.#timeline.note(server, 'down', nowMs);
    this.#history.record(this.#state, nowMs);
    this.#drawSoon();
  };

  #happened(
    server: number,
    happening: Extract<FeedEvent, { name: 'happening' }>['happening'],
  ): void {
    const lifeMs = serverOf(this.#state, server)?.hello?.lifeMs ?? 0;
    const aheadMs = this.#aheadMs.get(server) ?? 0;
    this.#timeline.take(server, happening, { aheadMs, lifeMs });
  }

  #follow(): void {
    this.#feeds.follow(new Map(this.#state.servers.map(({ id }) => [id, this.#originOf(id)])));
  }

  #drawSoon(): void {
    if (this.#isDrawn) return;
    this.#isDrawn = true;
    setTimeout(() => {
      this.#isDrawn = false;
      this.#draw();
    }, drawMs);
  }

  #draw(): void {
    const view = this.#view();
    for (const part of [this.#header, this.#ring, this.#logs, this.#panel]) part.show(view);
    this.#timelineView.show(view);
    this.#files.show(view);
    this.#move();
  }

  #view(): PageView {
    const nowMs = Date.now();
    const viewed = this.#viewedMs === undefined ? undefined : this.#history.at(this.#viewedMs);
    const state = viewed ?? this.#state;
    const servers = viewServers(state);
    const leader = newestLeader(state);
    const heard = this.#state.servers.find(({ contact }) => contact === 'heard');
    const target = heard?.address ?? location.host;
    const selected = this.#selected ?? leader?.id ?? this.#facts.self;
    const diagnosis = diagnoseState(state, target);
    return { state, servers, diagnosis, viewedMs: this.#viewedMs, nowMs, selected, target };
  }

  /** Runs for as long as something is under way. */
  #move(): void {
    if (this.#isMoving) return;
    this.#isMoving = true;
    const step = (): void => {
      const nowMs = performance.now();
      this.#travellers.arrive(nowMs);
      const { travelling } = this.#travellers;
      this.#ring.travel(travelling, nowMs, this.#stillness.matches);
      this.#isMoving = travelling.length > 0;
      if (this.#isMoving) requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }
}
