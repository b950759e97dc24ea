/** How the open segment is filled ahead, on a disk whose operations end when the test wants it. */
import { expect } from 'chai';
import { must } from '../../src/base/assert.js';
import type { DiskFile } from '../../src/storage/disk.js';
import { SegmentWriter } from '../../src/storage/segment-writer.js';
import { StorageError } from '../../src/storage/storage.js';
import { entryOf } from './storage-samples.js';

const limits = { heldBytesMin: 0, stepBytesMin: 200, stepBytesMax: 500, segmentBytesMax: 2000 };
const goodEnd = 100;
/** Of a frame with one entry whose payload is empty. */
const frameBytesMin = 33;

interface Filling {
  readonly from: number;
  readonly to: number;
  readonly end: (error?: Error) => void;
}

/** Appends end at once; fillings when they are told to. */
class SlowlyFilledFile implements DiskFile {
  readonly fillings: Filling[] = [];
  /** What was done, fillings aside. */
  readonly done: string[] = [];
  size = goodEnd;
  refusesCuts = false;

  append(chunks: readonly Uint8Array[]): Promise<void> {
    for (const { length } of chunks) this.size += length;
    this.done.push(`append to ${this.size}`);
    return Promise.resolve();
  }

  appendDurably(bytes: Uint8Array): Promise<void> {
    return this.append([bytes]);
  }

  fill(from: number, bytes: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (error?: Error): void => {
        if (error === undefined) resolve();
        else reject(error);
      };
      this.fillings.push({ from, to: from + bytes, end });
    });
  }

  cutFill(): Promise<void> {
    if (this.refusesCuts) return Promise.reject(new StorageError('as the test wants'));
    this.done.push('cut');
    return Promise.resolve();
  }

  sync(): Promise<void> {
    this.done.push('sync');
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.done.push('close');
    return Promise.resolve();
  }

  get lastFilling(): Filling {
    return must(this.fillings.at(-1), 'a filling was begun');
  }
}

function writerOf(file: DiskFile): SegmentWriter {
  const writer = new SegmentWriter(file, { sequence: 1, goodEnd, seed: 7 });
  writer.fillAhead(limits);
  return writer;
}

/** Appends one frame of so many bytes. */
function append(writer: SegmentWriter, bytes: number): Promise<void> {
  const entry = entryOf(1, 1, 'x'.repeat(bytes - frameBytesMin));
  return writer.append(1, { reset: undefined, entries: [entry] });
}

/** Whether a promise is fulfilled once all that can go on has gone on. */
async function isDone(promise: Promise<void>): Promise<boolean> {
  let done = false;
  void promise.then(() => (done = true));
  await new Promise(setImmediate);
  return done;
}

describe('the filling of a segment', () => {
  let file: SlowlyFilledFile;
  let writer: SegmentWriter;
  beforeEach(() => {
    file = new SlowlyFilledFile();
    writer = writerOf(file);
  });

  const extents = (): [number, number][] => file.fillings.map(({ from, to }) => [from, to]);
  const endFilling = async (error?: Error): Promise<void> => {
    file.lastFilling.end(error);
    await new Promise(setImmediate);
  };

  it('begins behind what is there, and keeps a step ahead of what is appended', async () => {
    expect(extents()).to.deep.equal([[100, 300]]);
    await endFilling();
    await append(writer, 50);
    expect(extents().slice(1)).to.deep.equal([[300, 500]]);
    await endFilling();
    await append(writer, 50);
    await append(writer, 40);
    // More than a step is left: there is time.
    expect(extents().slice(2)).to.deep.equal([]);
    await append(writer, 100);
    expect(extents().slice(2)).to.deep.equal([[500, 840]]);
  });

  it('does not begin before the segment holds so much that it is worth the room', async () => {
    const other = new SlowlyFilledFile();
    const small = new SegmentWriter(other, { sequence: 1, goodEnd, seed: 7 });
    small.fillAhead({ ...limits, heldBytesMin: 150 });
    await append(small, 49);
    expect(other.fillings).to.have.length(0);
    await append(small, 40);
    expect(other.fillings.map(({ from, to }) => [from, to])).to.deep.equal([[189, 389]]);
  });

  it('takes steps as long as the segment, up to the longest, and ends with it', async () => {
    await endFilling();
    for (let appended = 0; appended < 45; appended += 1) {
      await append(writer, 40);
      await endFilling();
    }
    const steps = extents().map(([from, to]) => to - from);
    expect(Math.max(...steps)).to.equal(limits.stepBytesMax);
    expect(extents().at(-1)?.[1]).to.equal(limits.segmentBytesMax);
    for (const [at, [from]] of extents().entries()) {
      expect(from).to.equal(at === 0 ? goodEnd : extents()[at - 1]?.[1]);
    }
  });

  it('holds up no frame that finds zeros, or room before those that are under way', async () => {
    await endFilling();
    await append(writer, 50);
    expect(extents()).to.have.length(2);
    expect(await isDone(append(writer, 150))).to.equal(true);
    expect(writer.size).to.equal(300);
  });

  it('holds up what would meet it, which is then appended over the zeros', async () => {
    const frame = append(writer, 50);
    expect(await isDone(frame)).to.equal(false);
    expect(file.size).to.equal(goodEnd);
    await endFilling();
    await frame;
    expect(file.size).to.equal(150);
    const mark = writer.appendSyncMark(1).then(() => append(writer, 140));
    expect(await isDone(mark)).to.equal(false);
    expect(file.size).to.equal(166);
    await endFilling();
    await mark;
  });

  it('goes on behind a frame that is longer than the zeros', async () => {
    await endFilling();
    await append(writer, 900);
    expect(extents().slice(1)).to.deep.equal([[1000, 1500]]);
  });

  it('fails nothing when it is refused, and is not tried again', async () => {
    const frame = append(writer, 50);
    await endFilling(new StorageError('disk full'));
    await frame;
    await append(writer, 500);
    await writer.seal(2);
    await writer.close();
    expect(extents()).to.have.length(1);
    // Some of the zeros may be there.
    expect(file.done.slice(-4)).to.deep.equal(['append to 666', 'cut', 'sync', 'close']);
  });

  for (const [what, end] of [
    ['sealed', () => writer.seal(1)],
    ['settled', () => writer.settle()],
  ] as const) {
    it(`has ended, and is cut off durably, when the segment is ${what}`, async () => {
      const ended = end();
      expect(await isDone(ended)).to.equal(false);
      expect(file.done).to.deep.equal([]);
      await endFilling();
      await ended;
      expect(file.done.slice(-2)).to.deep.equal(['cut', 'sync']);
      expect(extents()).to.have.length(1);
    });
  }

  it('may stay when the disk refuses to cut it off', async () => {
    await endFilling();
    file.refusesCuts = true;
    await writer.seal(1);
    expect(file.done).to.deep.equal(['append to 116', 'sync']);
  });

  it('has ended before the file is closed, also when nothing is sealed', async () => {
    const closed = writer.close();
    expect(await isDone(closed)).to.equal(false);
    await endFilling();
    await closed;
    expect(file.done).to.deep.equal(['close']);
  });

  it('is not begun for a segment that is only opened to be sealed', async () => {
    const other = new SlowlyFilledFile();
    const sealed = new SegmentWriter(other, { sequence: 1, goodEnd, seed: 7 });
    await sealed.seal(1);
    expect(other.done).to.deep.equal(['append to 116', 'sync']);
    expect(other.fillings).to.deep.equal([]);
  });
});
