/**
 * Recovery of a log whose last segment was filled ahead with zeros: a write that was torn over them
 * was never acknowledged, and zeros hide no damage.
 */
import { expect } from 'chai';
import { must } from '../../src/base/assert.js';
import { segmentName } from '../../src/storage/file-names.js';
import { readFrame } from '../../src/storage/frame-format.js';
import { inspectFolder } from '../../src/storage/inspect-folder.js';
import { seedOf, segmentHeaderBytes } from '../../src/storage/segment-format.js';
import { StorageDamagedError } from '../../src/storage/storage.js';
import type { RecoveredState, Storage } from '../../src/storage/storage.js';
import { FaultyDisk, randomFrom } from './faulty-disk.js';
import { openOn } from './storage-history.js';
import { entriesOf, hardStateOf, plain, sampleIdentity } from './storage-samples.js';
import { writeOf, written } from './storage-samples.js';

/** One step fills all of a segment. */
const fillSteps = { heldBytesMin: 0, stepBytesMin: 1000, stepBytesMax: 1000 };
const segmentBytesMax = 700;
const name = segmentName(1);

interface Filled {
  /** As a process left it that was killed. */
  readonly disk: FaultyDisk;
  readonly bytes: Uint8Array;
  /** Where each frame begins, and behind the last one. */
  readonly starts: readonly number[];
}

async function openFilled(disk: FaultyDisk): Promise<{
  readonly storage: Storage;
  readonly recovered: RecoveredState;
}> {
  return openOn(disk, { fillSteps, segmentBytesMax });
}

/** A segment with so many frames, each durable, in the midst of zeros. */
async function filledDisk(frames: number, isMarked: boolean): Promise<Filled> {
  const lived = new FaultyDisk(randomFrom(1));
  const { storage } = await openFilled(lived);
  for (let index = 1; index <= frames; index += 1) {
    await written(
      storage,
      writeOf(entriesOf(index, 1, 1), index === 1 ? hardStateOf(1) : undefined),
    );
  }
  if (isMarked) {
    storage.rest(() => undefined);
    await new Promise(setImmediate);
  }
  const disk = lived.copy();
  await storage.close();
  const bytes = must(await disk.read(name), 'a segment');
  const seed = seedOf(bytes.subarray(0, segmentHeaderBytes));
  const starts = [segmentHeaderBytes];
  for (let frame = 1; frame <= frames + (isMarked ? 1 : 0); frame += 1) {
    starts.push(must(readFrame(bytes, must(starts.at(-1), 'a start'), seed), 'a frame').end);
  }
  expect(bytes.length).to.equal(segmentBytesMax);
  expect([...bytes.subarray(must(starts.at(-1), 'an end'))].every((byte) => byte === 0)).to.equal(
    true,
  );
  return { disk, bytes, starts };
}

/** The disk with other bytes in its segment. */
async function withBytes({ disk }: Filled, bytes: Uint8Array): Promise<FaultyDisk> {
  const changed = disk.copy();
  await (await changed.create(name)).append([bytes]);
  return changed.copy();
}

/** What a start comes to: the entries with the notices, or the line that refuses it. */
async function outcomeOf(disk: FaultyDisk): Promise<[unknown, readonly string[]] | string> {
  try {
    const { storage, recovered } = await openFilled(disk);
    await storage.close();
    return [plain(recovered.entries), recovered.notices];
  } catch (error) {
    if (!(error instanceof StorageDamagedError)) throw error;
    return error.message;
  }
}

