/**
 * What must hold between the entries of a configuration file: as many servers as M says, numbered
 * without gaps, at least one of them not removed, founders before those that joined, no two of
 * those that are there at one address, no more copies than stores.
 */
import { asServerId } from '../base/ids.js';
import type { BlockStore, ClusterConfig, ClusterServer } from './cluster-config.js';
import type { AddressEntry, Entries, Mistake } from './entries.js';
import { placeOf } from './parse-address.js';

export type CheckedEntries =
  | { readonly kind: 'ok'; readonly config: ClusterConfig }
  | { readonly kind: 'error'; readonly mistakes: readonly Mistake[] };

/** Adds the mistakes between entries to those within them; a cluster only if there are none. */
export function checkEntries(entries: Entries): CheckedEntries {
  const mistakes = [
    ...entries.mistakes,
    ...countMistakes(entries),
    ...addressMistakes([...entries.servers.filter(isPresent), ...entries.blocks]),
    ...memberMistakes(entries),
    ...copiesMistakes(entries),
  ];
  if (mistakes.length > 0) return { kind: 'error', mistakes };
  const { servers } = entries;
  return {
    kind: 'ok',
    config: {
      servers: byIndex(servers.filter(isPresent), toServer),
      removed: byIndex(
        servers.filter((entry) => !isPresent(entry)),
        toServer,
      ),
      founders: byIndex(servers.filter(isFounder), toServer),
      blocks: byIndex(entries.blocks, ({ index, address }): BlockStore[] =>
        address === undefined ? [] : [{ index, ...address }],
      ),
      copies: entries.copies?.value,
    },
  };
}

function isPresent({ words }: AddressEntry): boolean {
  return !words.includes('removed');
}

function isFounder({ words }: AddressEntry): boolean {
  return !words.includes('joined');
}

function toServer({ index, address }: AddressEntry): ClusterServer[] {
  return address === undefined ? [] : [{ id: asServerId(index), ...address }];
}

function byIndex<T>(entries: readonly AddressEntry[], make: (entry: AddressEntry) => T[]): T[] {
  return [...entries].sort((a, b) => a.index - b.index).flatMap(make);
}

function countMistakes({ serverCount, servers, mistakes }: Entries): readonly Mistake[] {
  if (serverCount === undefined) {
    // An entry that came before M, or a misspelt M, has been reported already.
    const text = 'M is missing; expected "M: <number of servers>" first';
    return mistakes.length > 0 ? [] : [{ line: 1, text }];
  }
  const count = serverCount.value;
  if (count === undefined) return [];
  const labels = count === 1 ? 'metadata0 alone' : `metadata0 to metadata${count - 1}`;
  const beyond = servers
    .filter(({ index }) => index >= count)
    .map(({ label, line }) => ({
      line,
      text: `${label} is out of range: M is ${count}; expected ${labels}`,
    }));
  const missing = Array.from({ length: count }, (_, index) => index)
    .filter((index) => !servers.some((server) => server.index === index))
    .map((index) => `metadata${index}`);
  if (missing.length === 0) return beyond;
  const text = `M is ${count}, but ${listMissing(missing)} missing; expected ${labels}`;
  return [...beyond, { line: serverCount.line, text }];
}

function listMissing(labels: readonly string[]): string {
  const listedMax = 5;
  if (labels.length === 1) return `${labels.join()} is`;
  const rest = labels.length > listedMax ? ` and ${labels.length - listedMax} more` : '';
  return `${labels.slice(0, listedMax).join(', ')}${rest} are`;
}

/** Ids are given in order: who joined has a higher one than every founder. */
function memberMistakes({ servers }: Entries): readonly Mistake[] {
  const [first] = servers;
  if (first === undefined) return [];
  const removed = servers.every((entry) => !isPresent(entry))
    ? [{ line: first.line, text: 'all servers are removed; expected one that is not' }]
    : [];
  const founders = servers.filter(isFounder);
  if (founders.length === 0) {
    const text = 'all servers are joined; expected those that began the cluster without that word';
    return [...removed, { line: first.line, text }];
  }
  const joined = servers.filter((entry) => !isFounder(entry));
  const early = joined.toSorted((a, b) => a.index - b.index)[0];
  if (early === undefined) return removed;
  const late = founders
    .filter(({ index }) => index > early.index)
    .map(({ label, line }) => ({
      line,
      text:
        `${label} comes after ${early.label}, which is joined (line ${early.line}); ` +
        'expected the word joined here, too',
    }));
  return [...removed, ...late];
}

/** One machine under two names is noticed only when the port is taken. */
function addressMistakes(entries: readonly AddressEntry[]): readonly Mistake[] {
  const owners = new Map<string, AddressEntry>();
  const mistakes: Mistake[] = [];
  for (const entry of [...entries].sort((a, b) => a.line - b.line)) {
    if (entry.address === undefined) continue;
    const place = placeOf(entry.address.address);
    const owner = owners.get(place);
    if (owner === undefined) {
      owners.set(place, entry);
    } else {
      const where = `${entry.label} has the address of ${owner.label} (line ${owner.line})`;
      mistakes.push({ line: entry.line, text: `${where}; expected one address for each` });
    }
  }
  return mistakes;
}

function copiesMistakes(entries: Entries): readonly Mistake[] {
  const { copies, blocks, serverCount, servers } = entries;
  const removed = servers.filter((entry) => !isPresent(entry)).length;
  const present = serverCount?.value === undefined ? undefined : serverCount.value - removed;
  const stores = blocks.length > 0 ? blocks.length : present;
  if (copies?.value === undefined || stores === undefined || copies.value <= stores) return [];
  const text = `copies is ${copies.value}; expected at most one for each of ${stores} block stores`;
  return [{ line: copies.line, text }];
}
