/** The hard state on a disk: everything that a server must remember of itself. */
import { expect } from 'chai';
import { asServerId, asTerm } from '../../src/base/ids.js';
import type { HardState, Standing } from '../../src/raft/effects.js';
import { loadHardState, saveHardState } from '../../src/storage/hard-state-file.js';
import { FaultyDisk, randomFrom } from './faulty-disk.js';
import { hardStateOf, sampleIdentity } from './storage-samples.js';

const standings: readonly Standing[] = ['joining', 'founding', 'member', 'refilling'];

describe('a hard state on disk', () => {
  for (const standing of standings) {
    it(`keeps that its server is ${standing}, and whom it knows`, async () => {
      const disk = new FaultyDisk(randomFrom(1));
      const hardState: HardState = {
        ...hardStateOf(7, 2),
        standing,
        known: new Map([
          [asServerId(1), 'a'.repeat(32)],
          [asServerId(98), 'b'.repeat(32)],
        ]),
      };
      await saveHardState(disk, sampleIdentity, hardState, 5_000_000_000);
      const found = await loadHardState(disk, sampleIdentity);
      expect(found).to.deep.equal({
        kind: 'found',
        hardState,
        durableFrame: 5_000_000_000,
      });
    });
  }

  it('keeps that there was no vote', async () => {
    const disk = new FaultyDisk(randomFrom(1));
    await saveHardState(disk, sampleIdentity, hardStateOf(7), 0);
    const found = await loadHardState(disk, sampleIdentity);
    expect(found.kind).to.equal('found');
    if (found.kind !== 'found') return;
    expect(found.hardState.votedFor).to.equal(undefined);
    expect(found.hardState.term).to.equal(asTerm(7));
  });
});
