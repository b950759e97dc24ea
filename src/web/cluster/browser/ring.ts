/** The ring of servers, who is cut off from whom, and the messages that travel between them. */
import {
  pointOnWay,
  ringLayout,
  wayBetween,
  type BoxName,
  type RingLayout,
} from '../../../live/ring-layout.js';
import type { ServerView } from '../../../live/server-view.js';
import { partOfWay, type Traveller } from '../../../live/travellers.js';
import { setAttributes, setText, svg } from './dom.js';
import { crownPath, messageGlyph } from './glyphs.js';
import type { PageView } from './page-view.js';

interface Node {
  readonly group: SVGGElement;
  readonly id: SVGTextElement;
  readonly term: SVGTextElement;
  readonly vote: SVGTextElement;
  readonly word: SVGTextElement;
  readonly note: SVGTextElement;
}

export class Ring {
  readonly element = svg('svg', { class: 'ring', role: 'group', 'aria-label': 'Servers' });
  readonly #onSelect: (server: number) => void;
  readonly #spokes = svg('g', { class: 'spokes' });
  readonly #cuts = svg('g', { class: 'cuts' });
  readonly #nodesLayer = svg('g');
  readonly #messagesLayer = svg('g', { class: 'messages', 'aria-hidden': 'true' });
  readonly #nodes = new Map<number, Node>();
  readonly #glyphs = new Map<number, SVGGElement>();
  #layout: RingLayout = ringLayout(1);
  #order: readonly number[] = [];
  #box: BoxName = 'wide';

  constructor(onSelect: (server: number) => void) {
    this.#onSelect = onSelect;
    this.element.append(this.#spokes, this.#cuts, this.#messagesLayer, this.#nodesLayer);
  }

  show({ selected, servers }: PageView): void {
    const order = servers.map(({ id }) => id);
    const box = innerWidth < 600 ? 'narrow' : 'wide';
    if (order.join() !== this.#order.join() || box !== this.#box) this.#arrange(order, box);
    for (const server of servers) this.#showServer(server, server.id === selected);
    this.#showSpokes(servers);
    this.#showCuts(servers);
  }

  /** Moves what is under way; `isStill`: it stands at the middle of its way instead. */
  travel(travellers: readonly Traveller[], nowMs: number, isStill: boolean): void {
    const present = new Set<number>();
    for (const traveller of travellers) {
      const part = partOfWay(traveller, nowMs);
      const glyph = part === undefined ? undefined : this.#glyphOf(traveller);
      if (part === undefined || glyph === undefined) continue;
      present.add(traveller.key);
      this.#place(glyph, traveller, isStill ? 0.5 : part);
    }
    for (const [key, glyph] of this.#glyphs) {
      if (present.has(key)) continue;
      glyph.remove();
      this.#glyphs.delete(key);
    }
  }

  #arrange(order: readonly number[], box: BoxName): void {
    this.#order = order;
    this.#box = box;
    this.#layout = ringLayout(order.length, box);
    const { height, nodeRadius, nodes, width } = this.#layout;
    setAttributes(this.element, { viewBox: `0 0 ${width} ${height}` });
    this.#nodesLayer.replaceChildren();
    this.#nodes.clear();
    for (const [position, id] of order.entries()) {
      const { x = 0, y = 0 } = nodes[position] ?? {};
      const node = makeNode(id, nodeRadius);
      setAttributes(node.group, { transform: `translate(${x} ${y})` });
      node.group.addEventListener('click', () => this.#onSelect(id));
      node.group.addEventListener('keydown', (event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        this.#onSelect(id);
      });
      this.#nodes.set(id, node);
      this.#nodesLayer.append(node.group);
    }
  }

  #showServer(server: ServerView, isSelected: boolean): void {
    const node = this.#nodes.get(server.id);
    if (node === undefined) return;
    const { condition, term, word } = server;
    setAttributes(node.group, {
      class: `node ${condition} t${(term ?? 0) % 6}`,
      'data-server': server.id,
      'data-condition': condition,
      'aria-pressed': String(isSelected),
    });
    // The blanks keep the words apart when they are read aloud.
    setText(node.term, term === undefined ? '' : `term ${term} `);
    const { votedFor } = server;
    setText(node.vote, votedFor === undefined ? '' : `✓S${votedFor} `);
    setText(node.word, `${word} `);
    setText(node.note, noteOf(server));
  }

  /** From each leader to those who follow it. */
  #showSpokes(servers: readonly ServerView[]): void {
    const lines = servers
      .filter(({ condition, follows }) => condition === 'follower' && follows !== undefined)
      .flatMap(({ follows = 0, id }) => {
        const way = this.#way(follows, id);
        if (way === undefined) return [];
        const { end, start } = way;
        return [svg('line', { x1: start.x, y1: start.y, x2: end.x, y2: end.y })];
      });
    this.#spokes.replaceChildren(...lines);
  }

