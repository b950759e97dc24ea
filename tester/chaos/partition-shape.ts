/**
 * Partitions as values: which server is to be unreachable from which, and the words for it. Pure.
 */
import { unreachable } from '../../src/base/assert.js';

export type PartitionShape =
  /** The first `size` servers and the rest do not reach each other. */
  | { readonly kind: 'split'; readonly size: number }
  /** The first server and the `count` after it do not reach each other. */
  | { readonly kind: 'some'; readonly count: number }
  /** The first server only hears the others, or is only heard by them. */
  | { readonly kind: 'one-way'; readonly direction: 'send' | 'receive' }
  /** Each server reaches only the two beside it. */
  | { readonly kind: 'ring' }
  /** Two halves that meet only in the first server. */
  | { readonly kind: 'bridge' };

/** One call of `makeserverunreachablefrom`. */
export interface Cut {
  readonly server: number;
  readonly from: readonly number[];
  readonly direction: 'both' | 'send' | 'receive';
}

export interface Partition {
  readonly cuts: readonly Cut[];
  /** Those that the report marks as struck. */
  readonly struck: readonly number[];
  readonly description: string;
}

/** `order` holds all servers, each once: the shape's "first" and "beside" are those of it. */
export function partitionOf(shape: PartitionShape, order: readonly number[]): Partition {
  const [first = 0, ...others] = order;
  switch (shape.kind) {
    case 'split': {
      const few = order.slice(0, shape.size);
      const rest = order.slice(shape.size);
      const description = `${serversInWords(few)} cut off from ${inWords(rest)}`;
      return { cuts: bothWays(few, rest), struck: few, description };
    }
    case 'some': {
      const lost = others.slice(0, shape.count);
      const description = `server ${first} cut off from ${inWords(lost)}`;
      return { cuts: bothWays([first], lost), struck: [first], description };
    }
    case 'one-way': {
      const { direction } = shape;
      const verb = direction === 'send' ? 'cannot send to' : 'cannot hear';
      const description = `server ${first} ${verb} ${inWords(others)}`;
      return { cuts: [{ server: first, from: others, direction }], struck: [first], description };
    }
    case 'ring':
      return ringOf(order);
    case 'bridge': {
      const half = Math.ceil(others.length / 2);
      const left = others.slice(0, half);
      const right = others.slice(half);
      const description = `${inWords(left)} and ${inWords(right)} meet only in server ${first}`;
      return { cuts: bothWays(left, right), struck: others, description };
    }
    default:
      return unreachable(shape);
  }
}

function bothWays(some: readonly number[], others: readonly number[]): readonly Cut[] {
  return some.map((server) => ({ server, from: others, direction: 'both' }));
}

function ringOf(order: readonly number[]): Partition {
  const cuts = order.map((server, position): Cut => {
    const beside = [position - 1, position, position + 1].map((each) =>
      order.at(each % order.length),
    );
    return { server, from: order.filter((other) => !beside.includes(other)), direction: 'both' };
  });
  const description = `each server reaches only the two beside it in the ring ${order.join('–')}`;
  return { cuts, struck: order, description };
}

/** `0, 1 and 2` */
export function inWords(ids: readonly number[]): string {
  const sorted = ids.toSorted((one, other) => one - other);
  const last = sorted.at(-1);
  return sorted.length < 2 ? String(last) : `${sorted.slice(0, -1).join(', ')} and ${String(last)}`;
}

/** `server 0`, `servers 0 and 1` */
export function serversInWords(ids: readonly number[]): string {
  return `${ids.length === 1 ? 'server' : 'servers'} ${inWords(ids)}`;
}
