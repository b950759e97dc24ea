/**
 * What has happened: a bar for each server, in the colours of its conditions, and what was told,
 * newest first. A moment that is chosen is shown by all of the page, until it is to go on.
 */
import type { ConditionSpan, History } from '../../../live/history.js';
import {
  groupItems,
  isMajor,
  type Timeline,
  type TimelineGroup,
  type TimelineKind,
} from '../../../live/timeline.js';
import type { Condition } from '../../../live/server-view.js';
import { html, setAttributes, setText, svg } from './dom.js';
import type { PageView } from './page-view.js';

export interface TimelineViewOptions {
  readonly timeline: Timeline;
  readonly history: History;
  /** Undefined: now. */
  readonly onView: (atMs: number | undefined) => void;
}

const barsMs = 400;
const rowHeight = 18;
const labelWidth = 34;
const itemsShown = 80;

/** What a server becomes by what it tells; the page knows a moment later. */
const conditionsOf: ReadonlyMap<TimelineKind, Condition> = new Map([
  ['crash', 'crashed'],
  ['leader', 'leader'],
  ['down', 'down'],
]);

const signs: Readonly<Record<TimelineKind, string>> = {
  election: '⚑',
  preVote: '?',
  vote: '☑',
  leader: '♛',
  follower: '↘',
  crash: '✖',
  restore: '↻',
  cut: '✂',
  healed: '∞',
  lost: '…',
  back: '↻',
  disk: '⛁',
  snapshot: '▣',
  log: '≡',
  standing: '±',
  alarm: '!',
  down: '✖',
  up: '↻',
};

/** Those that stand on the bars, where there is little room. */
const signed: ReadonlySet<TimelineKind> = new Set<TimelineKind>([
  ...(['leader', 'crash', 'restore', 'cut', 'healed', 'disk', 'alarm', 'down', 'up'] as const),
]);

export class TimelineView {
  readonly element: HTMLElement;
  readonly #options: TimelineViewOptions;
  readonly #bars = svg('svg', { class: 'bars', 'aria-hidden': 'true' });
  readonly #slider = html('input', { type: 'range', min: 0, step: 'any', class: 'slider' });
  readonly #now = html('button', { type: 'button', class: 'live', 'data-action': 'live' }, 'Live');
  readonly #moment = html('output', { class: 'moment' });
  readonly #details = html('input', { type: 'checkbox' });
  readonly #list = html('ol', { class: 'events' });
  #shown = '';
  #barsMs = -Infinity;
  #barsViewedMs: number | undefined;

