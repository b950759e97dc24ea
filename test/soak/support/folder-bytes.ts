/** How much room a data folder takes. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Of files whose names begin with `prefix`. Those that disappear meanwhile count nothing. */
export async function folderBytes(folder: string, prefix: string): Promise<number> {
  const names = (await readdir(folder)).filter((name) => name.startsWith(prefix));
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
