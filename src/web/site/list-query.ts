/** What is asked of a list: its order and its page, from the query of an address. */
import type { PostOrder } from '../../site/site-query.js';

export interface ListQuery {
  readonly order: PostOrder;
  /** 1 for the first one. */
  readonly page: number;
}

const orders: readonly PostOrder[] = ['hot', 'new', 'top'];
const pagePattern = /^[1-9]\d{0,5}$/;

/** A mistake in it is the end of a sentence. */
export function readListQuery(query: URLSearchParams): ListQuery | { readonly mistake: string } {
  const sorts = query.getAll('sort');
  const order = orders.find((known) => known === (sorts[0] ?? 'hot'));
  if (sorts.length > 1 || order === undefined) {
    return { mistake: `"sort" is not one of ${orders.join(', ')}` };
  }
  const page = readPage(query);
  return typeof page === 'number' ? { order, page } : page;
}

export function readPage(query: URLSearchParams): number | { readonly mistake: string } {
  const [text = '1', ...more] = query.getAll('page');
  if (more.length === 0 && pagePattern.test(text)) return Number(text);
  return { mistake: '"page" is not a number from 1 to 999999' };
}
