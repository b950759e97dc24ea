/** A histogram of our own, in the words of Prometheus. */
import { expect } from 'chai';
import { Histogram, Registry } from 'prom-client';
import { Durations, histogramText, longBoundsS, shortBoundsS } from '../../src/base/durations.js';

const usual = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];
const about = { name: 'x_seconds', help: 'Help.' };

describe('durations', () => {
  for (const boundsS of [undefined, shortBoundsS, longBoundsS]) {
    const buckets = boundsS ?? usual;
    it(`are told as the library of Prometheus tells ${buckets.length} buckets`, async () => {
      const registry = new Registry();
      const theirs = new Histogram({ ...about, buckets: [...buckets], registers: [registry] });
      const durations = boundsS === undefined ? new Durations() : new Durations(boundsS);
      const ours = (): string => histogramText({ ...about, durations });
      expect(ours()).to.equal(await registry.metrics());
      for (const seconds of [0, 0.0005, 0.00051, 0.3, 10, 11, 1e9, 0.004, 0.005, ...buckets]) {
        theirs.observe(seconds);
        durations.add(seconds);
      }
      expect(ours()).to.equal(await registry.metrics());
    });
  }

  it('are told apart by their labels', async () => {
    const registry = new Registry();
    const labelNames = ['peer'];
    const theirs = new Histogram({ ...about, buckets: usual, labelNames, registers: [registry] });
    const each = [new Durations(), new Durations()] as const;
    for (const [peer, durations] of each.entries()) {
      theirs.observe({ peer }, peer + 0.1);
      durations.add(peer + 0.1);
    }
    const labelled = each.map((one, peer) => [`peer="${peer}"`, one] as const);
    const ours = histogramText({ ...about, durations: labelled });
    expect(ours).to.equal(await registry.metrics());
  });
});
