/** What V8 is told to count, in a process of its own: memory of the tests would disturb. */
import { expect } from 'chai';
import { execa } from 'execa';

const program = new URL('../../src/io/collection-phase.js', import.meta.url).href;
const mib = 1024 * 1024;

interface Grown {
  readonly countedMib: number;
  readonly residentMib: number;
}

async function grownBy(serverId: number): Promise<Grown> {
  const code = `
    import { shiftCollections } from ${JSON.stringify(program)};
    gc();
    const before = process.memoryUsage();
    shiftCollections(${serverId});
    gc();
    await new Promise((resolve) => setImmediate(resolve));
    gc(); // What the first one found to be unused is given back by now.
    const after = process.memoryUsage();
    process.stdout.write(JSON.stringify({
      countedMib: (after.arrayBuffers - before.arrayBuffers) / ${mib},
      residentMib: (after.rss - before.rss) / ${mib},
    }));`;
  const options = ['--expose-gc', '--input-type=module', '--eval', code];
  const { stdout } = await execa(process.execPath, options);
  return JSON.parse(stdout) as Grown;
}

describe('where collections of a server begin', () => {
  it('is moved by what stays counted, and takes no memory', async () => {
    for (const [serverId, expectedMib] of [
      [0, 0],
      [1, 32],
      [3, 48],
    ] as const) {
      const { countedMib, residentMib } = await grownBy(serverId);
      expect(countedMib, `server ${serverId}`).to.be.closeTo(expectedMib, 0.5);
      expect(residentMib, `server ${serverId}`).to.be.lessThan(8);
    }
  });
});
