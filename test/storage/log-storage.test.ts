/** The log on a disk that loses power, refuses, and flips bits. */
import { expect } from 'chai';
import fc from 'fast-check';
import { must } from '../../src/base/assert.js';
import { decodeEntries } from '../../src/raft/entry-codec.js';
import { frameEntryBytesEnough } from '../../src/storage/log-storage.js';
import { openLogStorage } from '../../src/storage/open-log-storage.js';
import { segmentName } from '../../src/storage/file-names.js';
import { frameHeaderBytes, readFrame } from '../../src/storage/frame-format.js';
import { seedOf, segmentHeaderBytes } from '../../src/storage/segment-format.js';
import { StorageDamagedError, StorageError } from '../../src/storage/storage.js';
import type { RecoveredState } from '../../src/storage/storage.js';
import { FaultyDisk, randomFrom } from './faulty-disk.js';
import { StorageHistory, openOn } from './storage-history.js';
import { entriesOf, entryOf, hardStateOf, plain } from './storage-samples.js';
import { openOptions, writeOf, written } from './storage-samples.js';

/** Long enough for several segments, cuts anywhere in them and several restarts. */
const writesPerLife = 12;
const operationsPerLife = 150;

/** Opens the storage and writes to it until the power goes or all is written. */
async function live(disk: FaultyDisk, history: StorageHistory): Promise<void> {
  const life = async () => {
    const opened = await openOn(disk);
    history.check(opened);
    await history.write(opened.storage, writesPerLife);
  };
  await Promise.race([life(), disk.powerCut]);
}

/** A process that lives until the disk refuses, and closes its storage all the same. */
async function lifeAndClose(disk: FaultyDisk, history: StorageHistory): Promise<void> {
  try {
    const opened = await openOn(disk);
    history.check(opened);
    await history.write(opened.storage, writesPerLife);
    await opened.storage.close();
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
  }
}

