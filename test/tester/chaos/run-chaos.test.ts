/**
 * Whole chaos runs: clean on a correct cluster, and violated in the right words on each that has a
 * bug. Faults of the fake cluster are crashes alone, so that a short run has enough of them.
 */
import { expect } from 'chai';
import type { Bug } from '../fake-bugs.js';
import { fastTiming, withFake } from '../judging.js';
import { launch, withSite } from '../launch/launching.js';
import { standardTiming } from '../../../tester/cluster/timing.js';
import { startedByOthers, surveyTarget } from '../../../tester/cluster/target.js';
import { CallScope } from '../../../tester/wire/call-scope.js';
import { run, targetOf, unknownsOf, violationsOf } from './chaos-runs.js';

const without = ['makeserverunreachablefrom', 'setleader'];

/** Its plan crashes the leader, alone and with another, within two seconds. */
const crashesEarly = '338';

describe('a chaos run on a correct cluster', () => {
  it('breaks no promise, gets answers between the faults, and records it all', async () => {
    await withFake({ size: 3, without }, async (cluster) => {
      const lines: string[] = [];
      const progress = (line: string): void => void lines.push(line);
      const record = await run(
        await targetOf(cluster, fastTiming),
        { seed: crashesEarly },
        { progress },
      );
      expect(violationsOf(record)).to.deep.equal([]);
      expect(record.operations.length).to.be.above(100);
      const updated = record.operations.filter(
        ({ outcome }) => outcome.kind === 'updated' && outcome.updated,
      );
      expect(updated.length).to.be.above(20);
      expect(record.faults.length).to.be.above(0);
      expect(record.faults.every(({ kind }) => kind === 'crash')).to.equal(true);
      expect(new Set(record.sightings.map(({ server }) => server)).size).to.equal(3);
      expect(record.sightings.some(({ role }) => role === 'crashed')).to.equal(true);
      expect(cluster.model.replicas.some(({ crashed }) => crashed)).to.equal(false);
      expect(lines.join('\n')).to.match(
        /2 s left, \d+ operations, \d+ faults, (leader \d|no leader)/,
      );
    });
  });

  it('never has two operations of one client open', async () => {
    await withFake({ size: 3, without }, async (cluster) => {
      const { operations } = await run(await targetOf(cluster, fastTiming), { seconds: 1 });
      const freeAt = new Map<number, number>();
      for (const { client, beganAt, endedAt } of operations) {
        expect(beganAt).to.be.at.least(freeAt.get(client) ?? 0);
        freeAt.set(client, endedAt);
      }
      const hashes = operations.flatMap(({ question }) =>
        question.kind === 'update' ? [question.hash] : [],
      );
      expect(new Set(hashes).size).to.equal(hashes.length);
    });
  });

  it('leaves out what is not served, and says so', async () => {
    const lacking = [...without, 'getinternalstate', 'getfileinfo', 'crash', 'restore'];
    await withFake({ size: 2, without: lacking }, async (cluster) => {
      const options = { seconds: 0.3, kill: true };
      const record = await run(await targetOf(cluster, fastTiming), options);
      expect(violationsOf(record)).to.deep.equal([]);
      expect(record.faults).to.deep.equal([]);
      const unknowns = unknownsOf(record).join('\n');
      for (const why of ['crash', 'makeserverunreachablefrom', 'setleader', 'getinternalstate']) {
        expect(unknowns).to.contain(`${why} is not served`);
      }
      expect(unknowns).to.contain(startedByOthers);
      expect(record.operations.some(({ outcome }) => outcome.kind === 'seen')).to.equal(true);
    });
  });

  it('proves nothing by faults that it did not do', async () => {
    await withFake({ size: 3, without }, async (cluster) => {
      const target = { ...(await targetOf(cluster, fastTiming)), processes: cluster };
      const unknowns = unknownsOf(await run(target, { seconds: 0.01, kill: true })).join('\n');
      expect(unknowns).to.match(/^a server that was killed comes up again: no server was killed/m);
    });
  });

  it('lets its clients be as patient as the timing says', async () => {
    await withFake({ size: 1, without, bugs: ['hangs-on-updates'] }, async (cluster) => {
      const timing = { ...fastTiming, giveUpMs: 30, settleMs: 100 };
      const { operations } = await run(await targetOf(cluster, timing), { seconds: 0.5 });
      const givenUp = operations.filter(
        ({ outcome, beganMs, endedMs }) => outcome.kind === 'unknown' && endedMs - beganMs < 400,
      );
      expect(givenUp).not.to.be.empty;
    });
  });

  it('ends early when it is interrupted, with all restored and what it saw judged', async () => {
    await withFake({ size: 3, without }, async (cluster) => {
      const interruption = new AbortController();
      const timer = setInterval(() => {
        if (cluster.model.replicas.some(({ crashed }) => crashed)) interruption.abort();
      }, 1);
      const target = await targetOf(cluster, fastTiming);
      const record = await run(target, { seconds: 60 }, { interrupt: interruption.signal });
      clearInterval(timer);
      expect(record.durationMs).to.be.below(10_000);
      expect(record.faults).not.to.be.empty;
      expect(record.findings).not.to.be.empty;
      expect(violationsOf(record)).to.deep.equal([]);
      expect(cluster.model.replicas.some(({ crashed }) => crashed)).to.equal(false);
    });
  });
});

