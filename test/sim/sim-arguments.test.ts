/** The command line of the simulator. */
import { expect } from 'chai';
import { parseSimArguments, replayCommand, SimUsageError } from './sim-arguments.js';

describe('the command line of the simulator', () => {
  it('runs one seed for ten simulated seconds when nothing is said', () => {
    const args = parseSimArguments([]);
    expect(args).to.include({ firstSeed: 1, seeds: 1, trace: false, html: undefined });
    expect(args).to.deep.include({ safety: { ms: 10_000 } });
  });

  it('takes all of its options', () => {
    const words = '--seed 7 --seeds 9 --steps 500 --workers 3'.split(' ');
    const expected = { firstSeed: 7, seeds: 9, safety: { steps: 500 }, workers: 3 };
    expect(parseSimArguments(words)).to.deep.include(expected);
    expect(parseSimArguments(['--trace', '--html', 'f'])).to.include({ trace: true, html: 'f' });
    expect(parseSimArguments(['--help'])).to.equal('help');
  });

  it('refuses what makes no sense', () => {
    const wrong = ['--seed x', '--seeds 0', '--nonsense', '--steps 1 --safety-ms 1'];
    for (const text of [...wrong, '--trace --seeds 2', '--html f --seeds 2']) {
      expect(() => parseSimArguments(text.split(' ')), text).to.throw(SimUsageError);
    }
  });

  it('gives a command that replays a seed', () => {
    const command = replayCommand(5, { ms: 4_000 });
    expect(command).to.equal('npm run sim -- --seed 5 --safety-ms 4000 --trace');
    const words = command.split(' -- ')[1]?.split(' ') ?? [];
    expect(parseSimArguments(words)).to.deep.include({ firstSeed: 5, safety: { ms: 4_000 } });
  });
});
