/**
 * The server program as a person meets it: its lines, its refusals, its exit codes, and what
 * becomes of the processes of a cluster when one of them, or the runner, ends.
 */
import { expect } from 'chai';
import { execa } from 'execa';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../tidy/source-text.js';
import { findFreePorts } from './free-ports.js';
import { waitFor } from './wait-for.js';

const program = join(projectRoot(), 'build/src/cli/run-server.js');
const readyLine = 'Accepting requests. (Halt program to stop.)';

describe('the server program', () => {
  let folder: string;
  let config: string;
  let ports: readonly number[];
  let running: Program[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'surfraft-server-'));
    config = join(folder, 'cluster.txt');
    ports = await findFreePorts(3);
    const servers = ports.map((port, id) => `metadata${id}: localhost:${port}\n`);
    await writeFile(config, `M: 3\n${servers.join('')}`);
  });

  afterEach(async () => {
    for (const { child } of running) child.kill('SIGKILL');
    await Promise.all(running.map(({ child }) => child));
    running = [];
    await rm(folder, { recursive: true });
  });

  function start(...args: readonly string[]): Program {
    const started = startProgram(args, folder);
    running.push(started);
    return started;
  }

  describe('with an ID', () => {
    it('says when it accepts requests, and exits with 0 soon after SIGTERM or SIGINT', async () => {
      for (const signal of ['SIGTERM', 'SIGINT'] as const) {
        const server = start(config, '0');
        await waitFor('the server', () => server.stdout.includes(readyLine));
        expect(server.stdout).to.equal(`Started successfully.\n${readyLine}\n`);
        expect(await isOpen(ports[0])).to.equal(true);
        const before = performance.now();
        server.child.kill(signal);
        expect((await server.child).exitCode).to.equal(0);
        expect(performance.now() - before).to.be.below(2_000);
        expect(await isOpen(ports[0])).to.equal(false);
      }
    });

    it('exits with 2 and one line when the command line is wrong', async () => {
      for (const args of [[], [config, '0', '--bogus'], [config, '3'], [config, 'x']]) {
        const result = await start(...args).child;
        expect(result.exitCode, args.join(' ')).to.equal(2);
        expect(result.stderr.split('\n'), args.join(' ')).to.have.length(1);
        expect(result.stdout).to.equal('');
      }
    });

    it('exits with 2, file and line when the configuration is wrong', async () => {
      await writeFile(config, 'M: 2\nmetadata0: localhost:0\n');
      const { exitCode, stderr } = await start(config, '0').child;
      expect(exitCode).to.equal(2);
      expect(stderr.split('\n')[0]).to.match(/cluster\.txt:1: .*metadata1 is missing/);
      expect(stderr.split('\n')[1]).to.match(/cluster\.txt:2: .*"0" is no port/);
    });

    it('exits with 2 when --blocks names a folder that others keep from being used', async () => {
      await writeFile(config, `M: 1\nmetadata0: localhost:${ports[0]}\nblock0: localhost:1\n`);
      for (const id of [['0'], []]) {
        const { exitCode, stderr } = await start(config, ...id, '--blocks', 'there').child;
        expect([exitCode, stderr.split('\n').length]).to.deep.equal([2, 1]);
        expect(stderr).to.contain('--blocks there would stay empty: the block stores localhost:1');
        expect(stderr).to.contain('surfraft block --blocks DIR');
      }
      expect(await readdir(folder)).to.deep.equal(['cluster.txt']);
    });

    it('exits with 1 and one clear line when its port is taken', async () => {
      const other = createServer().listen(ports[0], '127.0.0.1');
      await once(other, 'listening');
      const { exitCode, stderr } = await start(config, '0', '--log-level', 'warn').child;
      other.close();
      expect(exitCode).to.equal(1);
      expect(stderr).to.match(/^server 0 cannot start: .*\d+ is in use by another process$/);
    });

    it('exits with 1 and one clear line when its data folder is refused', async () => {
      const data = join(folder, 'mine');
      const first = start(config, '0', '--data-dir', data);
      await waitFor('the server', () => first.stdout.includes(readyLine));
      const args = ['--data-dir', data, '--log-level', 'warn'] as const;
      const inUse = await start(config, '0', ...args).child;
      expect(inUse.exitCode).to.equal(1);
      expect(inUse.stderr).to.match(/^server 0 cannot start: .*in use by process \d+$/);
      first.child.kill('SIGTERM');
      await first.child;
      const ofAnother = await start(config, '1', ...args).child;
      expect(ofAnother.exitCode).to.equal(1);
      expect(ofAnother.stderr).to.match(/^server 1 cannot start: .*belongs to server 0$/);
    });

    it('exits with 1 and one clear line when the disk is unusable', async () => {
      const file = join(folder, 'file');
      await writeFile(file, '');
      const { exitCode, stderr } = await start(config, '0', '--data-dir', join(file, 'x')).child;
      expect(exitCode).to.equal(1);
      expect(stderr).to.match(/^server 0 cannot start: [^\n]+$/);
    });

    it('exits with 2 and one line when the secret is no secret, with and without ID', async () => {
      const secretFile = join(folder, 'secret');
      await writeFile(secretFile, '\n');
      for (const id of [['0'], []]) {
        const result = await start(config, ...id, '--secret-file', secretFile).child;
        expect(result.exitCode).to.equal(2);
        expect(result.stderr).to.match(/^--secret-file .*secret is empty; expected [^\n]*$/);
      }
    });

    it('elects a leader among those that share a secret, and says who does not', async () => {
      const secretFile = join(folder, 'secret');
      await writeFile(secretFile, 'Xyzzy-1\n', { mode: 0o600 });
      const other = join(folder, 'other');
      await writeFile(other, 'Plugh-2\n', { mode: 0o644 });
      const stranger = start(config, '2', '--ephemeral', '--secret-file', other);
      const first = start(config, '0', '--ephemeral', '--secret-file', secretFile);
      await waitFor('two refusals', () =>
        [stranger, first].every(({ stderr }) =>
          stderr.includes("does not answer: fault 6: unauthorised: the call's secret"),
        ),
      );
      expect(stranger.stderr).to.contain(`${other} is open to other users (mode 644)`);
      expect(`${stranger.stderr}${first.stderr}`).not.to.contain('elected leader');
      const second = start(config, '1', '--ephemeral', '--secret-file', secretFile);
      await waitFor('a leader', () => `${first.stderr}${second.stderr}`.includes('elected leader'));
      for (const { stdout, stderr } of [stranger, first, second]) {
        expect(`${stdout}${stderr}`).not.to.match(/Xyzzy|Plugh/);
      }
    });

    it('listens where --listen says', async () => {
      const [port] = await findFreePorts(1);
      const server = start(config, '0', '--ephemeral', '--listen', `127.0.0.1:${port ?? 0}`);
      await waitFor('the server', () => server.stdout.includes(readyLine));
      expect(await isOpen(port)).to.equal(true);
      expect(await isOpen(ports[0])).to.equal(false);
    });
  });

  describe('without an ID', () => {
    const runAll = async (...args: readonly string[]): Promise<Program> => {
      const runner = start(config, '--ephemeral', ...args);
      await waitFor('all servers', () => runner.stdout.split(readyLine).length === 4);
      return runner;
    };

    it('runs every local server with one labelled log, and ends them all', async () => {
      const runner = await runAll();
      await waitFor('a leader', () => runner.stderr.includes('elected leader'));
      for (const line of `${runner.stdout}${runner.stderr}`.trimEnd().split('\n')) {
        expect(line).to.match(/^\[[012]\] ./);
      }
      runner.child.kill('SIGTERM');
      expect((await runner.child).exitCode).to.equal(0);
      expect(await Promise.all(ports.map(isOpen))).to.deep.equal([false, false, false]);
    });

    it('leaves out servers of other machines', async () => {
      const elsewhere = `metadata1: 192.0.2.1:9302\nmetadata2: no-such-host.invalid:9303\n`;
      await writeFile(config, `M: 3\nmetadata0: localhost:${ports[0] ?? 0}\n${elsewhere}`);
      const runner = start(config, '--ephemeral');
      await waitFor('the one server', () => runner.stdout.includes(readyLine));
      runner.child.kill('SIGTERM');
      const { stderr } = await runner.child;
      expect(new Set(stderr.split('\n').map((line) => line.slice(0, 3)))).to.have.keys('[0]');
    });

    it('reports a server that dies, and keeps the others running', async () => {
      const runner = await runAll('--log-format', 'json');
      const pid = Number(/^\[1\].*"pid":(\d+)/m.exec(runner.stderr)?.[1]);
      process.kill(pid, 'SIGKILL');
      await waitFor('the report', () =>
        runner.stderr.includes('[-] server 1 ended by itself (signal SIGKILL)\n'),
      );
      expect(await Promise.all(ports.map(isOpen))).to.deep.equal([true, false, true]);
      runner.child.kill('SIGINT');
      expect((await runner.child).exitCode).to.equal(0);
    });

    it('exits with 1 when every server has died', async () => {
      const taken = ports.map((port) => createServer().listen(port, '127.0.0.1'));
      await Promise.all(taken.map((server) => once(server, 'listening')));
      const { exitCode, stderr } = await start(config, '--ephemeral').child;
      for (const server of taken) server.close();
      expect(exitCode).to.equal(1);
      expect(stderr.match(/ended by itself \(exit code 1\)/g)).to.have.length(3);
    });

    it('takes its servers with it when it is killed', async () => {
      const runner = await runAll();
      runner.child.kill('SIGKILL');
      await waitFor('all ports to close', async () =>
        (await Promise.all(ports.map(isOpen))).every((open) => !open),
      );
    });
  });
});

interface Program {
  readonly child: ReturnType<typeof spawnProgram>;
  /** What it has written so far. */
  readonly stdout: string;
  readonly stderr: string;
}

function spawnProgram(args: readonly string[], cwd: string) {
  return execa(process.execPath, [program, ...args], { cwd, reject: false });
}

function startProgram(args: readonly string[], cwd: string): Program {
  const child = spawnProgram(args, cwd);
  const started = { child, stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (started.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (started.stderr += chunk.toString()));
  return started;
}

function isOpen(port: number | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port: port ?? 0, host: '127.0.0.1' });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
}
