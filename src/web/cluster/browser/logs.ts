/** The logs of all servers side by side, and beside each how its server is doing. */
import { describeCell, logLanes, type LaneCell } from '../../../live/log-lanes.js';
import type { ServerView } from '../../../live/server-view.js';
import { html, setAttributes } from './dom.js';
import type { PageView } from './page-view.js';

const columnsWide = 12;
const columnsNarrow = 6;

export class Logs {
  readonly element: HTMLElement;
  readonly #table = html('table', { class: 'logs' });
  #shown = '';

  constructor() {
    const title = html('h2', { id: 'logs' }, 'Logs');
    const scroll = html('div', { class: 'scroll', tabindex: 0, role: 'region' }, this.#table);
    setAttributes(scroll, { 'aria-labelledby': 'logs' });
    this.element = html('section', { class: 'card logs-card' }, title, scroll, legend());
  }

  show({ servers, state }: PageView): void {
    const columns = innerWidth < 600 ? columnsNarrow : columnsWide;
    const { indexes, lanes } = logLanes(state, columns);
    const shown = JSON.stringify([indexes, lanes, servers]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    const heads = indexes.map((index) =>
      html('th', { scope: 'col', class: 'index', title: `index ${index}` }, shortIndex(index)),
    );
    const empty = indexes.length === 0 ? [html('th', { scope: 'col' }, 'nothing logged yet')] : [];
    const rows = lanes.map(({ cells, id }) => {
      const server = servers.find((each) => each.id === id);
      return html(
        'tr',
        { class: `lane ${server?.condition ?? ''}`, 'data-server': id },
        html('th', { scope: 'row' }, `${server?.condition === 'leader' ? '♛ ' : ''}S${id}`),
        ...cells.map(cellOf),
        ...empty.map(() => html('td')),
        ...(server === undefined ? [] : facts(server)),
      );
    });
    const head = html(
      'tr',
      {},
      html('th', { scope: 'col' }, 'Server'),
      ...heads,
      ...empty,
      ...['Lag', 'Queue', 'Disk'].map((name) => html('th', { scope: 'col' }, name)),
    );
    this.#table.replaceChildren(html('thead', {}, head), html('tbody', {}, ...rows));
  }
}

/** Wide numbers keep their end, which changes. */
function shortIndex(index: number): string {
  const text = String(index);
  return text.length > 4 ? `…${text.slice(-3)}` : text;
}

function cellOf(cell: LaneCell): HTMLElement {
  const title = describeCell(cell);
  if (cell.kind !== 'entry') return html('td', { class: cell.kind, title });
  const { entry, isApplied, isCommitted, isDurable } = cell;
  const state = isApplied ? 'applied' : isCommitted ? 'committed' : isDurable ? 'durable' : 'open';
  const mark = html(
    'span',
    { class: `entry ${entry.kind} ${state} t${entry.term % 6}`, title },
    String(entry.term),
    html('span', { class: 'spoken' }, ` ${title}`),
  );
  return html('td', { 'data-index': entry.index, 'data-state': state }, mark);
}

function facts({ condition, diskTrouble, lag, queued }: ServerView): readonly HTMLElement[] {
  const isSilent = condition === 'down' || condition === 'unseen' || condition === 'waiting';
  return [
    html(
      'td',
      { class: lag !== undefined && lag > 0 ? 'fact warn' : 'fact' },
      lag === undefined ? '–' : String(lag),
    ),
    html('td', { class: queued > 0 ? 'fact warn' : 'fact' }, isSilent ? '–' : String(queued)),
    html(
      'td',
      { class: diskTrouble === undefined ? 'fact' : 'fact bad' },
      isSilent ? '–' : (diskTrouble ?? 'works'),
    ),
  ];
}

function legend(): HTMLElement {
  const item = (state: string, words: string): HTMLElement =>
    html('li', {}, html('span', { class: `entry ${state} t1`, 'aria-hidden': 'true' }, '7'), words);
  return html(
    'ul',
    { class: 'legend' },
    item('open', 'being written'),
    item('durable', 'on disk'),
    item('committed', 'committed'),
    item('applied', 'applied'),
    html('li', {}, 'the number and the colour are the term'),
  );
}
