/** What was acknowledged stays, also in a cluster of one and in one of an even size. */
import { surviveKills } from '../e2e/support/survive-kills.js';
import { useClusters } from '../e2e/support/use-clusters.js';

describe('200 acknowledged updates survive SIGKILL', () => {
  const clusters = useClusters();

  for (const size of [1, 4]) {
    it(`in a cluster of ${size}, killed at random and all at once`, () =>
      surviveKills(clusters, size));
  }
});
