/** What every `Storage` must do, whatever is behind it. Run on each implementation. */
import { expect } from 'chai';
import { AssertionError, must } from '../../src/base/assert.js';
import { crc32c } from '../../src/base/crc32c.js';
import { asLogIndex, asServerId, asTerm } from '../../src/base/ids.js';
import { StorageError } from '../../src/storage/storage.js';
import type { RecoveredState, Storage } from '../../src/storage/storage.js';
import { entriesOf, entryOf, hardStateOf, newHardState } from '../storage/storage-samples.js';
import { newestImage, plain, positionOf, resetOf } from '../storage/storage-samples.js';
import { takeSnapshot, writeOf, written } from '../storage/storage-samples.js';
import { foundersOnly } from '../fixtures/founders.js';

/** One server's place to keep things; `open` again means the server starts again. */
export interface StorageHome {
  open(): Promise<{ readonly storage: Storage; readonly recovered: RecoveredState }>;
  /** Called at the end of a test, with all storages closed. */
  dispose(): Promise<void>;
}

export interface StorageKind {
  readonly name: string;
  /** Whether what is written outlives the storage that wrote it. */
  readonly remembers: boolean;
  makeHome(): Promise<StorageHome>;
}

export function storageContract(kind: StorageKind): void {
  describe(`the storage contract, kept by ${kind.name}`, () => {
    let home: StorageHome;
    beforeEach(async () => {
      home = await kind.makeHome();
    });
    afterEach(() => home.dispose());

    describeWrites(() => home);
    describeSnapshots(() => home);
    if (!kind.remembers) return;
    describeMemory(() => home);
    describeReplacement(() => home);
    describeNewBeginnings(() => home);
  });
}

function describeWrites(home: () => StorageHome): void {
  it('starts new with term 0, no vote and an empty log', async () => {
    const { storage, recovered } = await home().open();
    expect(recovered).to.deep.equal({
      hardState: newHardState,
      snapshot: positionOf(0, 0),
      configuration: foundersOnly,
      logBase: positionOf(0, 0),
      entries: [],
      isNew: true,
      notices: [],
    });
    await storage.close();
  });

  it('tells the writers in call order, and never before append has returned', async () => {
    const { storage } = await home().open();
    const told: string[] = [];
    storage.append(writeOf([], hardStateOf(1)), () => told.push('vote'));
    storage.append(writeOf([entryOf(1, 1)]), () => {
      told.push('first');
      storage.append(writeOf([entryOf(3, 1, 'c')]), () => told.push('third'));
      told.push('third appended');
    });
    storage.append(writeOf([entryOf(2, 1, 'b')]), () => told.push('second'));
    storage.append(writeOf([]), () => told.push('nothing'));
    told.push('returned');
    await new Promise<void>((resolve) => storage.append(writeOf([]), () => resolve()));
    const order = ['returned', 'vote', 'first', 'third appended', 'second', 'nothing'];
    expect(told.slice(0, 6)).to.deep.equal(order);
    await storage.close();
    expect(told.slice(6)).to.deep.equal(['third']);
  });

  it('finishes what is queued before it is closed, and takes nothing afterwards', async () => {
    const { storage } = await home().open();
    let done = 0;
    const count = () => (done += 1);
    storage.append(writeOf([], hardStateOf(1)), count);
    for (const entry of entriesOf(1, 100, 1)) storage.append(writeOf([entry]), count);
    await storage.close();
    expect(done).to.equal(101);
    expect(() => storage.append(writeOf([]), count)).to.throw(AssertionError);
  });
}

/** What the next start of the server finds. */
async function reopened(home: StorageHome): Promise<RecoveredState> {
  const { storage, recovered } = await home.open();
  await storage.close();
  return recovered;
}

