/** A step that breaks off stops the process: a server that goes on without it looks well. */
import { expect } from 'chai';
import { AssertionError } from '../../src/base/assert.js';
import { asServerId } from '../../src/base/ids.js';
import type { Entry } from '../../src/raft/messages.js';
import { append, noop, ReplicaRig } from './replica-rig.js';

describe('a committed entry that cannot be applied', () => {
  it('is a broken invariant, not an error that costs one call', () => {
    const one = asServerId(1);
    const rig = new ReplicaRig();
    const garbage: Entry = { ...noop(1, 1), kind: 'command', payload: Uint8Array.of(255) };
    rig.hear(one, append(one, 1, { index: 0, term: 0 }, [garbage]));
    rig.completeWrites();
    const commit = { ...append(one, 1, { index: 1, term: 1 }), leaderCommit: garbage.index };
    expect(() => rig.hear(one, commit)).to.throw(
      AssertionError,
      'applying broke off: unknown format',
    );
  });
});
