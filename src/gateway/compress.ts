/**
 * Compressed forms of a file's bytes. Each is a representation of its own (RFC 9110, section
 * 8.8.3.3), so its entity tag names the coding, and the library that made it: another one may make
 * other bytes of the same file.
 */
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { ServedFile } from './file-source.js';
import type { Coding } from './negotiation.js';

/** Less is not worth it; for more there are files that were compressed in advance. */
export const compressedFileBytesMin = 1024;
export const compressedFileBytesMax = 1024 * 1024;

/** Good enough, and quick enough to be done while somebody waits. */
const gzipLevel = 6;
const brotliQuality = 5;

const gzipBytes = promisify(gzip);
const brotliBytes = promisify(brotliCompress);

export function codedTag(etag: string, coding: Coding): string {
  const library = coding === 'br' ? process.versions['brotli'] : process.versions['zlib'];
  return `${etag.slice(0, -1)}-${coding}-${process.arch}-${library ?? 'unknown'}"`;
}

/** The same bytes for the same file, as far as `codedTag` is the same. */
export async function compress(file: ServedFile, coding: Coding): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of file.read(0, file.size)) pieces.push(piece);
  const bytes = Buffer.concat(pieces);
  if (coding === 'gzip') return gzipBytes(bytes, { level: gzipLevel });
  return brotliBytes(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: brotliQuality,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  });
}
