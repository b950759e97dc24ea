/**
 * What many files cost a server in memory and pauses, without network: the file map alone is filled
 * and updated in turns of the event loop, as the replica does it, and its image is taken in slices
 * meanwhile; then snapshots go to a real disk and come from a leader.
 * `node --expose-gc build/bench/million-files.js [FILES]`, a million files unless said otherwise.
 *
 * "cpu" is the time that this process spent in a turn, all its threads together; it says more than
 * the clock when others use the machine.
 */
import { monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks';
import { setImmediate, setTimeout } from 'node:timers/promises';
import type { UpdateFile } from '../src/files/file-command.js';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32c } from '../src/base/crc32c.js';
import { asLogIndex, asServerId, asTerm } from '../src/base/ids.js';
import type { StateRestore, StateSnapshot } from '../src/base/state-machine.js';
import { FileMap } from '../src/files/file-map.js';
import { openDataFolder } from '../src/io/data-folder.js';
import { systemTimer } from '../src/io/system-timer.js';
import { RunningTasks } from '../src/replica/running-tasks.js';
import { defaultSnapshotLimits, pieceBytesMax } from '../src/replica/snapshot-limits.js';
import { SnapshotReceiver } from '../src/replica/snapshot-receiver.js';
import { SnapshotTaker } from '../src/replica/snapshot-taker.js';
import { openLogStorage } from '../src/storage/open-log-storage.js';
import type { Storage } from '../src/storage/storage.js';
import { pageOf } from '../test/files/read-files.js';

const files = Number(process.argv[2] ?? 1_000_000);
/** Updates between two turns of the event loop: what one group commit brings at 128 clients. */
const updatesPerTurn = 128;
const sliceBytes = 64 * 1024;
const bytesPerMiB = 2 ** 20;

/** Turns and garbage collections of what is being measured. */
class Turns {
  wallMs = 0;
  cpuMs = 0;
  longestWallMs = 0;
  longestCpuMs = 0;

  run<T>(work: () => T): T {
    const cpuBefore = process.cpuUsage();
    const startMs = performance.now();
    const result = work();
    const wallMs = performance.now() - startMs;
    const { user, system } = process.cpuUsage(cpuBefore);
    const cpuMs = (user + system) / 1000;
    this.wallMs += wallMs;
    this.cpuMs += cpuMs;
    this.longestWallMs = Math.max(this.longestWallMs, wallMs);
    this.longestCpuMs = Math.max(this.longestCpuMs, cpuMs);
    return result;
  }
}

const collections: number[] = [];
const observer = new PerformanceObserver((list) => {
  collections.push(...list.getEntries().map(({ duration }) => duration));
});
observer.observe({ entryTypes: ['gc'] });
const delay = monitorEventLoopDelay({ resolution: 1 });

async function measure(what: string, run: (turns: Turns) => Promise<number>): Promise<void> {
  const turns = new Turns();
  collections.length = 0;
  delay.reset();
  delay.enable();
  const done = await run(turns);
  await setTimeout(20);
  delay.disable();
  const { wallMs, cpuMs, longestWallMs, longestCpuMs } = turns;
  const eachUs = (ms: number): string => ((ms * 1000) / done).toFixed(2);
  const allCollectionsMs = collections.reduce((a, b) => a + b, 0);
  const columns = [
    what.padEnd(30),
    `${eachUs(wallMs)} us each (cpu ${eachUs(cpuMs)})`,
    `longest turn ${longestWallMs.toFixed(1)} ms (cpu ${longestCpuMs.toFixed(1)})`,
    `loop delay ${(delay.max / 1e6).toFixed(1)} ms`,
    `gc ${Math.max(0, ...collections).toFixed(1)} ms of ${allCollectionsMs.toFixed(0)}`,
  ];
  process.stdout.write(`${columns.join(' | ')}\n`);
}

/** Names are scattered, as real ones are: each lands elsewhere in their order. */
function nameOf(serial: number): string {
  const scattered = (Math.imul(serial, 0x9e3779b1) >>> 0).toString(16).padStart(8, '0');
  return `files/${scattered}-${String(serial).padStart(5, '0')}`;
}