  #showCuts(servers: readonly ServerView[]): void {
    const lines = servers.flatMap(({ cutFrom, id }) =>
      cutFrom.flatMap((other) => {
        const isTold = servers.some((each) => each.id === other && each.cutFrom.includes(id));
        // What both tell is drawn once.
        return isTold && other < id ? [] : [this.#cutLine(id, other)];
      }),
    );
    this.#cuts.replaceChildren(...lines);
  }

  #cutLine(from: number, to: number): SVGElement {
    const way = this.#way(from, to);
    if (way === undefined) return svg('g');
    const { x, y } = pointOnWay(way, 0.5);
    const { start, end } = way;
    const line = svg('line', { x1: start.x, y1: start.y, x2: end.x, y2: end.y });
    const cross = svg('path', { d: 'M-8 -8 L8 8 M8 -8 L-8 8', transform: `translate(${x} ${y})` });
    return svg('g', { class: 'cut' }, line, cross);
  }

  #glyphOf({ key, message }: Traveller): SVGGElement | undefined {
    const known = this.#glyphs.get(key);
    if (known !== undefined) return known;
    if (this.#way(message.from, message.to) === undefined) return undefined;
    const glyph = messageGlyph(message);
    this.#glyphs.set(key, glyph);
    this.#messagesLayer.append(glyph);
    return glyph;
  }

  #place(glyph: SVGGElement, { message }: Traveller, part: number): void {
    const way = this.#way(message.from, message.to);
    if (way === undefined) return;
    const isLost = message.fate === 'lost';
    const { x, y } = pointOnWay(way, isLost ? Math.min(part, 0.55) : part);
    glyph.setAttribute('transform', `translate(${x.toFixed(1)} ${y.toFixed(1)})`);
    glyph.classList.toggle('gone', isLost && part > 0.55);
  }

  #way(from: number, to: number) {
    const { nodeRadius, nodes } = this.#layout;
    const [start, end] = [nodes[this.#order.indexOf(from)], nodes[this.#order.indexOf(to)]];
    return start && end && wayBetween(start, end, nodeRadius);
  }
}

function makeNode(id: number, radius: number): Node {
  const node: Node = {
    group: svg('g', { role: 'button', tabindex: 0 }),
    id: svg('text', { class: 'id', y: -radius * 0.12 }, `S${id} `),
    term: svg('text', { class: 'term', y: radius * 0.28 }),
    vote: svg('text', { class: 'vote', y: radius * 0.66 }),
    word: svg('text', { class: 'word', y: radius + 24 }),
    note: svg('text', { class: 'note', y: radius + 39 }),
  };
  const slash = radius * 0.74;
  node.group.append(
    svg('circle', { class: 'halo', r: radius + 9 }),
    svg('circle', { class: 'disc', r: radius }),
    svg('path', { class: 'crown', d: crownPath(radius) }),
    svg('path', {
      class: 'cross',
      d: `M${-slash} ${-slash} L${slash} ${slash} M${slash} ${-slash} L${-slash} ${slash}`,
    }),
    ...[node.id, node.term, node.vote, node.word, node.note],
  );
  return node;
}

/** The one thing that is worth a line beside the word. */
function noteOf({ condition, diskTrouble, lag, queued, votedFor }: ServerView): string {
  if (condition === 'down' || condition === 'crashed') return '';
  if (diskTrouble !== undefined) return diskTrouble;
  if (condition === 'candidate' && votedFor !== undefined) return `votes for S${votedFor}`;
  if (lag !== undefined && lag > 0) return `${lag} behind`;
  return queued > 0 ? `${queued} waiting` : '';
}
