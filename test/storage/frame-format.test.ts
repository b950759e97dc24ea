/** Frames among bytes that are none, and the checksum of what is in a frame. */
import { expect } from 'chai';
import fc from 'fast-check';
import { crc32c } from '../../src/base/crc32c.js';
import {
  findFrame,
  finishFrame,
  frameHeaderBytes,
  newFrame,
  payloadChecksum,
} from '../../src/storage/frame-format.js';

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

describe("the checksum of a frame's payload", () => {
  it('follows from that of the frame, from whatever it is continued', () => {
    const word = fc.nat(0xffffffff);
    const payloads = fc.uint8Array({ maxLength: 2_000, size: 'max' });
    fc.assert(
      fc.property(payloads, fc.nat(), word, word, (payload, number, frameSeed, before) => {
        const frame = newFrame(payload.length);
        frame.set(payload, frameHeaderBytes);
        finishFrame(frame, 'block', number, frameSeed);
        expect(payloadChecksum(frame, frameSeed, before)).to.equal(crc32c(payload, before));
      }),
    );
  });
});