describe('the log on disk', () => {
  it('recovers all that was acknowledged and invents nothing, wherever the power goes', () => {
    const livesArbitrary = fc.array(
      fc.record({ powerCutAt: fc.nat(operationsPerLife), killed: fc.boolean() }),
      { minLength: 1, maxLength: 5 },
    );
    return fc.assert(
      fc.asyncProperty(fc.integer(), livesArbitrary, async (seed, lives) => {
        const random = randomFrom(seed);
        const history = new StorageHistory(random);
        let disk = new FaultyDisk(random);
        for (const { powerCutAt, killed } of lives) {
          disk.arm({ powerCutAt });
          await live(disk, history);
          disk = killed ? disk.afterKill() : disk.afterPowerCut();
        }
        await live(disk, history);
      }),
      { numRuns: 400 },
    );
  });

  it('recovers all that was acknowledged, whichever operation the disk refuses', () => {
    return fc.assert(
      fc.asyncProperty(fc.integer(), fc.nat(operationsPerLife), async (seed, failAt) => {
        const random = randomFrom(seed);
        const history = new StorageHistory(random);
        const disk = new FaultyDisk(random);
        disk.arm({ failAt });
        await live(disk, history).catch((error: unknown) => {
          expect(error).to.be.instanceOf(StorageError);
        });
        await live(disk.afterKill(), history);
      }),
      { numRuns: 200 },
    );
  });

  it('relies on nothing that only seems to be written, once the disk has refused', () => {
    const failures = fc.array(fc.nat(operationsPerLife), { minLength: 1, maxLength: 3 });
    return fc.assert(
      fc.asyncProperty(fc.integer(), failures, fc.boolean(), async (seed, failAts, forGood) => {
        const random = randomFrom(seed);
        const history = new StorageHistory(random);
        const disk = new FaultyDisk(random);
        for (const failAt of failAts) {
          disk.arm({ failAt, failsForGood: forGood });
          await lifeAndClose(disk, history);
        }
        disk.arm({});
        await lifeAndClose(disk, history);
        await live(disk.afterPowerCut(), history);
      }),
      { numRuns: 200 },
    );
  });

  it('fails every later write after the first that failed', async () => {
    const disk = new FaultyDisk(randomFrom(1));
    const { storage } = await openOn(disk);
    await written(storage, writeOf(entriesOf(1, 1, 1), hardStateOf(1)));
    disk.arm({ failAt: 0 });
    const told: unknown[] = [];
    for (const index of [2, 3, 4]) {
      const error = await written(storage, writeOf(entriesOf(index, 1, 1)));
      expect(error).to.be.instanceOf(StorageError);
      told.push(error);
    }
    expect(new Set(told).size).to.equal(1);
    await storage.close();
  });

  it('tells what fails at rest, or failed before, though no writer waits for it', async () => {
    const disk = new FaultyDisk(randomFrom(1));
    const { storage } = await openOn(disk);
    await written(storage, writeOf(entriesOf(1, 1, 1), hardStateOf(1)));
    disk.arm({ failAt: 0 });
    const failed = (): Promise<StorageError> =>
      new Promise((resolve) => {
        storage.rest(resolve);
      });
    const first = await failed();
    expect(first).to.be.instanceOf(StorageError);
    expect(await failed()).to.equal(first);
    expect(await written(storage, writeOf(entriesOf(2, 1, 1)))).to.equal(first);
    await storage.close();
  });

  it('writes nothing more, not even a mark, behind a write that failed in part', async () => {
    for (let seed = 1; seed <= 10; seed += 1) {
      const disk = new FaultyDisk(randomFrom(seed));
      const { storage } = await openOn(disk);
      await written(storage, writeOf(entriesOf(1, 1, 1), hardStateOf(1)));
      disk.arm({ failAt: 0 });
      const failing = written(storage, writeOf(entriesOf(2, 1, 1)));
      storage.rest(() => undefined);
      expect(await failing).to.be.instanceOf(StorageError);
      await storage.close();
      const { recovered } = await openOn(disk.afterKill());
      // The write may be there: it was issued, and nobody was told that it is not.
      const { length } = recovered.entries;
      expect(plain(recovered.entries)).to.deep.equal(plain(entriesOf(1, length, 1)));
      expect(length).to.be.within(1, 2);
    }
  });

  it('makes all that waits durable with one write and one sync', async () => {
    const disk = new FaultyDisk(randomFrom(1));
    const { storage } = await openOn(disk);
    await written(storage, writeOf(entriesOf(1, 1, 1), hardStateOf(1)));
    disk.arm({});
    const writes = entriesOf(2, 200, 1).map((entry) => written(storage, writeOf([entry])));
    await Promise.all(writes);
    // The write, its sync, and perhaps the roll of the segment before it; not one per entry.
    expect(disk.operations).to.be.lessThan(12);
    await storage.close();
  });

  it('gives what waits beyond a full frame the next one', async () => {
    const disk = new FaultyDisk(randomFrom(1));
    const { storage } = await openLogStorage({ ...openOptions(), disk });
    const text = 'x'.repeat(frameEntryBytesEnough * 0.6);
    await written(storage, writeOf([], hardStateOf(1)));
    const entries = [1, 2, 3].map((index) => entryOf(index, 1, text));
    await Promise.all(entries.map((entry) => written(storage, writeOf([entry]))));
    await storage.close();
    const bytes = must(await disk.read(segmentName(1)), 'a segment');
    const seed = seedOf(bytes.subarray(0, segmentHeaderBytes));
    const first = must(readFrame(bytes, segmentHeaderBytes, seed), 'a first frame');
    const second = must(readFrame(bytes, first.end, seed), 'a second frame');
    const counts = [first, second].map(({ payload }) => decodeEntries(payload).length);
    expect(counts).to.deep.equal([2, 1]);
  });

  it('divides its log among segments and reads it back through all of them', async () => {
    const disk = new FaultyDisk(randomFrom(1));
    const { storage } = await openOn(disk);
    await written(storage, writeOf([], hardStateOf(1)));
    const entries = entriesOf(1, 40, 1);
    for (const entry of entries) await written(storage, writeOf([entry]));
    await storage.close();
    expect(disk.names()).to.include(segmentName(5));
    const { recovered, storage: again } = await openOn(disk.afterPowerCut());
    expect(plain(recovered.entries)).to.deep.equal(plain(entries));
    expect(recovered.notices).to.deep.equal([]);
    await again.close();
  });
});

