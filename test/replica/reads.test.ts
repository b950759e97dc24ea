/** Reads and verdicts: whose answer is only good while a majority confirms the leader. */
import { expect } from 'chai';
import { ReplicaRig } from './replica-rig.js';

const done = { kind: 'done', value: undefined };

describe('a read', () => {
  it('is answered by a cluster of one, again and again', () => {
    const rig = new ReplicaRig({ serverCount: 1 });
    rig.lead();
    for (let times = 0; times < 3; times += 1) {
      const read = rig.read();
      rig.settle();
      expect(read.outcomes).to.deep.equal([done]);
    }
    const verdict = rig.update('a', 7);
    rig.settle();
    expect(verdict.outcomes).to.deep.equal([{ kind: 'done', value: 'versionConflict' }]);
  });
});
