/** What an update in a log makes of its file, without the hashes that it names. */
import type { UpdateView } from '../files/file-command-codec.js';

interface ReadUpdate {
  readonly name: string;
  readonly version: number | bigint;
  readonly items: number;
  readonly deleted: boolean;
}

/** The items of the hash list are only counted. */
export function readUpdate(update: UpdateView): ReadUpdate {
  const cursor = update.read();
  cursor.nextFile();
  const { version } = cursor;
  const text = (): string =>
    Buffer.from(cursor.bytes.subarray(cursor.start, cursor.end)).toString();
  const name = text();
  let items = 0;
  let deleted = false;
  for (let item = cursor.nextItem(); item !== undefined; item = cursor.nextItem()) {
    items += 1;
    const isMark = item === 'text' ? text() === '0' : item === 'integer' && cursor.integer === 0;
    deleted = items === 1 && isMark;
  }
  return { name, version, items, deleted };
}
