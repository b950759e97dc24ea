/** What the pictures on the ring mean, in words. */
import type { FeedMessage } from '../../../live/feed.js';
import { html, svg } from './dom.js';
import { messageGlyph } from './glyphs.js';

const some = { from: 0, to: 1, term: 1, count: 1 } as const;

const explained: readonly (readonly [FeedMessage, string])[] = [
  [{ ...some, kind: 'heartbeat', fate: 'ask' }, 'heartbeat'],
  [{ ...some, kind: 'entries', fate: 'ask', last: 7 }, 'entries, up to 7'],
  [{ ...some, kind: 'entries', fate: 'yes' }, 'on disk there'],
  [{ ...some, kind: 'vote', fate: 'ask' }, 'asks for a vote'],
  [{ ...some, kind: 'vote', fate: 'yes' }, 'granted'],
  [{ ...some, kind: 'vote', fate: 'no' }, 'refused'],
  [{ ...some, kind: 'preVote', fate: 'ask' }, 'pre-vote'],
  [{ ...some, kind: 'heartbeat', fate: 'lost' }, 'lost'],
];

export function legend(): HTMLElement {
  const items = explained.map(([message, words]) => {
    const picture = svg('svg', {
      viewBox: '-13 -13 26 26',
      width: 22,
      height: 22,
      'aria-hidden': 'true',
    });
    picture.append(messageGlyph(message));
    return html('li', {}, picture, words);
  });
  items.push(html('li', {}, '✓S2: gave S2 its vote'));
  return html('ul', { class: 'legend', 'aria-label': 'Messages' }, ...items);
}