describe('a chaos run on a cluster with a bug', () => {
  const caught: readonly (readonly [bug: Bug, violation: RegExp])[] = [
    ['loses-last-update-at-failover', /^no update that was answered true is lost/m],
    ['reads-lag', /^reads never go back behind what was answered before they began/m],
    [
      'answers-all-racers-true',
      /^of all updates of a file to one version at most one takes effect/m,
    ],
    ['accepts-any-version', /^no version is skipped/m],
    ['crash-does-not-freeze', /^the map of a crashed server stays as it is until it is restored/m],
    ['old-leader-comes-back-leading', /^reads and updates of each file are linearizable/m],
    ['follower-never-catches-up', /^all servers end with the same versions/m],
    ['never-elects-again', /^all servers can be restored, and one of them leads then: none/m],
    ['hangs-on-updates', /^every call that is blocked ends .*: \d calls still open after 500 ms/m],
    ['two-leaders', /^the cluster has a leader to begin with: server \d.* and server/m],
  ];
  const timing = { ...fastTiming, settleMs: 500 };
  const runsMax = 4;
  for (const [bug, violation] of caught) {
    it(`finds the bug ${bug}`, async () => {
      const seen: string[] = [];
      // How much is asked around a fault is up to the machine: a busy one may need another run.
      while (seen.length < runsMax && !violation.test(seen.at(-1) ?? '')) {
        await withFake({ size: 3, bugs: [bug], without }, async (cluster) => {
          const target = await targetOf(cluster, timing);
          const record = await run(target, { seed: crashesEarly, seconds: 2.2 });
          seen.push(violationsOf(record).join('\n'));
        });
      }
      expect(seen.at(-1)).to.match(violation);
    });
  }
});

/** Its plan begins with a partition, a kill, a pause and a crash. */
const cutsKillsPauses = '1818';

describe('a chaos run on servers of our own', () => {
  it('breaks no promise while they are killed, paused, crashed and cut off', async () => {
    await withSite(3, async (site) => {
      const processes = await launch(site, undefined);
      try {
        const target = await surveyTarget(processes.seats, standardTiming, new CallScope());
        const options = { seed: cutsKillsPauses, seconds: 10, kill: true };
        const record = await run({ ...target, processes }, options);
        expect(violationsOf(record)).to.deep.equal([]);
        expect(unknownsOf(record).join()).not.to.contain('not served');
        const kinds = new Set(record.faults.map(({ kind }) => kind));
        expect([...kinds]).to.include.members(['partition', 'kill', 'pause']);
        expect(record.operations.length).to.be.above(300);
      } finally {
        await processes.stop();
      }
    });
  });
});
