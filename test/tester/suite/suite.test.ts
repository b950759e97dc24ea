/**
 * The standard suite passes on a correct cluster of any size, and says what it had to skip.
 */
import { expect } from 'chai';
import { must } from '../../../src/base/assert.js';
import { failuresOf, fastTiming, impatientTiming, judge, withFake } from '../judging.js';

describe('the standard suite', () => {
  for (const size of [1, 2, 4, 5]) {
    it(`passes on a correct cluster of ${size}`, async () => {
      await withFake({ size }, async (cluster) => {
        const judgement = await judge({ cluster, timing: fastTiming });
        expect(failuresOf(judgement)).to.deep.equal([]);
        expect(judgement.summary.passed).to.be.greaterThan(45);
      });
    });
  }

  it('passes on a correct cluster of 3, and again on what the first run left there', async () => {
    await withFake({ size: 3 }, async (cluster) => {
      const first = await judge({ cluster, timing: fastTiming });
      expect(failuresOf(first)).to.deep.equal([]);
      expect(first.summary.passed).to.be.greaterThan(130);
      const only = ['api:', 'versions:', 'replication:'];
      const second = await judge({ cluster, timing: fastTiming, only });
      expect(failuresOf(second)).to.deep.equal([]);
      expect(second.summary.passed).to.be.greaterThan(25);
    });
  });

  it('passes on a correct cluster that the tester started', async () => {
    await withFake({ size: 3 }, async (cluster) => {
      const only = ['processes:'];
      const judgement = await judge({ cluster, timing: fastTiming, only, ownsServers: true });
      expect(failuresOf(judgement)).to.deep.equal([]);
      expect(judgement.summary.skipped).to.equal(0);
    });
  });

  it('skips with a word what a cluster is too small for', async () => {
    await withFake({ size: 1 }, async (cluster) => {
      const only = ['failover', 'blocking'];
      const { results } = await judge({ cluster, timing: fastTiming, only });
      expect(results).to.have.length.greaterThan(5);
      for (const { verdict } of results) {
        expect(verdict).to.deep.equal({
          kind: 'skipped',
          why: 'a single server has no followers',
        });
      }
    });
  });

  it('skips with a word what a server does not serve, and judges the rest', async () => {
    const without = [
      'getinternalstate',
      'makeserverunreachablefrom',
      'getfileinfo',
      'getfileinfopage',
      'system.listmethods',
      'system.multicall',
    ];
    await withFake({ size: 1, without }, async (cluster) => {
      const judgement = await judge({ cluster, timing: fastTiming });
      expect(failuresOf(judgement)).to.deep.equal([]);
      const words = judgement.results.flatMap(({ verdict }) =>
        verdict.kind === 'skipped' ? [verdict.why] : [],
      );
      expect(words).to.include('getfileinfo is not served');
      expect(words).to.include('system.listMethods is not served');
      expect(judgement.summary.passed).to.be.greaterThan(40);
    });
  });

  it('gives followers the time to learn a new term from their leader', async () => {
    await withFake({ size: 3 }, async (cluster) => {
      const late = must(cluster.model.replicas[2], 'there are three');
      const { term } = late;
      late.term = term - 1;
      const timer = setTimeout(() => (late.term = term), 50);
      const only = ['in the term of the leader'];
      const judgement = await judge({ cluster, timing: fastTiming, only });
      clearTimeout(timer);
      expect(failuresOf(judgement)).to.deep.equal([]);
    });
  });

  it('does not take a silent method for a missing one', async () => {
    await withFake({ size: 1, bugs: ['hangs-on-single-reads'] }, async (cluster) => {
      const judgement = await judge({ cluster, timing: impatientTiming, only: ['getfileinfo '] });
      const [failure] = failuresOf(judgement);
      expect(failure).to.match(/expected \[0,\[\]\], saw no answer within 250 ms/);
    });
  });

  it('says which servers do not answer, and judges the others', async () => {
    await withFake({ size: 5 }, async (cluster) => {
      await cluster.kill(4);
      cluster.model.crash(cluster.model.replicas[4] ?? expect.fail());
      const judgement = await judge({ cluster, timing: fastTiming, only: ['api:', 'failover:'] });
      const failures = failuresOf(judgement);
      expect(failures).to.have.length(1);
      expect(failures[0]).to.match(/all 5 servers to answer ping, saw silence from server 4/);
    });
  });
});