function describeMemory(home: () => StorageHome): void {
  it('recovers term, vote and entries, also when it was opened many times', async () => {
    const { storage } = await home().open();
    const entries = [entryOf(1, 4), entryOf(2, 4, 'b'), entryOf(3, 5, '')];
    await written(storage, writeOf(entries.slice(0, 2), hardStateOf(4)));
    await written(storage, writeOf(entries.slice(2), hardStateOf(5, 2)));
    await storage.close();
    for (let start = 0; start < 3; start++) {
      const recovered = await reopened(home());
      expect(plain(recovered.entries)).to.deep.equal(plain(entries));
      expect(recovered.hardState).to.deep.equal(hardStateOf(5, 2));
      expect([recovered.isNew, recovered.notices]).to.deep.equal([false, []]);
    }
  });

  it('recovers a server that has voted and logged nothing', async () => {
    const { storage } = await home().open();
    await written(storage, writeOf([], hardStateOf(1, 0)));
    await storage.close();
    const { hardState, entries, isNew } = await reopened(home());
    expect({ hardState, entries, isNew }).to.deep.equal({
      hardState: hardStateOf(1, 0),
      entries: [],
      isNew: false,
    });
  });

  it('goes on behind what it recovered', async () => {
    for (let start = 0; start < 4; start++) {
      const { storage, recovered } = await home().open();
      expect(plain(recovered.entries)).to.deep.equal(plain(entriesOf(1, start, 1)));
      await written(storage, writeOf(entriesOf(start + 1, 1, 1), hardStateOf(1)));
      await storage.close();
    }
  });

  it('keeps payloads of many sizes byte for byte', async () => {
    const { storage } = await home().open();
    const sizes = [0, 1, 7, 8, 4096, 65537, 5_000_000];
    const entries = sizes.map((size, at) => entryOf(at + 1, 1, 'x'.repeat(size)));
    await written(storage, writeOf([], hardStateOf(1)));
    await Promise.all(entries.map((entry) => written(storage, writeOf([entry]))));
    await storage.close();
    const recovered = (await reopened(home())).entries;
    expect(recovered.length).to.equal(entries.length);
    for (const [at, { payload }] of recovered.entries()) {
      expect(Buffer.compare(payload, entries[at]?.payload ?? Buffer.of())).to.equal(0);
    }
  });
}

function describeReplacement(home: () => StorageHome): void {
  it('lets later entries replace the log from their first index on', async () => {
    const { storage } = await home().open();
    await written(storage, writeOf(entriesOf(1, 5, 1), hardStateOf(1)));
    await written(storage, writeOf(entriesOf(3, 1, 2), hardStateOf(2)));
    await storage.close();
    const expected = [...entriesOf(1, 2, 1), ...entriesOf(3, 1, 2)];
    expect(plain((await reopened(home())).entries)).to.deep.equal(plain(expected));
  });

  it('lets later entries replace earlier ones that were queued with them', async () => {
    const { storage } = await home().open();
    const writes = [
      writeOf(entriesOf(1, 4, 1), hardStateOf(1)),
      writeOf(entriesOf(3, 3, 2), hardStateOf(2)),
      writeOf(entriesOf(2, 1, 3), hardStateOf(3)),
      writeOf(entriesOf(3, 1, 3)),
    ];
    await Promise.all(writes.map((write) => written(storage, write)));
    await storage.close();
    const expected = [...entriesOf(1, 1, 1), ...entriesOf(2, 2, 3)];
    const recovered = await reopened(home());
    expect(plain(recovered.entries)).to.deep.equal(plain(expected));
    expect(recovered.hardState).to.deep.equal(hardStateOf(3));
  });
}

/** An image of several blocks. */
const largeImage = Uint8Array.from({ length: 700_001 }, (_, at) => (at * 7 + (at >> 8)) % 251);

