/**
 * Folders with damage in them: what is refused, what is mended, and that nothing acknowledged is
 * ever missing from a server that still counts.
 */
import { expect } from 'chai';
import fc from 'fast-check';
import { must } from '../../src/base/assert.js';
import { StateImageError } from '../../src/base/state-machine.js';
import { damagedName, segmentName, snapshotName } from '../../src/storage/file-names.js';
import { inspectFolder } from '../../src/storage/inspect-folder.js';
import { openLogStorage, type LogStorageOptions } from '../../src/storage/open-log-storage.js';
import { StorageDamagedError } from '../../src/storage/storage.js';
import { FaultyDisk, randomFrom } from './faulty-disk.js';
import { StorageHistory, imageOf, openOn } from './storage-history.js';
import type { Opened } from './storage-history.js';
import {
  entriesOf,
  hardStateOf,
  openOptions,
  plain,
  positionOf,
  resetOf,
} from './storage-samples.js';
import { sampleIdentity, takeSnapshot, writeOf, written } from './storage-samples.js';

const otherIncarnation = 'b2'.repeat(16);
const repairing = { repair: true, incarnation: otherIncarnation };

/** Starts on the disk and closes it properly. */
async function started(disk: FaultyDisk, repair = true): Promise<Opened> {
  const opened = await openOn(disk, repair ? repairing : {});
  await opened.storage.close();
  return opened;
}

async function refusalOf(disk: FaultyDisk): Promise<string> {
  const error: unknown = await started(disk, false).catch((caught: unknown) => caught);
  expect(error).to.be.instanceOf(StorageDamagedError);
  return error instanceof Error ? error.message : '';
}

/** A log of several segments behind a snapshot, closed properly. */
async function sampleDisk(): Promise<FaultyDisk> {
  const disk = new FaultyDisk(randomFrom(1));
  const { storage } = await openOn(disk);
  await written(storage, writeOf(entriesOf(1, 1, 1), hardStateOf(1, 2)));
  await takeSnapshot(storage, positionOf(1, 1), imageOf(positionOf(1, 1)));
  for (const { index } of entriesOf(2, 20, 1)) {
    await written(storage, writeOf(entriesOf(index, 1, 1)));
  }
  await storage.close();
  return disk;
}

function summary({ recovered, image }: Opened): unknown {
  const { entries, hardState, snapshot, logBase } = recovered;
  return { entries: plain(entries), hardState, snapshot, logBase, image };
}

type Harm = (disk: FaultyDisk, name: string, at: number) => Promise<void>;

const flips: Harm = (disk, name, at) => {
  const bits = disk.bytesOf(name) * 8;
  if (bits > 0) disk.flipBit(name, at % bits);
  return Promise.resolve();
};

const harms: readonly Harm[] = [
  flips,
  flips,
  (disk, name) => disk.remove(name),
  async (disk, name) => (await disk.create(name)).close(),
];

/** Holds a start on a damaged disk to what the sound one comes to. */
function checkOutcome(expected: Opened, outcome: Opened): void {
  const { hardState, snapshot, logBase, entries } = outcome.recovered;
  const isJoining = expected.recovered.hardState.standing === 'joining';
  if (hardState.standing === 'refilling') {
    expect(outcome.recovered.notices).not.to.deep.equal([]);
    expect(logBase.index).to.be.at.most(snapshot.index);
    expect(entries.at(-1)?.index ?? logBase.index).to.be.at.least(snapshot.index);
    expect(hardState.term).to.be.at.least(entries.at(-1)?.term ?? logBase.term);
    expect(outcome.image).to.deep.equal(snapshot.index === 0 ? undefined : imageOf(snapshot));
    return;
  }
  // A folder that never held anything may be begun again.
  if (isJoining && hardState.standing === 'joining') return;
  expect(hardState).to.deep.equal(expected.recovered.hardState);
  expect(outcome.image).to.deep.equal(snapshot.index === 0 ? undefined : imageOf(snapshot));
  const from = Math.max(snapshot.index, expected.recovered.snapshot.index);
  expect(logBehind(outcome, from)).to.deep.equal(logBehind(expected, from));
}

