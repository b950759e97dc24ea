/**
 * Reads the addresses out of a cluster's configuration file. It is more lenient than the servers
 * are: other makers' files are judged by their servers, not here, so labels may repeat, and the
 * order of the lines counts when they do not number the servers.
 */
import { parseAddress } from '../wire/address.js';
import type { Seat } from '../wire/server.js';

/** The servers in `text`, by id; undefined when there is no line that names one. */
export function seatsInFile(text: string): readonly Seat[] | undefined {
  const entries = text.split(/\r?\n/).flatMap((line) => {
    const match = /^\uFEFF?\s*metadata(\d+)\s*:\s*([^\s#]+)([^#]*)/.exec(line);
    const isRemoved = match?.[3]?.split(/\s+/).includes('removed') === true;
    const address = match?.[2] === undefined || isRemoved ? undefined : parseAddress(match[2]);
    return address === undefined ? [] : [{ id: Number(match?.[1]), address }];
  });
  if (entries.length === 0) return undefined;
  const numbered = new Set(entries.map((entry) => entry.id)).size === entries.length;
  if (!numbered)
    return entries.map((entry, position) => ({ id: position, address: entry.address }));
  return entries.toSorted((one, other) => one.id - other.id);
}