function describeSnapshots(home: () => StorageHome): void {
  it('has no snapshot before one is committed, and none of one that was given up', async () => {
    const { storage } = await home().open();
    expect(await storage.openSnapshot()).to.equal(undefined);
    const writer = storage.createSnapshot(positionOf(1, 1), foundersOnly);
    await writer.write(Uint8Array.of(1, 2, 3));
    expect(await storage.openSnapshot()).to.equal(undefined);
    await writer.abandon();
    await writer.abandon();
    expect(await storage.openSnapshot()).to.equal(undefined);
    const error: unknown = await writer.commit().catch((caught: unknown) => caught);
    expect(error).to.be.instanceOf(StorageError);
    await storage.close();
  });

  it('gives an image back byte for byte, in pieces of any size and from any place', async () => {
    const { storage } = await home().open();
    for (const image of [largeImage, new Uint8Array(), largeImage.slice(0, 262_144)]) {
      await takeSnapshot(storage, positionOf(5, 2), image);
      for (const bytesMax of [10_000, 262_144, 1_000_000]) {
        const found = await newestImage(storage, bytesMax);
        expect(found?.position).to.deep.equal(positionOf(5, 2));
        expect(Buffer.compare(found?.image ?? Buffer.of(1), image)).to.equal(0);
      }
    }
    await takeSnapshot(storage, positionOf(6, 2), largeImage);
    const reader = must(await storage.openSnapshot(), 'a snapshot');
    expect(reader.imageBytes).to.equal(largeImage.length);
    expect(reader.imageChecksum).to.equal(crc32c(largeImage));
    for (const offset of [699_999, 0, 262_143, 262_144, 524_287]) {
      const piece = await reader.read(offset, 100);
      expect(piece.length).to.be.within(1, 100);
      expect([...piece]).to.deep.equal([...largeImage.slice(offset, offset + piece.length)]);
    }
    expect((await reader.read(largeImage.length, 100)).length).to.equal(0);
    await reader.close();
    await storage.close();
  });

  it('tells with a snapshot who belonged to the cluster', async () => {
    const { storage } = await home().open();
    const configuration = Uint8Array.from({ length: 30_000 }, (_, at) => at % 251);
    for (const [index, bytes] of [Uint8Array.of(1), foundersOnly, configuration].entries()) {
      await takeSnapshot(storage, positionOf(index + 1, 1), Uint8Array.of(7), bytes);
      const reader = must(await storage.openSnapshot(), 'a snapshot');
      expect(reader.configuration).to.deep.equal(bytes);
      expect([...(await reader.read(0, 9))]).to.deep.equal([7]);
      await reader.close();
    }
    await storage.close();
  });

  it('keeps a snapshot readable while newer ones are committed', async () => {
    const { storage } = await home().open();
    await takeSnapshot(storage, positionOf(1, 1), Uint8Array.of(1));
    const reader = must(await storage.openSnapshot(), 'a snapshot');
    await takeSnapshot(storage, positionOf(2, 1), Uint8Array.of(2));
    await takeSnapshot(storage, positionOf(3, 1), Uint8Array.of(3));
    expect([...(await reader.read(0, 10))]).to.deep.equal([1]);
    await reader.close();
    expect((await newestImage(storage, 10))?.image).to.deep.equal(Uint8Array.of(3));
    await storage.close();
  });

  it('keeps the newest of those that are committed, in whatever order', async () => {
    const { storage } = await home().open();
    const writers = [3, 1, 2].map((index) =>
      storage.createSnapshot(positionOf(index, 1), foundersOnly),
    );
    for (const [at, writer] of writers.entries()) await writer.write(Uint8Array.of(at));
    for (const writer of writers) await writer.commit();
    const found = await newestImage(storage, 10);
    expect(found).to.deep.equal({ position: positionOf(3, 1), image: Uint8Array.of(0) });
    await storage.close();
  });

  it('takes no snapshot once it is closed', async () => {
    const { storage } = await home().open();
    const writer = storage.createSnapshot(positionOf(1, 1), foundersOnly);
    await writer.write(Uint8Array.of(1));
    await storage.close();
    const error: unknown = await writer.commit().catch((caught: unknown) => caught);
    expect(error).to.be.instanceOf(StorageError);
  });
}

