/** What every `Storage` must do, whatever is behind it. Run on each implementation. */
import { expect } from 'chai';
import { AssertionError } from '../../src/base/assert.js';
import type { RecoveredState, Storage } from '../../src/storage/storage.js';
import { entriesOf, entryOf, hardStateOf, newHardState } from '../storage/storage-samples.js';
import { newestImage, plain, positionOf, resetOf } from '../storage/storage-samples.js';
import { takeSnapshot, writeOf, written } from '../storage/storage-samples.js';

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
    if (!kind.remembers) return;
    describeMemory(() => home);
    describeReplacement(() => home);
  });
}

function describeWrites(home: () => StorageHome): void {
  it('starts new with term 0, no vote and an empty log', async () => {
    const { storage, recovered } = await home().open();
    expect(recovered).to.deep.equal({
      hardState: newHardState,
      snapshot: positionOf(0, 0),
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
