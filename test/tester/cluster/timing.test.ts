/** That the user's factor reaches every limit. */
import { expect } from 'chai';
import { scaleTiming, standardTiming, type Timing } from '../../../tester/cluster/timing.js';

describe('the timing of a slow machine', () => {
  it('stretches every limit, and only what is watched for keeps its length', () => {
    const watched: readonly (keyof Timing)[] = ['holdMs', 'quietMs', 'pollMs'];
    const scaled = scaleTiming(standardTiming, 3);
    for (const name of Object.keys(standardTiming) as (keyof Timing)[]) {
      const factor = watched.includes(name) ? 1 : 3;
      expect(scaled[name], name).to.equal(factor * standardTiming[name]);
    }
  });
});
