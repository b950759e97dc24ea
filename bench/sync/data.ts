/** The data that is moved: random bytes, new ones for each round. */
import { randomBytes } from 'node:crypto';
import { mkdir, open, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const chunkBytes = 8 * 1024 * 1024;
const filesPerFolder = 500;
const smallFileBytes = 1000;

/** A file that nothing can be saved of. */
export async function makeBigFile(path: string, bytes: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, 'wx');
  try {
    for (let at = 0; at < bytes; at += chunkBytes) {
      await file.writeFile(randomBytes(Math.min(chunkBytes, bytes - at)));
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Changes one byte in the middle. */
export async function editFile(path: string, bytes: number): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const middle = Math.floor(bytes / 2);
    const byte = Buffer.alloc(1);
    await file.read(byte, 0, 1, middle);
    byte[0] = (byte[0] ?? 0) ^ 0xff;
    await file.write(byte, 0, 1, middle);
  } finally {
    await file.close();
  }
}

/** So many files of 1,000 bytes, 500 in a folder. */
export async function makeSmallFiles(folder: string, count: number): Promise<void> {
  for (let file = 0; file < count; file += 1) {
    const inside = join(folder, String(Math.floor(file / filesPerFolder)));
    if (file % filesPerFolder === 0) await mkdir(inside, { recursive: true });
    await writeFile(join(inside, `${file}.bin`), randomBytes(smallFileBytes));
  }
}