describe('a log in a segment that was filled with zeros', () => {
  it('is recovered as it was, without a word, from the midst of them', async () => {
    for (const isMarked of [true, false]) {
      const { disk } = await filledDisk(3, isMarked);
      const { damage } = await inspectFolder(disk, sampleIdentity);
      expect(damage).to.deep.equal([]);
      expect(await outcomeOf(disk)).to.deep.equal([plain(entriesOf(1, 3, 1)), []]);
      // What was not used of it is given back by then.
      expect(disk.bytesOf(name)).to.be.lessThan(segmentBytesMax);
    }
  });

  it('loses a write that was torn over them, and nothing else, wherever it was torn', async () => {
    const before = await filledDisk(3, false);
    const after = await filledDisk(4, false);
    const [start, end] = [must(after.starts[3], 'a start'), must(after.starts[4], 'an end')];
    const tears: Uint8Array[] = [];
    for (let at = start; at < end; at += 1) {
      const [beginning, rest, hole] = [before, before, after].map(({ bytes }) => bytes.slice());
      beginning?.set(after.bytes.subarray(start, at), start);
      rest?.set(after.bytes.subarray(at + 1, end), at + 1);
      hole?.set(before.bytes.subarray(at, at + 8), at);
      tears.push(...[beginning, rest, hole].filter((bytes) => bytes !== undefined));
    }
    let torn = 0;
    for (const bytes of tears) {
      const disk = await withBytes(before, bytes);
      expect((await inspectFolder(disk, sampleIdentity)).damage).to.deep.equal([]);
      const isWhole = bytes.every((byte, at) => byte === after.bytes[at]);
      const isUntouched = bytes.every((byte, at) => byte === before.bytes[at]);
      const notice =
        `cut ${segmentBytesMax - start} torn bytes off ${name} at offset ${start}: ` +
        'a write that was not finished';
      expect(await outcomeOf(disk)).to.deep.equal([
        plain(entriesOf(1, isWhole ? 4 : 3, 1)),
        isWhole || isUntouched ? [] : [notice],
      ]);
      if (!isWhole) torn += 1;
    }
    expect(torn).to.be.greaterThan(100);
  });

  it('goes on over what was torn, which then never comes back', async () => {
    const before = await filledDisk(3, false);
    const after = await filledDisk(4, false);
    const bytes = after.bytes.slice();
    bytes.fill(0, must(after.starts[3], 'a start'), must(after.starts[3], 'a start') + 4);
    const disk = await withBytes(before, bytes);
    const { storage } = await openFilled(disk);
    const other = writeOf(entriesOf(4, 2, 2), hardStateOf(2));
    expect(await written(storage, other)).to.equal(undefined);
    const expected = plain([...entriesOf(1, 3, 1), ...entriesOf(4, 2, 2)]);
    expect(await outcomeOf(disk.afterPowerCut())).to.deep.equal([expected, []]);
  });

  it('is refused when zeros stand where something acknowledged was', async () => {
    const whole = await filledDisk(4, true);
    const { bytes, starts } = whole;
    const end = must(starts.at(-1), 'an end');
    for (let from = 0; from < starts.length - 2; from += 1) {
      for (let to = from + 1; to < starts.length; to += 1) {
        const zeroed = bytes.slice().fill(0, starts[from], starts[to]);
        expect(await outcomeOf(await withBytes(whole, zeroed))).to.match(/ was acknowledged and /);
      }
    }
    for (let at = segmentHeaderBytes; at < must(starts[4], 'the mark'); at += 1) {
      const zeroed = bytes.slice().fill(0, at, at + 8);
      const outcome = await outcomeOf(await withBytes(whole, zeroed));
      if (zeroed.every((byte, place) => byte === bytes[place])) continue;
      expect(outcome).to.match(/ was acknowledged and /);
    }
    expect(end).to.be.lessThan(segmentBytesMax);
  });

  it('is recovered as it was, or refused, whichever bit of it flips', async () => {
    const whole = await filledDisk(3, true);
    const mark = must(whole.starts[3], 'the mark');
    for (let bit = segmentHeaderBytes * 8; bit < segmentBytesMax * 8; bit += 1) {
      const disk = whole.disk.copy();
      disk.flipBit(name, bit);
      const outcome = await outcomeOf(disk);
      if (bit < mark * 8) {
        expect(outcome).to.match(/^[^\n]* at offset \d+[^\n]*--fresh[^\n]*$/);
      } else {
        expect(outcome[0]).to.deep.equal(plain(entriesOf(1, 3, 1)));
        expect(outcome[1]).to.have.length(1);
      }
    }
  });

  it('is left for the next one, also when the zeros behind the seal were not cut off', async () => {
    const lived = new FaultyDisk(randomFrom(1));
    const { storage } = await openFilled(lived);
    await written(storage, writeOf(entriesOf(1, 1, 1), hardStateOf(1)));
    for (let index = 2; index <= 30; index += 1) {
      await written(storage, writeOf(entriesOf(index, 1, 1)));
    }
    await storage.close();
    const disk = lived.copy();
    const sealed = await disk.openAt(name, disk.bytesOf(name));
    await sealed.append([new Uint8Array(500)]);
    expect(disk.names()).to.include(segmentName(2));
    expect((await inspectFolder(disk, sampleIdentity)).damage).to.deep.equal([]);
    expect(await outcomeOf(disk)).to.deep.equal([plain(entriesOf(1, 30, 1)), []]);
  });
});
