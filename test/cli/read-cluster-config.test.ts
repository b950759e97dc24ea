import { expect } from 'chai';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readClusterConfig } from '../../src/cli/read-cluster-config.js';
import { UsageError } from '../../src/cli/usage-error.js';

describe('reading the configuration file', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'surfraft-config-'));
  });

  after(async () => {
    await rm(folder, { recursive: true });
  });

  async function refusalOf(path: string): Promise<string> {
    try {
      await readClusterConfig(path);
    } catch (error) {
      if (error instanceof UsageError) return error.message;
      throw error;
    }
    throw new Error('the file was accepted');
  }

  it('gives the cluster', async () => {
    const path = join(folder, 'good.txt');
    await writeFile(path, 'M: 1\nmetadata0: localhost:9301\n');
    expect((await readClusterConfig(path)).servers).to.have.length(1);
  });

  it('lists every mistake with the path as it was given', async () => {
    const path = join(folder, 'bad.txt');
    await writeFile(path, 'M: 1\nmetadata0: localhost:0\nfoo: bar\n');
    const lines = (await refusalOf(path)).split('\n');
    expect(lines.map((line) => line.split(': ')[0])).to.deep.equal([`${path}:2`, `${path}:3`]);
  });

  it('says why a file cannot be read', async () => {
    const absent = join(folder, 'absent.txt');
    expect(await refusalOf(absent)).to.equal(
      `${absent}:1: cannot be read: there is no such file; expected a configuration file`,
    );
    expect(await refusalOf(folder)).to.contain(':1: cannot be read: it is a folder');
  });

  it('refuses a file of more than 1 MiB, and one that never ends', async () => {
    const path = join(folder, 'long.txt');
    await writeFile(path, '#'.repeat(1024 * 1024 + 1));
    expect(await refusalOf(path)).to.contain('longer than 1048576 bytes');
    expect(await refusalOf('/dev/zero')).to.contain('longer than 1048576 bytes');
  });
});