function updateOf(serial: number, version: number): UpdateFile {
  const hash = `${serial.toString(16)}e${version}`.padStart(16, '0').repeat(4);
  const requestId = version === 1 && serial % 2 === 0 ? `request-${serial}` : undefined;
  return {
    type: 'updatefile',
    name: nameOf(serial),
    version,
    hashlist: [hash, hash],
    requestId,
    timeMs: 1,
  };
}

/** Updates every file once, by admission and application. */
async function updateAll(map: FileMap, turns: Turns, version: number): Promise<number> {
  for (let serial = 0; serial < files; serial += updatesPerTurn) {
    const count = Math.min(updatesPerTurn, files - serial);
    const commands = Array.from({ length: count }, (_, at) => updateOf(serial + at, version));
    turns.run(() => {
      const payloads = commands.map((command) => {
        if (map.admit(command).kind !== 'log') throw new Error('an update was not admitted');
        return map.encode(command);
      });
      for (const payload of payloads) {
        if (map.apply(payload) !== 'updated') throw new Error('an update was refused');
      }
    });
    await setImmediate();
  }
  return files;
}

async function getAll(map: FileMap, turns: Turns): Promise<number> {
  for (let serial = 0; serial < files; serial += updatesPerTurn) {
    const names = Array.from({ length: updatesPerTurn }, (_, at) => nameOf(serial + at));
    turns.run(() => {
      for (const name of names) map.get(name);
    });
    await setImmediate();
  }
  return files;
}

async function readPages(map: FileMap, turns: Turns): Promise<number> {
  let page = turns.run(() => pageOf(map, '', 1000));
  while (page.more) {
    await setImmediate();
    const afterName = page.files.at(-1)?.[0] ?? '';
    page = turns.run(() => pageOf(map, afterName, 1000));
  }
  return files;
}

function readEntries(map: FileMap, turns: Turns): Promise<number> {
  turns.run(() => {
    for (const [name] of map.entries()) if (name === '') throw new Error('a file without a name');
  });
  return Promise.resolve(files);
}

/** Reads an image to its end; `slices` are told one by one. */
async function readImage(map: FileMap, turns: Turns, tell: (slice: Uint8Array) => void) {
  const snapshot = turns.run(() => map.snapshot());
  for (let slice = turns.run(() => snapshot.next(sliceBytes)); slice !== undefined;) {
    tell(slice);
    await setImmediate();
    slice = turns.run(() => snapshot.next(sliceBytes));
  }
  snapshot.close();
}

function memory(): NodeJS.MemoryUsage {
  globalThis.gc?.();
  return process.memoryUsage();
}

function tellMemory(what: string, before: NodeJS.MemoryUsage, after: NodeJS.MemoryUsage): void {
  const parts = (['rss', 'heapUsed', 'arrayBuffers'] as const).map((kind) => {
    const mebibytes = (after[kind] / bytesPerMiB).toFixed(0);
    const bytesPerFile = ((after[kind] - before[kind]) / files).toFixed(0);
    return `${kind} ${mebibytes} MiB (${bytesPerFile} a file)`;
  });
  process.stdout.write(`${what.padEnd(30)} | ${parts.join(' | ')}\n`);
}

const before = memory();
const map = new FileMap();
map.openTail([]);
await measure('new files', (turns) => updateAll(map, turns, 1));
tellMemory('memory', before, memory());
await measure('updates', (turns) => updateAll(map, turns, 2));
tellMemory('memory', before, memory());
await measure('get', (turns) => getAll(map, turns));
await measure('page, 1000 files each', (turns) => readPages(map, turns));
await measure('entries', (turns) => readEntries(map, turns));

const image: Uint8Array[] = [];
await measure('image', async (turns) => {
  await readImage(map, turns, (slice) => image.push(slice));
  return files;
});
await measure('updates while images are taken', async (turns) => {
  const done = updateAll(map, turns, 3);
  const images = new Turns();
  // Many more than a server takes, one behind another.
  for (let taken = 0; taken < 5; taken++) await readImage(map, images, () => undefined);
  turns.longestWallMs = Math.max(turns.longestWallMs, images.longestWallMs);
  turns.longestCpuMs = Math.max(turns.longestCpuMs, images.longestCpuMs);
  return done;
});
tellMemory('memory', before, memory());
const restored = new FileMap();
await measure('restore', async (turns) => {
  const restore = restored.restore();
  for (const slice of image) {
    turns.run(() => restore.write(slice));
    await setImmediate();
  }
  turns.run(() => restore.finish());
  return restored.size;
});

