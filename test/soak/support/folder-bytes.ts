/** How much room a data folder takes. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Files that disappear while they are counted count nothing. */
export async function folderBytes(folder: string): Promise<number> {
  const names = await readdir(folder);
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(folder, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
