/** A histogram of our own, in the words of Prometheus. */
import { expect } from 'chai';
import { Histogram, Registry } from 'prom-client';
import { Durations } from '../../src/rpc/durations.js';

describe('durations', () => {
  it('are told as the library of Prometheus tells its histograms', async () => {
    const registry = new Registry();
    const buckets = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];
    const theirs = new Histogram({
      name: 'x_seconds',
      help: 'Help.',
      buckets,
      registers: [registry],
    });
    const ours = new Durations('x_seconds', 'Help.');
    expect(ours.text()).to.equal(await registry.metrics());
    for (const seconds of [0, 0.0005, 0.00051, 0.3, 10, 11, 1e9, 0.004, 0.005]) {
      theirs.observe(seconds);
      ours.add(seconds);
    }
    expect(ours.text()).to.equal(await registry.metrics());
  });
});