/** A log of two segments with every kind of frame in it. */
async function sampleDisk(): Promise<FaultyDisk> {
  const disk = new FaultyDisk(randomFrom(1));
  const { storage } = await openOn(disk);
  await written(storage, writeOf(entriesOf(1, 2, 1), hardStateOf(1, 1)));
  await Promise.all([
    written(storage, writeOf(entriesOf(3, 3, 1))),
    written(storage, writeOf(entriesOf(4, 2, 2), hardStateOf(2))),
  ]);
  for (const index of [6, 7]) await written(storage, writeOf(entriesOf(index, 1, 2)));
  await storage.close();
  return disk;
}

/** What a start from the disk comes to: the recovered state, or the line that refuses it. */
async function outcomeOf(disk: FaultyDisk): Promise<RecoveredState | string> {
  try {
    const { recovered, storage } = await openOn(disk);
    await storage.close();
    return recovered;
  } catch (error) {
    if (!(error instanceof StorageDamagedError)) throw error;
    return error.message;
  }
}

function summary({ entries, hardState }: RecoveredState): unknown {
  return { entries: plain(entries), hardState };
}

describe('the log on disk after a bit flipped', () => {
  it('is recovered as it was, or refused with one line, for every bit of every file', async () => {
    const disk = await sampleDisk();
    expect(disk.names()).to.include(segmentName(2));
    const whole = await outcomeOf(disk.copy());
    expect(whole).to.be.an('object');
    const expected = summary(whole as RecoveredState);
    let refused = 0;
    for (const name of disk.names()) {
      for (let bit = 0; bit < disk.bytesOf(name) * 8; bit++) {
        const damaged = disk.copy();
        damaged.flipBit(name, bit);
        const outcome = await outcomeOf(damaged);
        if (typeof outcome === 'string') {
          expect(outcome).to.match(/^[^\n]* at offset \d+[^\n]*--fresh[^\n]*$/);
          refused += 1;
        } else {
          expect(summary(outcome), `bit ${bit} of ${name}`).to.deep.equal(expected);
          expect(outcome.notices).to.have.length(1);
        }
      }
    }
    expect(refused).to.be.greaterThan(1000);
  });

  it('is recovered whole, with a notice, when it is in a mark between two frames', async () => {
    const disk = new FaultyDisk(randomFrom(1));
    for (const index of [1, 2]) {
      const { storage } = await openOn(disk);
      await written(storage, writeOf(entriesOf(index, 1, 1), hardStateOf(1)));
      await storage.close();
    }
    const whole = (await outcomeOf(disk.copy())) as RecoveredState;
    const name = segmentName(1);
    const bytes = must(await disk.read(name), 'a first segment');
    const firstFrame = must(
      readFrame(bytes, segmentHeaderBytes, seedOf(bytes.subarray(0, segmentHeaderBytes))),
      'a frame',
    );
    disk.flipBit(name, firstFrame.end * 8);
    const notice = `${name}: passed over an unreadable sync mark at offset ${firstFrame.end}`;
    expect(await outcomeOf(disk)).to.deep.equal({ ...whole, notices: [notice] });
  });

  it('is refused when it is in the last frame, which a kill left without its mark', async () => {
    const disk = new FaultyDisk(randomFrom(1));
    const { storage } = await openOn(disk);
    const write = writeOf(entriesOf(1, 1, 1), hardStateOf(1));
    storage.append(write, () => {
      disk.arm({ powerCutAt: 0 });
      storage.rest(() => undefined);
    });
    await disk.powerCut;
    const restarted = disk.afterPowerCut();
    await openOn(restarted);
    // A frame that nothing proved to be durable was written again, into the next segment.
    restarted.flipBit(segmentName(2), (segmentHeaderBytes + frameHeaderBytes) * 8);
    expect(await outcomeOf(restarted.copy())).to.match(/frame 1 was acknowledged/);
  });

  it('is never silently shorter, also when the process was killed', () => {
    return fc.assert(
      fc.asyncProperty(fc.integer(), fc.nat(), fc.nat(), async (seed, file, bit) => {
        const random = randomFrom(seed);
        const lived = new FaultyDisk(random);
        await live(lived, new StorageHistory(random));
        // The process may still be giving up old segments; one moment of it is looked at.
        const disk = lived.copy();
        const expected = await outcomeOf(disk.copy());
        const damaged = disk.copy();
        const names = disk.names().filter((name) => disk.bytesOf(name) > 0);
        const name = must(names[file % names.length], 'there is a file');
        damaged.flipBit(name, bit % (disk.bytesOf(name) * 8));
        const outcome = await outcomeOf(damaged);
        if (typeof expected === 'string') throw new Error(expected);
        if (typeof outcome === 'string') return;
        const cut = outcome.notices.some((notice) => notice.startsWith('cut '));
        if (!cut) expect(summary(outcome)).to.deep.equal(summary(expected));
      }),
      { numRuns: 300 },
    );
  });
});

