/**
 * The files of the served folder that the master holds in its own cache.
 */
import { ContentCache } from '../content-cache.js';
import { FolderSource, heldFileBytesMax } from '../folder-source.js';
import { parseRequestTarget } from '../request-target.js';
import type { HeldBytes, HeldFiles } from './held-answers.js';

/** `folder` exists; `cacheBytes` bounds what is held. */
export function openHeldFiles(folder: string, cacheBytes: number): HeldFiles {
  const cache = new ContentCache(cacheBytes);
  const source = new FolderSource({ folder, cache });
  return {
    fileBytesMax: heldFileBytesMax,
    async findHeld(target: string): Promise<HeldBytes | undefined> {
      const parsed = parseRequestTarget(target);
      if (parsed.kind === 'refused') return undefined;
      try {
        const file = await source.findHeld(parsed.parts);
        if (file === undefined) return undefined;
        const { etag, modifiedMs, size } = file;
        for await (const bytes of file.read(0, size)) {
          if (bytes.length === size) return { etag, modifiedMs, bytes };
        }
        return undefined;
      } catch {
        // A worker is asked, and says what is wrong with the folder.
        return undefined;
      }
    },
    bring(target: string): void {
      const parsed = parseRequestTarget(target);
      if (parsed.kind === 'refused') return;
      source.find(parsed.parts).then(
        (found) => {
          if (found.kind === 'file') found.file.release();
        },
        () => undefined,
      );
    },
  };
}
