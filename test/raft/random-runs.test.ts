/**
 * Many random runs of whole clusters. `RAFT_SEEDS=from-to` runs others, and a single seed replays
 * one: `RAFT_SEEDS=17 npx mocha build/test/raft/random-runs.test.js`.
 */
import { expect } from 'chai';
import { runRandomly } from './random-run.js';

const defaultSeeds = '1-300';
const stepsPerRun = 1_000;

/** Parts of lines of the traces: without them the runs would prove less than they seem to. */
const mustHappen = [
  'has a snapshot through',
  'needs a snapshot',
  "continues from the leader's snapshot",
  'an empty log behind entry',
  'counts from now on',
  'does not count until it is refilled',
  'is a member of the cluster: its log is that of leader',
] as const;

function seedsToRun(): readonly number[] {
  const [from = '1', to = from] = (process.env['RAFT_SEEDS'] ?? defaultSeeds).split('-');
  const first = Number(from);
  return Array.from({ length: Number(to) - first + 1 }, (_, offset) => first + offset);
}

describe('Random runs of clusters of one to five servers', () => {
  it('are safe at every step, and come to rest once the faults end', function () {
    this.timeout(0);
    let proposals = 0;
    let committed = 0;
    let elections = 0;
    let forgotten = 0;
    let memberChanges = 0;
    const happened = new Map<string, number>();
    const sizes = new Set<number>();
    for (const seed of seedsToRun()) {
      const run = runRandomly(seed, stepsPerRun);
      proposals += run.proposals;
      committed += run.cluster.checks.committed.length;
      elections += run.elections;
      forgotten += run.forgotten;
      memberChanges += run.memberChanges;
      for (const what of mustHappen) {
        const count = run.cluster.trace.filter((line) => line.includes(what)).length;
        happened.set(what, (happened.get(what) ?? 0) + count);
      }
      sizes.add(run.size);
    }
    if (process.env['RAFT_SEEDS'] !== undefined) return;
    // A run in which nothing happens proves nothing.
    expect([...sizes].sort()).to.deep.equal([1, 2, 3, 4, 5]);
    expect(elections).to.be.above(500);
    expect(proposals).to.be.above(1_000);
    expect(committed).to.be.above(1_000);
    expect(forgotten).to.be.above(100);
    expect(memberChanges).to.be.above(100);
    for (const what of mustHappen) expect(happened.get(what), what).to.be.above(50);
  });
});
