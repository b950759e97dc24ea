/** Bugs planted in storage: what is durable when it says so, and what recovery makes of it. */
import type { Plant } from './plant.js';

const logReader = 'src/storage/log-reader.js';
const segmentWriter = 'src/storage/segment-writer.js';
const snapshotStore = 'src/storage/snapshot-store.js';

const writePlants: readonly Plant[] = [
  {
    name: 'reply before fsync',
    patches: [
      {
        file: segmentWriter,
        find: 'await this.#file.appendDurably(frame);',
        replace: 'await this.#file.append([frame]);',
      },
    ],
  },
  {
    name: 'hard state renamed before it is synced',
    patches: [
      {
        file: 'src/storage/hard-state-file.js',
        find: 'await file.sync();',
        replace: '',
      },
    ],
  },
  {
    name: 'fsync error retried as if nothing had happened',
    patches: [
      {
        file: segmentWriter,
        find: 'await this.#file.appendDurably(frame);',
        replace:
          'await this.#file.appendDurably(frame).catch(() => this.#file.sync())' +
          '.catch(() => this.#file.sync());',
      },
    ],
  },
  {
    name: 'frame written where the segment is still being filled',
    patches: [
      {
        file: segmentWriter,
        find: 'return this.#filling !== undefined && this.#size + bytes > this.#filledEnd;',
        replace: 'return false;',
      },
    ],
  },
  {
    name: 'segment filled with zeros from where its last frame begins',
    patches: [
      {
        file: segmentWriter,
        find: 'this.#file.fill(from, to - from)',
        replace: 'this.#file.fill(Math.max(from - 100, 108), to - from)',
      },
    ],
  },
  {
    name: 'older snapshot deleted before the newer one is safe',
    patches: [
      {
        file: snapshotStore,
        find: 'await this.#disk.rename(asideName, snapshotName(index));',
        replace: `for (const [older] of this.#readers) {
            await this.#disk.remove(snapshotName(older)).catch(() => undefined);
        }
        await this.#disk.syncFolder();
        await this.#disk.rename(asideName, snapshotName(index));`,
      },
    ],
  },
  {
    name: 'log given up before a snapshot covers it',
    patches: [
      {
        file: 'src/storage/log-storage.js',
        find: 'Math.min(this.#unwanted, this.#snapshots.newest)',
        replace: 'this.#end.index - 1',
      },
    ],
  },
];

const recoveryPlants: readonly Plant[] = [
  {
    name: 'torn tail not cut',
    patches: [
      {
        file: segmentWriter,
        find: 'segmentName(end.sequence), end.goodEnd)',
        replace: 'segmentName(end.sequence), ' + 'await disk.size(segmentName(end.sequence)))',
      },
    ],
  },
  {
    name: 'damage in the middle cut silently',
    patches: [
      {
        file: logReader,
        find:
          'throw damage(name, at, ' +
          '`frame ${this.#lastFrame + 1} was acknowledged and cannot be read`);',
        replace: 'return undefined;',
      },
    ],
  },
  {
    name: 'server with a damaged hard state stays a member',
    patches: [
      {
        file: 'src/storage/repair-folder.js',
        find: "votedFor: undefined, standing: 'refilling'",
        replace: "votedFor: undefined, standing: 'member'",
      },
    ],
  },
  {
    name: 'server with a damaged log stays a member',
    patches: [
      {
        file: 'src/storage/repair-folder.js',
        find: "return { ...hardState, term, votedFor, standing: 'refilling' };",
        replace: 'return { ...hardState, term, votedFor };',
      },
    ],
  },
  {
    name: 'frame that may live in the page cache only taken for durable',
    patches: [
      {
        file: logReader,
        find: 'this.#unproven = { ...write,',
        replace: 'this.#unproven = undefined; ({ ...write,',
      },
      {
        file: logReader,
        find: 'before: { index: before.index, term } };',
        replace: 'before: { index: before.index, term } });',
      },
    ],
  },
];

export const storagePlants: readonly Plant[] = [...writePlants, ...recoveryPlants];
