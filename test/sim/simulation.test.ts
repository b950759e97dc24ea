/** The simulator on a fixed set of seeds; `npm run sim` runs as many as one likes. */
import { expect } from 'chai';
import { runSeed, type SeedResult, type SeedTask } from './run-seed.js';
import { runSeedPool } from './seed-pool.js';
import { replayCommand } from './sim-arguments.js';
import { simulate } from './simulation.js';

const safety = { ms: 2_000 };

function taskOf(seed: number, wantsChecksum: boolean): SeedTask {
  return { seed, safety, wantsChecksum };
}

describe('a simulated cluster', () => {
  it('does nothing wrong and ends every call (seeds 1 to 30)', async () => {
    const tasks = Array.from({ length: 30 }, (_, at) => taskOf(at + 1, false));
    const failures: string[] = [];
    const onResult = ({ seed, failure }: SeedResult): boolean => {
      if (failure !== undefined) failures.push(`${replayCommand(seed, safety)}: ${failure}`);
      return true;
    };
    await runSeedPool({ tasks: tasks.values(), workers: 2, onResult });
    expect(failures).to.deep.equal([]);
  });

  it('does the same for the same seed, byte for byte, also in another thread', async () => {
    const here: SeedResult[] = [];
    for (const seed of [5, 6, 5]) here.push(await runSeed(taskOf(seed, true)));
    const [five, six, again] = here.map(({ traceChecksum }) => traceChecksum);
    expect(again).to.equal(five);
    expect(six).not.to.equal(five);
    const there = new Map<number, number>();
    await runSeedPool({
      tasks: [taskOf(5, true), taskOf(6, true)].values(),
      workers: 2,
      onResult: ({ seed, traceChecksum }) => there.set(seed, traceChecksum).size > 0,
    });
    expect([there.get(5), there.get(6)]).to.deep.equal([five, six]);
  });

  it('is a cluster at work: updates, falses, reads and elections all happen', async () => {
    const report = await simulate({ seed: 12, safety: { ms: 5_000 } });
    expect(report.updates).to.be.above(10);
    expect(report.falses).to.be.above(10);
    expect(report.reads).to.be.above(10);
    expect(report.termsLed).to.be.above(1);
  });

  it('ends its safety phase after the steps that were asked for', async () => {
    const few = await simulate({ seed: 3, safety: { steps: 1_000 } });
    const more = await simulate({ seed: 3, safety: { steps: 20_000 } });
    expect(few.events).to.be.above(1_000);
    expect(more.events - few.events).to.be.above(10_000);
  });
});
