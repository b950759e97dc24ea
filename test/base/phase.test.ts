/** That servers of a cluster keep away from each other in a period. */
import { expect } from 'chai';
import { asServerId } from '../../src/base/ids.js';
import { phaseOf } from '../../src/base/phase.js';

const phases = Array.from({ length: 64 }, (_, id) => phaseOf(asServerId(id)));

describe('the phase of a server', () => {
  it('is its number with the bits in reverse order', () => {
    expect(phases.slice(0, 6)).to.deep.equal([0, 1 / 2, 1 / 4, 3 / 4, 1 / 8, 5 / 8]);
  });

  it('keeps the first n servers, in a round, at least 1/(2n) apart', () => {
    for (let servers = 2; servers <= phases.length; servers += 1) {
      const inOrder = phases.slice(0, servers).sort((left, right) => left - right);
      const gaps = inOrder.map((phase, at) => (inOrder[at + 1] ?? 1) - phase);
      expect(Math.min(...gaps), `${servers} servers`).to.be.greaterThan(1 / (2 * servers));
    }
  });
});
