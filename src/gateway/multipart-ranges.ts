/**
 * A response in several ranges (RFC 9110, section 14.6): multipart/byteranges. Its length is known
 * before any byte of the file is read.
 */
import type { ByteRange } from './byte-ranges.js';

export interface MultipartPlan {
  /** The Content-Type of the whole. */
  readonly type: string;
  /** Bytes of the whole. */
  readonly length: number;
  /** Each part: what goes before its bytes, and which they are. */
  readonly parts: readonly { readonly head: Uint8Array; readonly range: ByteRange }[];
  readonly tail: Uint8Array;
}

const encoder = new TextEncoder();

/** `boundary`: up to 70 letters and digits that the file does not hold, as far as one can know. */
export function planMultipart(
  ranges: readonly ByteRange[],
  { size, type, boundary }: { size: number; type: string; boundary: string },
): MultipartPlan {
  const parts = ranges.map((range, index) => {
    const lines = [
      `${index === 0 ? '' : '\r\n'}--${boundary}`,
      `Content-Type: ${type}`,
      `Content-Range: ${contentRange(range, size)}`,
    ];
    return { head: encoder.encode(`${lines.join('\r\n')}\r\n\r\n`), range };
  });
  const tail = encoder.encode(`\r\n--${boundary}--\r\n`);
  const length = parts.reduce(
    (sum, { head, range }) => sum + head.length + range.end - range.start,
    tail.length,
  );
  return { type: `multipart/byteranges; boundary=${boundary}`, length, parts, tail };
}

/** The value of Content-Range (section 14.4). */
export function contentRange({ start, end }: ByteRange, size: number): string {
  return `bytes ${start}-${end - 1}/${size}`;
}
