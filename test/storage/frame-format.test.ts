/** Frames among bytes that are none. */
import { expect } from 'chai';
import { finishFrame, findFrame, newFrame } from '../../src/storage/frame-format.js';

const seed = 4711;

/** What looks, at every 16 bytes, like the beginning of a frame that reaches to the end. */
function falseBeginnings(count: number): Uint8Array {
  const bytes = new Uint8Array(16 * count);
  for (let start = 0; start < bytes.length; start += 16) {
    const view = new DataView(bytes.buffer, start, 16);
    view.setUint32(4, bytes.length - start - 16, true);
    view.setUint8(8, 1);
    view.setUint8(14, 1);
  }
  return bytes;
}

describe('a frame behind bytes that are none', () => {
  it('is found soon, whatever a client had written there', function () {
    this.timeout(10_000);
    const before = falseBeginnings(65_536);
    const frame = finishFrame(newFrame(100), 'entries', 7, seed);
    const bytes = new Uint8Array([...before, ...frame]);
    expect(findFrame(bytes, 1, seed)).to.include({ number: 7, start: before.length });
    expect(findFrame(bytes.subarray(0, bytes.length - 1), 1, seed)).to.equal(undefined);
    expect(findFrame(bytes, 1, seed + 1)).to.equal(undefined);
  });
});
