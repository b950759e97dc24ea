/** What must be true once everything works again and nobody changes anything any more. */
import { isDeepStrictEqual } from 'node:util';
import { parseIndex } from '../../../src/sync/index-file.js';
import type { Desk } from './desk.js';
import type { SyncWorld } from './sync-world.js';

const minuteMs = 60_000;
const blockBytes = 8;
/** A sync that everything answers takes seconds. */
const syncMsMax = 10 * minuteMs;
/** Comparing after a restart, and the copying; the contract gives 30 s. */
const handOffMsMax = 30_000;
/** Slow answers and calls that were still under way. */
export const calmMs = 40_000;
/** Two rounds of the scrub. */
const scrubMs = 30 * minuteMs;

export async function expectEnd(world: SyncWorld): Promise<void> {
  await world.runFor(calmMs);
  for (let round = 0; round < 2; round += 1) {
    for (const desk of world.desks) await syncWhole(world, desk);
  }
  expectFolders(world);
  expectNothingLost(world);
  await expectHandedOff(world);
  await world.runFor(scrubMs);
  expectAllCopies(world);
  await expectReadable(world);
}

async function syncWhole(world: SyncWorld, desk: Desk): Promise<void> {
  desk.sync(blockBytes);
  const hasEnded = await world.runUntil(() => !desk.isSyncing, syncMsMax);
  if (!hasEnded) throw new Error(`the last sync of ${desk.name} does not end`);
  const report = world.lastReports.get(desk);
  if (report?.ok !== true) {
    const why = JSON.stringify([report?.problem, report?.failed, report?.skipped]);
    throw new Error(`the last sync of ${desk.name} is not whole: ${why}`);
  }
}

function expectFolders({ desks, judge }: SyncWorld): void {
  const wanted = new Map<string, string>();
  for (const [name, state] of judge.files) {
    if (state.kind === 'file') wanted.set(name, judge.textOf(state));
  }
  for (const desk of desks) {
    expectSame(`the folder of ${desk.name}`, sorted(desk.ownFiles()), sorted(wanted));
    const parsed = parseIndex(desk.index());
    const index = parsed.kind === 'index' ? parsed.files : new Map();
    expectSame(`the index of ${desk.name}`, sorted(index), sorted(judge.files));
  }
}

function sorted<T>(map: ReadonlyMap<string, T>): readonly (readonly [string, T])[] {
  return [...map].sort(([left], [right]) => (left < right ? -1 : 1));
}

function expectSame(what: string, found: unknown, wanted: unknown): void {
  if (isDeepStrictEqual(found, wanted)) return;
  throw new Error(`${what} is ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`);
}

function expectNothingLost({ desks, judge, owed }: SyncWorld): void {
  const kept = new Set(judge.synced);
  for (const desk of desks) for (const text of desk.files().values()) kept.add(text);
  for (const text of owed) if (!kept.has(text)) throw new Error(`${text} is gone`);
}

/** What stores missed was handed to them. All must be well, and have been for a while. */
export async function expectHandedOff(world: SyncWorld): Promise<void> {
  const { cluster, judge } = world;
  const isQuiet = (): boolean =>
    cluster.lives.every(({ handOff, catchUp }) => handOff.size === 0 && catchUp.awaited === 0);
  if (!(await world.runUntil(isQuiet, handOffMsMax))) {
    throw new Error('what stores missed was not handed to them in time');
  }
  for (const hash of judge.namedBlocks()) {
    for (const address of cluster.ownersOf(hash)) {
      if (judge.isMissed(address, hash)) throw new Error(`${address} never got ${hash}`);
    }
  }
}

function expectAllCopies({ cluster, judge }: SyncWorld): void {
  for (const hash of judge.namedBlocks()) {
    const good = judge.goodCopies(hash);
    const bad = cluster.ownersOf(hash).filter((address) => !good.includes(address));
    if (bad.length > 0) throw new Error(`no scrub mended ${hash} on ${bad.join(', ')}`);
  }
}

/** By what the programs say, too. */
async function expectReadable(world: SyncWorld): Promise<void> {
  const { care, cluster, judge } = world;
  const named = new Set(judge.namedBlocks());
  let said: readonly unknown[] = [];
  care.verify(({ stores, lost }) => {
    // Of a block that no file names, a collection may have left a damaged copy.
    said = [stores.every(({ reachable }) => reachable), lost.filter((hash) => named.has(hash))];
  });
  await world.runUntil(() => !care.isRunning, syncMsMax);
  expectSame('what verify says', said, [true, []]);
  for (const { blocks } of cluster.lives) {
    let left = 0;
    for (const hash of judge.namedBlocks()) {
      left += 1;
      const read = async (): Promise<void> => {
        if ((await cluster.read(blocks, hash)) !== undefined) left -= 1;
      };
      read().catch(cluster.onBug);
    }
    const isAllRead = await world.runUntil(() => left === 0, minuteMs);
    if (!isAllRead) throw new Error(`${left} blocks that files name cannot be read`);
  }
}
