/**
 * The ranges of a request (RFC 9110, section 14): which bytes of a file of known size are wanted.
 */

/** From `start` up to, but without, `end`; never empty. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * `whole`: the file as if no range had been asked for. `unsatisfiable`: 416. One range: 206 with
 * its bytes; more: 206 in parts.
 */
export type WantedBytes =
  | { readonly kind: 'whole' }
  | { readonly kind: 'unsatisfiable' }
  | { readonly kind: 'ranges'; readonly ranges: readonly ByteRange[] };

/** More ranges in one request are no request of a reader, and are answered with the whole. */
export const rangesMax = 64;

const whole: WantedBytes = { kind: 'whole' };

/**
 * What a Range header means for `size` bytes. What is malformed, or of another unit than bytes, is
 * ignored. Ranges that overlap or touch become one, so that never more is sent than there is.
 */
export function wantedBytes(header: string | undefined, size: number): WantedBytes {
  const set = /^bytes=(.*)$/is.exec(header?.trim() ?? '')?.[1];
  if (set === undefined) return whole;
  const specs = set.split(',').map((spec) => spec.trim());
  // A list may have empty elements (section 5.6.1), but not nothing else.
  const given = specs.filter((spec) => spec !== '');
  if (given.length === 0 || given.length > rangesMax) return whole;
  const ranges: ByteRange[] = [];
  for (const spec of given) {
    const range = resolve(spec, size);
    if (range === 'malformed') return whole;
    if (range === 'everything') return whole;
    if (range !== 'unsatisfiable') ranges.push(range);
  }
  if (ranges.length === 0) return { kind: 'unsatisfiable' };
  return { kind: 'ranges', ranges: joined(ranges) };
}

/** `everything`: the end of an empty file, which no Content-Range can name. */
function resolve(
  spec: string,
  size: number,
): ByteRange | 'malformed' | 'unsatisfiable' | 'everything' {
  const found = /^(\d*)-(\d*)$/.exec(spec);
  const [, first = '', last = ''] = found ?? [];
  if (found === null || (first === '' && last === '')) return 'malformed';
  if (first === '') {
    const length = Math.min(Number(last), size);
    if (Number(last) === 0) return 'unsatisfiable';
    return length === 0 ? 'everything' : { start: size - length, end: size };
  }
  const start = Number(first);
  if (last !== '' && BigInt(last) < BigInt(first)) return 'malformed';
  if (start >= size) return 'unsatisfiable';
  return { start, end: last === '' ? size : Math.min(Number(last) + 1, size) };
}

/** Those that overlap or touch, as one in the place of the first; the others in their order. */
function joined(ranges: readonly ByteRange[]): readonly ByteRange[] {
  let result: ByteRange[] = [];
  for (const range of ranges) {
    let { start, end } = range;
    let place: number | undefined;
    const kept: ByteRange[] = [];
    for (const other of result) {
      if (other.start > end || other.end < start) {
        kept.push(other);
        continue;
      }
      place ??= kept.length;
      start = Math.min(start, other.start);
      end = Math.max(end, other.end);
    }
    kept.splice(place ?? kept.length, 0, { start, end });
    result = kept;
  }
  return result;
}
