/**
 * What disks do to files when nobody looks: flipped bits, lost ends, other bytes. Chosen by a
 * seeded random function, and told in words that find the place again.
 */
import { must } from '../../../src/base/assert.js';
import { open, readdir, readFile, stat, truncate } from 'node:fs/promises';
import { basename, join } from 'node:path';

/** A number in [0, 1). */
type Random = () => number;

export type DamageKind = 'flipped' | 'overwritten' | 'cut';

const overwrittenBytesMax = 512;

/** The files of a data folder with anything in them whose names fit, sorted. */
export async function dataFiles(folder: string, pattern: RegExp): Promise<readonly string[]> {
  const names = (await readdir(folder)).filter((name) => pattern.test(name)).sort();
  const sizes = await Promise.all(names.map((name) => stat(join(folder, name))));
  const paths = names.map((name) => join(folder, name));
  return paths.filter((_, i) => must(sizes[i], 'its size').size > 0);
}

/** One of these, drawn. */
export function drawOne<T>(items: readonly T[], random: Random): T {
  return must(items[Math.floor(random() * items.length)], 'one to draw');
}

/**
 * Damages the file at a random place of its first `share`; returns what was done, for messages.
 * The file must have a byte at least.
 */
export async function damage(
  path: string,
  kind: DamageKind,
  random: Random,
  share = 1,
): Promise<string> {
  const bytes = await readFile(path);
  const at = Math.floor(random() * bytes.length * share);
  const where = `${basename(path)} (${bytes.length} bytes)`;
  if (kind === 'cut') {
    await truncate(path, at);
    return `${where} cut to ${at} bytes`;
  }
  const length = kind === 'flipped' ? 1 : 1 + Math.floor(random() * overwrittenBytesMax);
  const piece = bytes.subarray(at, at + length);
  // Each byte becomes another one.
  for (const [i, byte] of piece.entries()) piece[i] = byte ^ (1 + Math.floor(random() * 255));
  const file = await open(path, 'r+');
  await file.write(piece, 0, piece.length, at);
  await file.close();
  return `${where}: ${piece.length} bytes from ${at} on ${kind}`;
}
