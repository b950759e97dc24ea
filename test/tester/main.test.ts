/**
 * The tester as a process: exit codes, streams and signals.
 */
import { expect } from 'chai';
import { execa } from 'execa';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withFake } from './judging.js';

const build = fileURLToPath(new URL('../..', import.meta.url));
const main = join(build, 'tester/main.js');

function start(...argv: string[]) {
  return execa(process.execPath, [main, ...argv], { reject: false, timeout: 20_000 });
}

describe('the tester as a process', () => {
  it('ends with 2 and no stack trace when nobody listens', async () => {
    const { exitCode, stdout, stderr } = await start('127.0.0.1:1');
    expect({ exitCode, stdout, stderr }).to.deep.equal({
      exitCode: 2,
      stdout: '',
      stderr: 'cannot reach a server at 127.0.0.1:1: connection refused',
    });
  });

  it('runs from a folder of any depth below the project, as its releases lie deeper', async () => {
    const folder = await mkdtemp(join(build, 'deeper-'));
    try {
      for (const part of ['tester', 'src']) {
        await cp(join(build, part), join(folder, part), { recursive: true });
      }
      const { stdout } = await execa(process.execPath, [
        join(folder, 'tester/main.js'),
        '--version',
      ]);
      expect(stdout).to.match(/^\d+\.\d+\.\d+$/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('writes only results when it is piped', async () => {
    await withFake({ size: 1 }, async (cluster) => {
      const { exitCode, stdout } = await start(cluster.addressOf(0), '--only', 'names:');
      expect(exitCode).to.equal(0);
      expect(stdout).to.not.contain('\u001b');
      expect(stdout.split('\n').at(-1)).to.equal('5 passed, 0 failed');
    });
  });

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`restores all servers on ${signal} and ends with 130`, async () => {
      await withFake({ size: 3 }, async (cluster) => {
        const process = start(cluster.addressOf(0), '--only', 'without a majority updates');
        while (!cluster.model.replicas.some((replica) => replica.crashed)) {
          await new Promise((resolve) => setImmediate(resolve));
        }
        process.kill(signal);
        const { exitCode, stdout, stderr } = await process;
        expect(exitCode).to.equal(130);
        expect(stdout).to.match(/\n0 passed, 0 failed$/);
        expect(stderr).to.equal('Interrupted; all servers are restored.');
        expect(cluster.model.replicas.some((replica) => replica.crashed)).to.equal(false);
      });
    });
  }
});
