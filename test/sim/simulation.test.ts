/** The simulator on a fixed set of seeds; `npm run sim` runs as many as one likes. */
import { expect } from 'chai';
import { runSeed } from './run-seed.js';
import { runSeedPool } from './seed-pool.js';
import { replayCommand } from './sim-arguments.js';
import { simulate } from './simulation.js';

const safety = { ms: 4_000 };

describe('a simulated cluster', () => {
  for (let first = 1; first <= 30; first += 10) {
    it(`does nothing wrong and ends every call (seeds ${first} to ${first + 9})`, async () => {
      for (let seed = first; seed < first + 10; seed += 1) {
        const { failure } = await runSeed({ seed, safety, wantsChecksum: false });
        expect(failure, `seed ${seed}, replay with: ${replayCommand(seed, safety)}`).to.equal(
          undefined,
        );
      }
    });
  }

  it('does the same for the same seed, byte for byte, also in another thread', async () => {
    const task = (seed: number): Parameters<typeof runSeed>[0] => ({
      seed,
      safety,
      wantsChecksum: true,
    });
    const here = [await runSeed(task(5)), await runSeed(task(6)), await runSeed(task(5))];
    const [five, six, again] = here.map(({ traceChecksum }) => traceChecksum);
    expect(again).to.equal(five);
    expect(six).not.to.equal(five);
    const there = new Map<number, number>();
    await runSeedPool({
      tasks: [task(5), task(6)],
      workers: 2,
      onResult: ({ seed, traceChecksum }) => there.set(seed, traceChecksum).size > 0,
    });
    expect([there.get(5), there.get(6)]).to.deep.equal([five, six]);
  });

  it('is a cluster at work: updates, falses, reads and elections all happen', async () => {
    const report = await simulate({ seed: 12, safety: { ms: 10_000 } });
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