/** Where the log ends, and its entries behind a snapshot: how far it reaches back may differ. */
function logBehind({ recovered }: Opened, from: number): unknown {
  const { entries, logBase } = recovered;
  const end = entries.at(-1)?.index ?? logBase.index;
  return { end, entries: plain(entries.filter(({ index }) => index > from)) };
}

describe('a folder with damage', () => {
  it('never leaves a server that counts without what it acknowledged', () => {
    const harmArbitrary = fc.record({ kind: fc.nat(), file: fc.nat(), at: fc.nat() });
    return fc.assert(
      fc.asyncProperty(fc.integer(), harmArbitrary, async (seed, { kind, file, at }) => {
        const random = randomFrom(seed);
        const disk = new FaultyDisk(random);
        const history = new StorageHistory(random);
        const { storage } = await openOn(disk);
        await history.write(storage, 20);
        await storage.close();
        const expected = await started(disk.copy());
        history.check(expected);
        const damaged = disk.copy();
        const name = must(damaged.names()[file % damaged.names().length], 'a file');
        await must(harms[kind % harms.length], 'a harm')(damaged, name, at);
        const outcome = await started(damaged.copy());
        checkOutcome(expected, outcome);
        if (outcome.recovered.hardState.standing === 'refilling') {
          expect(await refusalOf(damaged.copy())).to.match(/^[^\n]*--fresh[^\n]*$/);
          expect((await inspectFolder(damaged, sampleIdentity)).damage).not.to.deep.equal([]);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('is mended to the same end wherever the power goes meanwhile', () => {
    const harmArbitrary = fc.record({ kind: fc.nat(), file: fc.nat(), at: fc.nat() });
    return fc.assert(
      fc.asyncProperty(fc.integer(), harmArbitrary, fc.nat(40), async (seed, harm, cutAt) => {
        const random = randomFrom(seed);
        let disk = new FaultyDisk(random);
        const { storage } = await openOn(disk);
        await new StorageHistory(random).write(storage, 20);
        await storage.close();
        const expected = await started(disk.copy());
        disk = disk.copy();
        const name = must(disk.names()[harm.file % disk.names().length], 'a file');
        await must(harms[harm.kind % harms.length], 'a harm')(disk, name, harm.at);
        disk = disk.copy();
        for (const powerCutAt of [cutAt, Math.floor(cutAt / 2)]) {
          disk.arm({ powerCutAt });
          await Promise.race([started(disk), disk.powerCut]);
          disk = disk.afterPowerCut();
        }
        const outcome = await started(disk);
        const { standing } = outcome.recovered.hardState;
        if (standing === 'refilling') return;
        checkOutcome(expected, outcome);
      }),
      { numRuns: 150 },
    );
  });

  it('is known to be one that forgot before anything of it is put aside', async () => {
    const start = await sampleDisk();
    start.flipBit(segmentName(3), 150 * 8);
    let moved = 0;
    for (let powerCutAt = 0; powerCutAt < 40; powerCutAt++) {
      const disk = start.copy();
      disk.arm({ powerCutAt });
      await Promise.race([started(disk), disk.powerCut]);
      const found = disk.afterPowerCut();
      if (!found.names().some((name) => name.endsWith('.damaged'))) continue;
      const { hardState } = await inspectFolder(found, sampleIdentity);
      expect(hardState?.standing).to.equal('refilling');
      moved += 1;
    }
    expect(moved).to.be.greaterThan(5);
  });

  it('keeps the whole segments before the damaged one, and puts the others aside', async () => {
    const disk = await sampleDisk();
    const whole = await started(disk.copy());
    disk.flipBit(segmentName(3), 150 * 8);
    const { recovered } = await started(disk);
    expect(recovered.hardState).to.deep.equal({ ...hardStateOf(1, 2), standing: 'refilling' });
    const kept = recovered.entries.length;
    expect(kept).to.be.within(5, 18);
    expect(plain(recovered.entries)).to.deep.equal(plain(whole.recovered.entries.slice(0, kept)));
    expect(recovered.notices[0]).to.match(/^log-0{15}3.seg is damaged at offset 1\d\d: .*refilled/);
    expect(disk.names()).to.include.members([3, 4].map((at) => damagedName(segmentName(at))));
    const again = await started(disk);
    expect(again.recovered.notices).to.deep.equal([]);
    expect(plain(again.recovered.entries)).to.deep.equal(plain(recovered.entries));
  });

  it('begins its log anew behind the snapshot when nothing of the log connects to it', async () => {
    const disk = await sampleDisk();
    const { storage } = await openOn(disk);
    await takeSnapshot(storage, positionOf(15, 1), imageOf(positionOf(15, 1)));
    storage.compact(positionOf(15, 1).index);
    await storage.close();
    const front = must(
      disk.names().find((name) => name.startsWith('log-')),
      'a segment',
    );
    disk.flipBit(front, 150 * 8);
    const { recovered, image } = await started(disk);
    expect(recovered.snapshot).to.deep.equal(positionOf(15, 1));
    expect(recovered.logBase).to.deep.equal(positionOf(15, 1));
    expect(recovered.entries).to.deep.equal([]);
    expect(image).to.deep.equal(imageOf(positionOf(15, 1)));
  });

  it('keeps what stands before a lost segment, also when the last one is torn', async () => {
    const disk = await sampleDisk();
    const segments = disk.names().filter((name) => name.startsWith('log-'));
    const last = segments.length;
    await disk.remove(segmentName(last - 1));
    await (await disk.create(segmentName(last))).close();
    const { recovered } = await started(disk);
    expect(recovered.hardState.standing).to.equal('refilling');
    expect(recovered.entries.at(-1)?.index).to.be.within(10, 20);
    expect(disk.names()).to.include(damagedName(segmentName(last)));
  });

  it('is in no earlier term than the log that it keeps, wherever that was found', async () => {
    const disk = await sampleDisk();
    const last = disk.names().filter((name) => name.startsWith('log-')).length;
    await disk.remove('hard-state');
    await disk.remove(snapshotName(positionOf(1, 1).index));
    await disk.remove(segmentName(last - 1));
    disk.flipBit(segmentName(last), 0);
    const { recovered } = await started(disk);
    expect(recovered.entries.at(-1)?.term).to.equal(1);
    expect(recovered.hardState).to.include({ term: 1, standing: 'refilling' });
  });

  it('keeps the log of a hard state that cannot be read, under a new incarnation', async () => {
    const disk = await sampleDisk();
    disk.flipBit('hard-state', 100);
    const { recovered } = await started(disk);
    const { hardState, entries } = recovered;
    expect(entries).to.have.length(21);
    const expected = { ...hardStateOf(1), standing: 'refilling', incarnation: otherIncarnation };
    expect(hardState).to.deep.equal(expected);
  });

  it('stays as it was when the log still holds what a damaged snapshot held', async () => {
    for (const repair of [true, false]) {
      const disk = await sampleDisk();
      disk.flipBit(snapshotName(positionOf(1, 1).index), 1000);
      const { recovered, image } = await started(disk, repair);
      expect(recovered.hardState).to.deep.equal(hardStateOf(1, 2));
      expect([recovered.snapshot, image]).to.deep.equal([positionOf(0, 0), undefined]);
      expect(recovered.entries).to.have.length(21);
      expect(recovered.notices[0]).to.match(/^snapshot-\S+ is damaged .*the log still has/);
      expect(disk.names()).to.include(damagedName(snapshotName(positionOf(1, 1).index)));
    }
  });

  it('is refused when a damaged snapshot held what the log does not', async () => {
    const disk = new FaultyDisk(randomFrom(1));
    const { storage } = await openOn(disk);
    await takeSnapshot(storage, positionOf(9, 2), imageOf(positionOf(9, 2)));
    await written(storage, resetOf(9, 2, entriesOf(10, 1, 2), hardStateOf(2)));
    await storage.close();
    disk.flipBit(snapshotName(positionOf(9, 2).index), 1000);
    expect(await refusalOf(disk.copy())).to.match(/^snapshot-\S+ is damaged at offset 100/);
    const { recovered } = await started(disk);
    expect(recovered.hardState.standing).to.equal('refilling');
    expect([recovered.logBase, recovered.entries]).to.deep.equal([positionOf(0, 0), []]);
  });

  it('misses whole segments at the end of the log', async () => {
    const disk = await sampleDisk();
    const names = disk.names().filter((name) => name.startsWith('log-'));
    for (let lost = 1; lost <= names.length; lost++) {
      const damaged = disk.copy();
      for (const name of names.slice(-lost)) await damaged.remove(name);
      expect(await refusalOf(damaged)).to.match(/is missing/);
    }
  });

  it('is not repaired when only a newer program can read it', async () => {
    const disk = await sampleDisk();
    const bytes = must(await disk.read('hard-state'), 'a hard state').slice();
    bytes[8] = 3;
    const { crc32c } = await import('../../src/base/crc32c.js');
    const sum = crc32c(bytes.subarray(0, bytes.length - 4));
    new DataView(bytes.buffer).setUint32(bytes.length - 4, sum, true);
    const file = await disk.create('hard-state');
    await file.append([bytes]);
    const names = disk.names();
    const error: unknown = await started(disk).catch((caught: unknown) => caught);
    expect(String(error)).to.match(/format version 3, which only a newer program can read/);
    expect(disk.names()).to.deep.equal(names);
  });

  it('is not repaired when an entry or an image is of a newer program', async () => {
    const refused = new StateImageError('unknown format 9', { isOfNewerFormat: true });
    const newer: readonly [RegExp, Partial<LogStorageOptions>][] = [
      [
        /entry 20 of the log can only .* \(format 101\)/,
        { isOfNewerFormat: (payload) => payload.at(-1) === 0x30 && payload.at(-2) === 0x32 },
      ],
      [
        /: snapshot-\S+ can only be read by a newer program \(unknown format 9\)/,
        {
          restore: () => ({
            write: () => undefined,
            verify: () => undefined,
            finish: () => {
              throw refused;
            },
          }),
        },
      ],
    ];
    for (const [reason, options] of newer) {
      const disk = await sampleDisk();
      const names = disk.names();
      const bytes = names.map((name) => disk.bytesOf(name));
      const opening = openLogStorage({ ...openOptions(), ...repairing, disk, ...options });
      const error: unknown = await opening.catch((caught: unknown) => caught);
      expect(String(error)).to.match(reason);
      expect(disk.names()).to.deep.equal(names);
      expect(names.map((name) => disk.bytesOf(name))).to.deep.equal(bytes);
    }
  });

  it('leaves files alone whose numbers no server ever gives', async () => {
    for (const number of ['0'.repeat(16), '8' + '0'.repeat(15), '9'.repeat(16)]) {
      const disk = await sampleDisk();
      const whole = await started(disk.copy());
      const strange = [`log-${number}.seg`, `snapshot-${number}.snap`];
      for (const name of strange) await (await disk.create(name)).append([new Uint8Array(200)]);
      for (let starts = 0; starts < 2; starts++) {
        expect(summary(await started(disk.copy()))).to.deep.equal(summary(whole));
      }
      await started(disk);
      expect(disk.names()).to.include.members(strange);
    }
  });

  it('gives the same state when nothing is wrong with it, repaired or not', async () => {
    const disk = await sampleDisk();
    expect(summary(await started(disk.copy()))).to.deep.equal(summary(await started(disk, false)));
  });
});