  constructor(options: TimelineViewOptions) {
    this.#options = options;
    setAttributes(this.#slider, { 'aria-label': 'Moment that is shown' });
    this.#slider.addEventListener('input', () => {
      const atMs = Number(this.#slider.value);
      options.onView(atMs >= Number(this.#slider.max) - 50 ? undefined : atMs);
    });
    this.#now.addEventListener('click', () => {
      options.onView(undefined);
    });
    this.#details.addEventListener('change', () => {
      this.#showEvents();
    });
    const head = html(
      'div',
      { class: 'head' },
      html('h2', { id: 'timeline' }, 'Timeline'),
      this.#moment,
      this.#now,
      html('label', { class: 'details' }, this.#details, ' votes and details'),
    );
    const scroll = html(
      'div',
      { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'What has happened' },
      this.#list,
    );
    this.element = html(
      'section',
      { class: 'card timeline', 'aria-labelledby': 'timeline' },
      ...[head, this.#bars, this.#slider, scroll],
    );
    this.#bars.addEventListener('click', (event) => {
      const box = this.#bars.getBoundingClientRect();
      const part = (event.clientX - box.left - labelWidth) / (box.width - labelWidth);
      const [fromMs, toMs] = [Number(this.#slider.min), Number(this.#slider.max)];
      if (part >= 0) options.onView(fromMs + part * (toMs - fromMs));
    });
  }

  show(view: PageView): void {
    const { nowMs, viewedMs } = view;
    const beginMs = this.#options.history.beginMs ?? nowMs;
    const isLive = viewedMs === undefined;
    setText(this.#moment, isLive ? 'now' : `${timeText(viewedMs)}, ${ago(nowMs - viewedMs)} ago`);
    setAttributes(this.#now, { 'aria-pressed': String(isLive) });
    // While somebody looks back, the scale stands still under the hand.
    if (isLive || Number(this.#slider.max) < viewedMs) {
      setAttributes(this.#slider, { min: Math.min(beginMs, nowMs - 1_000), max: nowMs });
    }
    this.#slider.value = String(viewedMs ?? nowMs);
    setAttributes(this.#slider, { 'aria-valuetext': isLive ? 'now' : timeText(viewedMs) });
    this.#showBars(view);
    this.#showEvents();
  }

  /** Not each time: what is told moves by a hair. */
  #showBars({ nowMs, servers, viewedMs }: PageView): void {
    if (nowMs - this.#barsMs < barsMs && viewedMs === this.#barsViewedMs) return;
    this.#barsMs = nowMs;
    this.#barsViewedMs = viewedMs;
    const width = Math.max(200, this.#bars.clientWidth || 600);
    const [fromMs, toMs] = [Number(this.#slider.min), Number(this.#slider.max)];
    const x = (atMs: number): number =>
      labelWidth + ((atMs - fromMs) / Math.max(1, toMs - fromMs)) * (width - labelWidth - 4);
    const height = servers.length * rowHeight + 4;
    setAttributes(this.#bars, { viewBox: `0 0 ${width} ${height}`, height });
    const rows = servers.map(({ id }, row) => {
      const y = row * rowHeight;
      const spans = this.#options.history.spans(id, nowMs);
      return svg(
        'g',
        { transform: `translate(0 ${y})` },
        svg('text', { x: 4, y: rowHeight - 4 }, `S${id}`),
        ...spans.flatMap((span) => barOf(span, x)),
      );
    });
    const rowOf = new Map(servers.map(({ id }, row) => [id, row]));
    const marks = this.#options.timeline.items
      .filter((item) => signed.has(item.kind) && item.atMs >= fromMs && item.atMs <= toMs)
      .slice(-200)
      .map((item) => {
        const y = (rowOf.get(item.server) ?? 0) * rowHeight + rowHeight - 4;
        return svg('text', { class: `sign ${item.kind}`, x: x(item.atMs), y }, signs[item.kind]);
      });
    const cursor = viewedMs === undefined ? [] : [cursorAt(x(viewedMs), height)];
    this.#bars.replaceChildren(...rows, ...marks, ...cursor);
  }

  #showEvents(): void {
    const all = this.#options.timeline.items;
    const items = this.#details.checked ? all : all.filter(isMajor);
    const newest = groupItems(items.slice(-itemsShown)).toReversed();
    const shown = newest.map(({ item, servers }) => `${item.key} ${servers.join()}`).join();
    if (shown === this.#shown) return;
    this.#shown = shown;
    const focused = document.activeElement?.getAttribute('data-key');
    this.#list.replaceChildren(...newest.map((group) => this.#itemOf(group)));
    // The keyboard stays where it was.
    const again = [...this.#list.querySelectorAll('button')].find(
      (button) => focused !== null && button.dataset['key'] === focused,
    );
    again?.focus({ preventScroll: true });
  }

  #itemOf({ item, servers }: TimelineGroup): HTMLElement {
    const { atMs, kind, text } = item;
    const who = servers.toSorted((a, b) => a - b).map((id) => `S${id}`);
    const button = html(
      'button',
      { type: 'button', 'data-key': item.key },
      html('span', { class: 'time' }, timeText(atMs)),
      html('span', { class: `sign ${kind}`, 'aria-hidden': 'true' }, signs[kind]),
      html('span', { class: 'who' }, who.join(' ')),
      html('span', { class: 'what' }, text),
    );
    button.addEventListener('click', () => {
      const becomes = conditionsOf.get(kind);
      const { history, onView } = this.#options;
      const knownMs = becomes && history.knownMs(item.server, becomes, atMs);
      // A little later, when the page has heard of it from all.
      onView(Math.max(atMs + 150, knownMs ?? 0));
    });
    return html('li', {}, button);
  }
}

function barOf({ condition, fromMs, toMs }: ConditionSpan, x: (atMs: number) => number) {
  const [left, right] = [Math.max(labelWidth, x(fromMs)), x(toMs)];
  if (right <= labelWidth) return [];
  const isThick = condition === 'leader';
  const [y, height] = isThick ? [2, rowHeight - 4] : [rowHeight / 2 - 2, 4];
  const width = Math.max(1, right - left);
  return [svg('rect', { class: `span ${condition}`, x: left, y, width, height })];
}

function cursorAt(x: number, height: number): SVGElement {
  return svg('line', { class: 'cursor', x1: x, x2: x, y1: 0, y2: height });
}

function timeText(atMs: number): string {
  const date = new Date(atMs);
  const [hours, minutes, seconds] = [date.getHours(), date.getMinutes(), date.getSeconds()];
  const parts = [hours, minutes, seconds].map((part) => String(part).padStart(2, '0'));
  return `${parts.join(':')}.${Math.floor(date.getMilliseconds() / 100)}`;
}

function ago(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}