/** A storage on a real disk, in a folder that goes afterwards. */
async function withStorage(use: (storage: Storage) => Promise<void>): Promise<void> {
  const path = await mkdtemp(join(tmpdir(), 'surfraft-bench-'));
  const serverId = asServerId(0);
  const clusterId = '0'.repeat(32);
  const folder = await openDataFolder({ path, clusterId, serverId, fresh: true });
  try {
    const { disk, identity } = folder;
    const { storage } = await openLogStorage({
      ...{ disk, identity, repair: false, incarnation: '0'.repeat(32) },
      restore: () => new FileMap().restore(),
    });
    await use(storage);
    await storage.close();
  } finally {
    await folder.release();
    await rm(path, { recursive: true });
  }
}

const position = { index: asLogIndex(1), term: asTerm(1) };
const parts = { timer: systemTimer, tasks: new RunningTasks(), observer: () => undefined };

/** The map's image, whose steps are measured as turns. */
function measuredSnapshot(turns: Turns): StateSnapshot {
  const snapshot = turns.run(() => map.snapshot());
  return {
    next: (bytesMax) => turns.run(() => snapshot.next(bytesMax)),
    close: () => snapshot.close(),
  };
}

function measuredRestore(follower: FileMap, turns: Turns): StateRestore {
  const restore = follower.restore();
  return {
    write: (bytes) => turns.run(() => restore.write(bytes)),
    verify: () => turns.run(() => restore.verify()),
    finish: () => turns.run(() => restore.finish()),
  };
}

async function takeSnapshot(storage: Storage, turns: Turns): Promise<void> {
  await new Promise<void>((resolve) => {
    const taker = new SnapshotTaker({
      ...parts,
      ...{ storage, limits: defaultSnapshotLimits, serverId: asServerId(0) },
      onTaken: () => resolve(),
      stateMachine: { snapshot: () => measuredSnapshot(turns) },
      position: () => position,
      configurationAt: () => new Uint8Array(),
    });
    taker.demand();
    taker.tick();
  });
}

/** Takes in the snapshot that is on the disk, as a follower does that has nothing. */
async function receiveSnapshot(storage: Storage, turns: Turns): Promise<number> {
  const reader = await storage.openSnapshot();
  if (reader === undefined) throw new Error('there is a snapshot');
  const follower = new FileMap();
  let told: () => void = () => undefined;
  const receiver = new SnapshotReceiver({
    ...parts,
    ...{ storage, lastApplied: () => asLogIndex(0), take: () => told() },
    stateMachine: { restore: () => measuredRestore(follower, turns) },
  });
  const { configuration, imageBytes, imageChecksum } = reader;
  for (let offset = 0; offset < imageBytes;) {
    const data = await reader.read(offset, pieceBytesMax);
    const taken = new Promise<void>((resolve) => {
      told = resolve;
    });
    receiver.take(1, {
      ...{ type: 'installSnapshot', term: position.term, leaderId: asServerId(1) },
      ...{ lastIncludedIndex: position.index, lastIncludedTerm: position.term },
      ...{ configuration, imageBytes, imageChecksum, offset, data, checksum: crc32c(data) },
      done: offset + data.length === imageBytes,
    });
    await taken;
    offset += data.length;
  }
  await reader.close();
  receiver.takeReceived(position)?.restore.finish();
  return follower.size;
}

await withStorage(async (storage) => {
  await measure('updates, snapshot goes to disk', async (turns) => {
    const taken = takeSnapshot(storage, turns);
    const done = await updateAll(map, turns, 4);
    await taken;
    return done;
  });
  await measure('updates, snapshot is received', async (turns) => {
    const received = receiveSnapshot(storage, turns);
    const done = await updateAll(map, turns, 5);
    if ((await received) !== files) throw new Error('files were lost on the way');
    return done;
  });
});
