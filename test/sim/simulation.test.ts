/** The simulator on a fixed set of seeds; `build/test/sim/main.js` runs as many as one likes. */
import { expect } from 'chai';
import { simulate } from './simulation.js';
import { Trace } from './trace.js';

const safetyMs = 4_000;

function traceOf(seed: number): string {
  const lines: string[] = [];
  simulate({ seed, safetyMs, trace: new Trace((line) => lines.push(line)) });
  return lines.join('\n');
}

describe('a simulated cluster', () => {
  for (let first = 1; first <= 40; first += 10) {
    it(`does nothing wrong and ends every call (seeds ${first} to ${first + 9})`, () => {
      for (let seed = first; seed < first + 10; seed += 1) {
        const replay = `node build/test/sim/main.js --seed ${seed} --safety-ms ${safetyMs} --trace`;
        try {
          simulate({ seed, safetyMs });
        } catch (error) {
          throw new Error(`seed ${seed} failed, replay with: ${replay}`, { cause: error });
        }
      }
    });
  }

  it('has the same trace for the same seed, byte for byte, and another for another', () => {
    const once = traceOf(5);
    expect(once.split('\n').length).to.be.above(1_000);
    expect(traceOf(5) === once).to.equal(true);
    expect(traceOf(6) === once).to.equal(false);
  });

  it('is a cluster at work: updates, falses, reads and elections all happen', () => {
    const report = simulate({ seed: 12, safetyMs: 10_000 });
    expect(report.updates).to.be.above(10);
    expect(report.falses).to.be.above(10);
    expect(report.reads).to.be.above(10);
    expect(report.termsLed).to.be.above(1);
  });
});
