/**
 * The tester, as a user runs it, finds nothing wrong with clusters of ours.
 */
import { expect } from 'chai';
import { execa } from 'execa';
import { join } from 'node:path';
import { useClusters } from '../e2e/support/use-clusters.js';
import { host } from '../e2e/support/test-cluster.js';
import { projectRoot } from '../tidy/source-text.js';

const tester = join(projectRoot(), 'build/tester/main.js');

describe('the tester', () => {
  const clusters = useClusters();

  for (const size of [1, 3, 5]) {
    it(`passes a cluster of ${size}`, async () => {
      const cluster = await clusters.start(size);
      const address = `${host}:${cluster.server(size - 1).port}`;
      const { exitCode, stdout } = await execa(process.execPath, [tester, address], {
        reject: false,
      });
      expect(stdout.split('\n').at(-1), stdout).to.match(/^\d+ passed, 0 failed/);
      expect(exitCode).to.equal(0);
      for (const { status } of await cluster.statuses()) expect(status).not.to.equal('crashed');
    });
  }
});
