/**
 * Which form of a file a client is sent: its own bytes, a file that was compressed in advance and
 * stands beside it, or bytes compressed here. Each form has an entity tag of its own.
 */
import { codedTag, compress, compressedFileBytesMax, compressedFileBytesMin } from './compress.js';
import type { ContentCache } from './content-cache.js';
import { isCompressible } from './content-type.js';
import type { FileSource, PathParts, ServedFile, Wanted } from './file-source.js';
import { HeldFile } from './held-file.js';
import type { Coding } from './negotiation.js';

/** What stands between the bytes of a client and those of the file. */
export interface Representation {
  readonly file: ServedFile;
  /** Undefined for the file's own bytes. */
  readonly coding: Coding | undefined;
}

const endings: Readonly<Record<Coding, string>> = { br: '.br', gzip: '.gz' };

export interface RepresentationContext {
  readonly source: FileSource;
  readonly cache: ContentCache | undefined;
  readonly parts: PathParts;
  /** As the file itself was looked for. */
  readonly wanted: Wanted;
}

/** Whether what is sent could depend on Accept-Encoding at all. */
export function isNegotiable(type: string): boolean {
  return isCompressible(type);
}

/** The first form that there is, in the order of `wanted`; the file itself when there is none. */
export async function chooseRepresentation(
  file: ServedFile,
  wanted: readonly Coding[],
  context: RepresentationContext,
): Promise<Representation> {
  for (const coding of wanted) {
    const variant = await findVariant(file, coding, context);
    if (variant !== undefined) return { file: variant, coding };
  }
  const [best] = wanted;
  const isRightSize = file.size >= compressedFileBytesMin && file.size <= compressedFileBytesMax;
  if (best === undefined || context.cache === undefined || !isRightSize) {
    return { file, coding: undefined };
  }
  const etag = codedTag(file.etag, best);
  const bytes = await context.cache.get(etag, () => compress(file, best));
  // Some bytes only grow.
  if (bytes.length >= file.size) return { file, coding: undefined };
  const held = new HeldFile(bytes, { etag, modifiedMs: file.modifiedMs });
  return { file: held, coding: best };
}

/** One that is older than the file holds what the file was before: it does not count. */
async function findVariant(
  file: ServedFile,
  coding: Coding,
  { source, parts, wanted }: RepresentationContext,
): Promise<ServedFile | undefined> {
  if (file.modifiedMs === undefined || file.isImmutable === true) return undefined;
  const name = parts.at(-1) ?? '';
  const found = await source.find([...parts.slice(0, -1), name + endings[coding]], wanted);
  if (found.kind !== 'file') return undefined;
  const { modifiedMs } = found.file;
  if (modifiedMs !== undefined && modifiedMs >= file.modifiedMs) return found.file;
  found.file.release();
  return undefined;
}
