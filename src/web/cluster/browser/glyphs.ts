/** The pictures of messages, and of what marks a server. Drawn round the point 0, 0. */
import type { FeedMessage, MessageKind } from '../../../live/feed.js';
import { svg } from './dom.js';

/** Three points, above a circle of this radius. */
export function crownPath(radius: number): string {
  const y = -radius - 8;
  const unit = Math.min(1, radius / 46);
  const points: readonly (readonly [number, number])[] = [
    ...([
      [-18, 0],
      [-22, 20],
      [-9, 10],
      [0, 25],
      [9, 10],
      [22, 20],
      [18, 0],
    ] as const),
  ];
  return `M${points.map(([x, up]) => `${x * unit} ${y - up * unit}`).join(' L')} Z`;
}

export function messageGlyph(message: FeedMessage): SVGGElement {
  const { fate, kind, term } = message;
  const group = svg('g', { class: `message ${kind} ${fate} t${term % 6}` });
  group.append(...shapesOf(message));
  if (fate === 'lost') group.append(svg('path', { class: 'mark', d: 'M-6 -6 L6 6 M6 -6 L-6 6' }));
  return group;
}

function shapesOf({ fate, kind, last }: FeedMessage): readonly SVGElement[] {
  const isQuestion = fate === 'ask' || fate === 'lost';
  if (kind === 'heartbeat') return [svg('circle', { class: 'body', r: isQuestion ? 5 : 3.5 })];
  if (!isQuestion) return [answerBody(kind), answerMark(fate === 'yes')];
  if (kind === 'vote' || kind === 'preVote') {
    return [ballot(), label('?', 'mark-text')];
  }
  const text = kind === 'entries' ? String(last ?? '') : letters[kind];
  const half = Math.max(10, 4 + text.length * 3.8);
  return [
    svg('rect', { class: 'body', x: -half, y: -9, width: 2 * half, height: 18, rx: 4 }),
    label(text, 'mark-text'),
  ];
}

const letters: Readonly<Record<Exclude<MessageKind, 'heartbeat' | 'entries'>, string>> = {
  vote: '?',
  preVote: '?',
  snapshot: 'snapshot',
  join: 'join',
  check: '=',
};

function answerBody(kind: MessageKind): SVGElement {
  return kind === 'vote' || kind === 'preVote' ? ballot() : svg('circle', { class: 'body', r: 9 });
}

function ballot(): SVGElement {
  return svg('rect', { class: 'body', x: -10, y: -10, width: 20, height: 20, rx: 2 });
}

function answerMark(isYes: boolean): SVGElement {
  const d = isYes ? 'M-5 0 L-1.5 4 L5 -4' : 'M-4 -4 L4 4 M4 -4 L-4 4';
  return svg('path', { class: 'mark', d });
}

function label(text: string, className: string): SVGElement {
  return svg('text', { class: className, y: 4.5 }, text);
}
