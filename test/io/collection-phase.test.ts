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
    const before = process.memoryUsage();
    shiftCollections(${serverId});
    const after = process.memoryUsage();
    process.stdout.write(JSON.stringify({
      countedMib: (after.arrayBuffers - before.arrayBuffers) / ${mib},
      residentMib: (after.rss - before.rss) / ${mib},
    }));`;
  const { stdout } = await execa(process.execPath, ['--input-type=module', '--eval', code]);
  return JSON.parse(stdout) as Grown;
}

describe('where collections of a server begin', () => {
  it('is moved by what is counted, and takes no memory', async () => {
    const grown = await Promise.all([0, 1, 3].map(grownBy));
    expect(grown.map(({ countedMib }) => countedMib)).to.deep.equal([0, 32, 48]);
    for (const { residentMib } of grown) expect(residentMib).to.be.lessThan(8);
  });
});