describe('the log on disk with files missing or of others', () => {
  const missing: [string, string[], RegExp][] = [
    ['the hard state', ['hard-state'], /^hard-state \(term and vote\) is missing beside a log/],
    ['the first segment', [segmentName(1)], /^log-0000000000000001.seg .*: the file is missing/],
    ['the whole log', [segmentName(1), segmentName(2)], /^the log is missing beside hard-state/],
  ];
  for (const [what, names, message] of missing) {
    it(`is refused without ${what}`, async () => {
      const disk = (await sampleDisk()).copy();
      for (const name of names) await disk.remove(name);
      expect(await outcomeOf(disk)).to.match(message);
    });
  }

  it('is refused when its first segment was emptied, which no power failure does', async () => {
    const disk = (await sampleDisk()).copy();
    await disk.remove(segmentName(2));
    await (await disk.create(segmentName(1))).close();
    expect(await outcomeOf(disk)).to.match(/^the log is missing beside hard-state/);
  });

  it('is refused when the hard state is older than the log', async () => {
    const disk = await sampleDisk();
    const older = new FaultyDisk(randomFrom(1));
    const { storage } = await openOn(older);
    await written(storage, writeOf([], hardStateOf(1)));
    await storage.close();
    const bytes = must(await older.read('hard-state'), 'a hard state');
    const file = await disk.create('hard-state');
    await file.append([bytes]);
    expect(await outcomeOf(disk)).to.match(/says term 1, but the log has reached term 2/);
  });

  it('is refused when it ends before a frame that was durable at rest', async () => {
    const whole = await sampleDisk();
    const log = must(await whole.read(segmentName(2)), 'a segment');
    const seed = seedOf(log.subarray(0, segmentHeaderBytes));
    const ends: number[] = [];
    for (let at = segmentHeaderBytes; at < log.length;) {
      ends.push(at);
      at = must(readFrame(log, at, seed), 'a frame or a mark').end;
    }
    expect(ends.length).to.be.at.least(2);
    // Behind the last entries stands a mark: without it alone nothing is lost.
    for (const end of ends.slice(0, -1)) {
      const disk = whole.copy();
      await (await disk.openAt(segmentName(2), end)).close();
      expect(await outcomeOf(disk)).to.match(/: frame \d+ was acknowledged and is missing/);
    }
  });

  it('goes on over what an unfinished write of the hard state left', async () => {
    const disk = await sampleDisk();
    const whole = await outcomeOf(disk.copy());
    const file = await disk.create('hard-state.new');
    await file.append([Uint8Array.of(1, 2, 3)]);
    expect(await outcomeOf(disk)).to.deep.equal(whole);
    expect(disk.names()).not.to.include('hard-state.new');
  });

  it('takes zeros behind the last frame for room that nothing was written to', async () => {
    const disk = await sampleDisk();
    const whole = await outcomeOf(disk.copy());
    const file = await disk.openAt(segmentName(2), disk.bytesOf(segmentName(2)));
    await file.append([new Uint8Array(100)]);
    expect(await outcomeOf(disk)).to.deep.equal(whole);
  });

  it('cuts a torn tail and says so', async () => {
    const disk = await sampleDisk();
    const whole = await outcomeOf(disk.copy());
    const size = disk.bytesOf(segmentName(2));
    const file = await disk.openAt(segmentName(2), size);
    await file.append([Uint8Array.of(1, 2, 3)]);
    expect(await outcomeOf(disk)).to.deep.equal({
      ...(whole as RecoveredState),
      notices: [
        `cut 3 torn bytes off ${segmentName(2)} at offset ${size}: ` +
          'a write that was not finished',
      ],
    });
    expect(await outcomeOf(disk)).to.deep.equal(whole);
  });
});