function describeNewBeginnings(home: () => StorageHome): void {
  it('recovers who belonged to the cluster when the snapshot was taken', async () => {
    const { storage } = await home().open();
    const configuration = Uint8Array.of(1, 2, 3);
    await written(storage, writeOf(entriesOf(1, 3, 1), hardStateOf(1)));
    await takeSnapshot(storage, positionOf(2, 1), Uint8Array.of(9), configuration);
    await storage.close();
    const recovered = await reopened(home());
    expect(recovered.configuration).to.deep.equal(configuration);
    expect(recovered.snapshot).to.deep.equal(positionOf(2, 1));
  });

  it('recovers the snapshot, and the log that stands around it', async () => {
    const { storage } = await home().open();
    await written(storage, writeOf(entriesOf(1, 5, 1), hardStateOf(1)));
    await takeSnapshot(storage, positionOf(3, 1), largeImage);
    storage.compact(asLogIndex(2));
    await storage.close();
    const { snapshot, logBase, entries } = await reopened(home());
    expect(snapshot).to.deep.equal(positionOf(3, 1));
    expect(logBase.index).to.be.at.most(2);
    expect(plain(entries)).to.deep.equal(plain(entriesOf(logBase.index + 1, 5 - logBase.index, 1)));
  });

  it('begins its log anew behind a reset, with the entries of the same write', async () => {
    const { storage } = await home().open();
    await written(storage, writeOf(entriesOf(1, 5, 1), hardStateOf(1)));
    await takeSnapshot(storage, positionOf(9, 2), Uint8Array.of(9));
    const writes = [
      writeOf(entriesOf(4, 1, 2), hardStateOf(2)),
      resetOf(9, 2, entriesOf(10, 2, 2)),
      writeOf(entriesOf(11, 2, 3), hardStateOf(3)),
    ];
    await Promise.all(writes.map((write) => written(storage, write)));
    await storage.close();
    for (let start = 0; start < 2; start++) {
      const { snapshot, logBase, entries, hardState } = await reopened(home());
      expect([snapshot, logBase]).to.deep.equal([positionOf(9, 2), positionOf(9, 2)]);
      const expected = [...entriesOf(10, 1, 2), ...entriesOf(11, 2, 3)];
      expect(plain(entries)).to.deep.equal(plain(expected));
      expect(hardState).to.deep.equal(hardStateOf(3));
    }
  });

  it('begins its log anew behind a snapshot that the log does not reach, or differs', async () => {
    for (const [snapshot, term] of [
      [positionOf(9, 2), 2],
      [positionOf(11, 4), 4],
      [positionOf(11, 5), 5],
    ] as const) {
      const { storage, recovered } = await home().open();
      await takeSnapshot(storage, snapshot, Uint8Array.of(1));
      await written(storage, writeOf([], hardStateOf(term)));
      await storage.close();
      for (let start = 0; start < 2; start++) {
        const found = await reopened(home());
        expect(found.logBase, JSON.stringify(recovered)).to.deep.equal(snapshot);
        expect(found.entries).to.deep.equal([]);
      }
      const next = await home().open();
      const entries = entriesOf(snapshot.index + 1, 2, term);
      await written(next.storage, writeOf(entries));
      await next.storage.close();
      expect(plain((await reopened(home())).entries)).to.deep.equal(plain(entries));
    }
  });

  it('keeps standing, incarnation and what is known of others', async () => {
    const known = new Map([
      [asServerId(2), '2'.repeat(32)],
      [asServerId(0), '0'.repeat(32)],
    ]);
    for (const standing of ['joining', 'founding', 'member', 'refilling'] as const) {
      const { storage, recovered } = await home().open();
      const hardState = { ...recovered.hardState, term: asTerm(4), standing, known };
      await written(storage, writeOf([], hardState));
      await storage.close();
      const found = await reopened(home());
      expect(found.hardState).to.deep.equal(hardState);
    }
  });
}
