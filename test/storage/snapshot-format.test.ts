/** The header of a snapshot file: one form for founders, one that names the members. */
import { expect } from 'chai';
import {
  decodeSnapshotHeader,
  encodeSnapshotHeader,
  snapshotHeaderBytesMax,
  type SnapshotHeader,
} from '../../src/storage/snapshot-format.js';
import { foundersOnly } from '../fixtures/founders.js';
import { positionOf, sampleIdentity } from './storage-samples.js';

function headerWith(configuration: Uint8Array): SnapshotHeader {
  const position = positionOf(7, 2);
  return { identity: sampleIdentity, position, configuration, blockBytes: 4_096 };
}

const founders = headerWith(foundersOnly);
const changed = headerWith(Uint8Array.of(1, 2, 3, 4, 5));
const largest = headerWith(new Uint8Array(64 * 1024).fill(9));

describe('The header of a snapshot', () => {
  it('is what it was, whatever follows', () => {
    for (const header of [founders, changed, largest]) {
      const bytes = encodeSnapshotHeader(header);
      expect(decodeSnapshotHeader(bytes)).to.deep.equal(header);
      const more = new Uint8Array(bytes.length + 100).fill(3);
      more.set(bytes);
      expect(decodeSnapshotHeader(more)).to.deep.equal(header);
    }
  });

  it('is of version 1 while the members are the founders, and of version 2 after', () => {
    const versionOf = (header: SnapshotHeader): number | undefined =>
      encodeSnapshotHeader(header)[8];
    expect([founders, changed].map(versionOf)).to.deep.equal([1, 2]);
  });

  it('fits into the one read that opening a file makes of it', () => {
    expect(encodeSnapshotHeader(largest)).to.have.length(snapshotHeaderBytesMax);
  });

  it('is not taken when it is cut short anywhere', () => {
    for (const header of [founders, changed]) {
      const bytes = encodeSnapshotHeader(header);
      for (let length = 0; length < bytes.length; length += 1) {
        expect(decodeSnapshotHeader(bytes.subarray(0, length)), `${length}`).to.equal(undefined);
      }
    }
  });

  it('is not taken when any of its bits has flipped', () => {
    for (const header of [founders, changed]) {
      const bytes = encodeSnapshotHeader(header);
      for (let bit = 0; bit < 8 * bytes.length; bit += 1) {
        const damaged = bytes.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
        expect(decodeSnapshotHeader(damaged), `bit ${bit}`).to.equal(undefined);
      }
    }
  });

  it('is not taken when its configuration would be larger than any', () => {
    const bytes = encodeSnapshotHeader(changed);
    new DataView(bytes.buffer).setUint32(bytes.length - 4 - 5 - 4, 2 ** 32 - 1, true);
    expect(decodeSnapshotHeader(bytes)).to.equal(undefined);
  });
});
