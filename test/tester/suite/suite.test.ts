/**
 * The standard suite passes on a correct cluster of any size, and each bug makes the check fail
 * that names it.
 */
import { expect } from 'chai';
import type { Bug } from '../fake-bugs.js';
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
      for (const run of ['first', 'second']) {
        const judgement = await judge({ cluster, timing: fastTiming });
        expect(failuresOf(judgement), run).to.deep.equal([]);
        expect(judgement.summary.passed).to.be.greaterThan(60);
      }
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

/** The bug, a part of the sentence that must be found broken, and what the failure must say. */
const bugTable: readonly (readonly [bug: Bug, sentence: string, words: RegExp])[] = [
  ['accepts-any-version', 'the first version of a file is 1', /expected false, saw true/],
  ['accepts-any-version', 'a version that is too high', /expected false, saw true/],
  ['accepts-any-version', 'zero and negative', /expected false, saw true/],
  ['answers-all-racers-true', 'of racing updates with the same', /expected true once/],
  ['answers-without-majority', 'without a majority updates', /expected no answer .* saw /],
  ['answers-without-majority', 'false, too, waits', /expected no answer .* saw false/],
  ['refuses-without-majority', 'without a majority updates', /saw fault 1 "no majority"/],
  ['blocked-calls-outlive-crash', 'a waiting call ends', /expected a fault, saw no answer/],
  ['closes-connections', 'getfileinfomap answers a struct', /connection was closed/],
  ['crash-keeps-answering', 'a crashed server answers client', /expected a fault, saw/],
  ['crash-does-not-freeze', 'a crashed follower stands still', /expected 1, saw [234]/],
  ['follower-never-catches-up', 'a crashed follower stands still', /expected 4 within .* saw 1/],
  ['follower-never-catches-up', 'the old leader comes back', /expected 6 within .* saw 1/],
  ['hangs-on-updates', 'updatefile answers true', /saw no answer within 250 ms/],
  ['hash-lists-become-strings', 'hash lists of strings or', /expected .*\[1,2,3\].* saw .*"1"/],
  ['leads-without-majority', 'no server becomes leader', /expected no leader among/],
  ['loses-last-update-at-failover', 'updates answered just before', /saw no ".*" in the map/],
  ['malformed-faults', 'the fault of an unknown method', /no XML-RPC answer, but/],
  ['never-elects-again', 'a crashed leader is replaced', /expected exactly one leader .* none/],
  ['nonsense-answers', 'getfileinfomap answers a struct', /no XML-RPC answer, but .*Welcome/],
  ['old-leader-comes-back-leading', 'the old leader comes back', /expected false, saw true/],
  ['reads-lag', 'a read shows every update', /in the map/],
  ['replicates-late', 'within one round trip', /expected half of 15 updates on all followers/],
  ['restore-causes-election', 'the old leader comes back', /to stay the only leader|expected term/],
  ['restore-loses-state', 'a restored server has its own', /expected 2, saw 0/],
  ['serves-any-follower', 'followers answer updatefile', /expected a fault, saw/],
  ['two-leaders', 'exactly one server leads', /expected exactly one leader .* saw server 0 .* and/],
  ['unknown-file-faults', 'a file never seen is at', /expected 0, saw fault 1 "KeyError"/],
];

describe('a bug of a server', () => {
  for (const [bug, sentence, words] of bugTable) {
    it(`"${bug}" fails the check "${sentence} …"`, async () => {
      await withFake({ size: 3, bugs: [bug] }, async (cluster) => {
        const judgement = await judge({ cluster, timing: impatientTiming, only: [sentence] });
        expect(judgement.results).to.have.length(1);
        const [failure] = failuresOf(judgement);
        expect(failure).to.match(words);
      });
    });
  }
});
