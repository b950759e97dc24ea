/**
 * The set-up of the start scripts, with an npm and a compiler that only note that they were
 * called: installing and building happen once, whatever else happens at the same time.
 */
import { expect } from 'chai';
import { execa } from 'execa';
import { once } from 'node:events';
import {
  chmod,
  cp,
  mkdir,
  mkdtemp,
  readFile,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { projectRoot } from '../tidy/source-text.js';
import { waitFor } from './wait-for.js';

const fakeNpm = `#!/usr/bin/env bash
echo "npm $*" >>calls
while [ -f hold ]; do sleep 0.02; done
[ ! -f npm-fails ] || exit 1
mkdir -p node_modules/typescript/bin
cp fake-tsc.js node_modules/typescript/bin/tsc
touch node_modules/.package-lock.json
`;

const fakeTsc = `
const { appendFileSync, mkdirSync, writeFileSync, existsSync, readFileSync } = require('node:fs');
appendFileSync('calls', 'tsc ' + process.argv[process.argv.indexOf('--project') + 1] + '\\n');
if (existsSync('tsc-fails')) process.exit(1);
const folder = process.argv[process.argv.indexOf('--outDir') + 1] + '/src/cli';
mkdirSync(folder, { recursive: true });
const source = readFileSync('src/cli/run-server.ts', 'utf8');
writeFileSync(folder + '/run-server.js', source);
`;

const program = (word: string): string =>
  `console.log('${word}', process.cwd(), ...process.argv.slice(2));\n`;

describe('the set-up of the start scripts', () => {
  let root: string;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'surfraft-setup-'));
    const from = projectRoot();
    await mkdir(join(root, 'src/cli'), { recursive: true });
    await mkdir(join(root, 'tester'));
    await mkdir(join(root, 'bin'));
    await cp(join(from, 'run-server.sh'), join(root, 'run-server.sh'));
    await cp(join(from, 'src/cli/ensure-built.sh'), join(root, 'src/cli/ensure-built.sh'));
    await writeFile(join(root, 'package.json'), '{"type":"commonjs"}');
    await writeFile(join(root, 'src/cli/run-server.ts'), program('first'));
    await writeFile(join(root, 'fake-tsc.js'), fakeTsc);
    for (const name of ['tsconfig.json', 'tsconfig.release.json', 'package-lock.json', 'calls']) {
      await writeFile(join(root, name), '');
    }
    await addCommand('npm', fakeNpm);
  });

  afterEach(async () => {
    await rm(root, { recursive: true, force: true });
  });

  async function addCommand(name: string, text: string): Promise<void> {
    await writeFile(join(root, 'bin', name), text);
    await chmod(join(root, 'bin', name), 0o755);
  }

  const options = () => ({
    reject: false as const,
    cwd: tmpdir(),
    env: { PATH: `${join(root, 'bin')}${delimiter}${process.env['PATH'] ?? ''}` },
  });
  const start = (...args: readonly string[]) => execa(join(root, 'run-server.sh'), args, options());

  async function calls(): Promise<readonly string[]> {
    const text = await readFile(join(root, 'calls'), 'utf8');
    return text.split('\n').filter((line) => line !== '');
  }

  /** One for the program, one for what it serves to browsers. */
  const buildCalls = ['tsc tsconfig.release.json', 'tsc src/web/tsconfig.browser.json'];
  const npmCall = 'npm ci --ignore-scripts --no-audit --no-fund --include=dev --loglevel=error';

  it('installs and builds on the first run, and neither on the second', async () => {
    const first = await start('a b', '3');
    expect(first.stdout).to.equal(`first ${tmpdir()} a b 3`);
    expect(first.stderr).to.contain('installing').and.to.contain('building');
    const second = await start();
    expect(second.stdout).to.equal(`first ${tmpdir()}`);
    expect(second.stderr).to.equal('');
    expect(await calls()).to.deep.equal([npmCall, ...buildCalls]);
  });

  it('installs and builds once when five are started at the same moment', async () => {
    const results = await Promise.all([1, 2, 3, 4, 5].map((id) => start(String(id))));
    expect(results.map(({ exitCode }) => exitCode)).to.deep.equal([0, 0, 0, 0, 0]);
    expect(results.map(({ stdout }) => stdout.split(' ').at(-1))).to.deep.equal([
      '1',
      '2',
      '3',
      '4',
      '5',
    ]);
    const waiting = results.filter(({ stderr }) => stderr.includes('waiting for the other set-up'));
    expect(waiting.length).to.be.greaterThan(0);
    expect(await calls()).to.deep.equal([npmCall, ...buildCalls]);
  });

  it('builds again when a source has changed, beside the build that is in use', async () => {
    await start();
    const before = await readFile(join(root, 'build/run/current'), 'utf8');
    await writeFile(join(root, 'src/cli/run-server.ts'), program('second'));
    expect((await start()).stdout).to.match(/^second /);
    const after = await readFile(join(root, 'build/run/current'), 'utf8');
    expect(after).not.to.equal(before);
    const old = join(root, 'build/run', before.trim(), 'src/cli/run-server.js');
    expect(await readFile(old, 'utf8')).to.equal(program('first'));
    expect(await calls()).to.deep.equal([npmCall, ...buildCalls, ...buildCalls]);
  });

  it('installs again when the lock file has changed', async () => {
    await start();
    const later = Date.now() / 1000 + 1;
    await utimes(join(root, 'package-lock.json'), later, later);
    await start();
    expect(await calls()).to.deep.equal([npmCall, ...buildCalls, npmCall]);
  });

  it('takes over from set-ups that were killed, but not before their npm has ended', async () => {
    await writeFile(join(root, 'hold'), '');
    const killed = start();
    await waitFor('npm to be called', async () => (await calls()).length === 1);
    const gone = once(killed, 'exit');
    killed.kill('SIGKILL');
    await gone;
    const others = [1, 2, 3, 4, 5].map(() => start());
    await Promise.all(others.map(({ stderr }) => once(stderr, 'data')));
    await rm(join(root, 'hold'));
    const results = await Promise.all(others);
    expect(results.map(({ exitCode }) => exitCode)).to.deep.equal([0, 0, 0, 0, 0]);
    for (const { stderr } of results) {
      expect(stderr).to.match(/^surfraft: waiting for the other set-up/);
    }
    expect(await calls()).to.deep.equal([npmCall, ...buildCalls]);
  });

  it('fails with one line when npm fails, and tries again the next time', async () => {
    await writeFile(join(root, 'npm-fails'), '');
    const failed = await start();
    expect(failed.exitCode).to.equal(1);
    expect(failed.stderr).to.contain('surfraft: npm ci failed');
    await rm(join(root, 'npm-fails'));
    expect((await start()).exitCode).to.equal(0);
  });

  it('starts nothing when the build fails', async () => {
    await writeFile(join(root, 'tsc-fails'), '');
    const failed = await start();
    expect(failed.exitCode).to.equal(1);
    expect(failed.stderr).to.contain('surfraft: the build failed');
    expect(failed.stdout).to.equal('');
  });

  it('refuses a Node.js that is too old with one line', async () => {
    await addCommand('node', '#!/bin/sh\necho v20.18.3\n');
    const { exitCode, stderr } = await start();
    expect(exitCode).to.equal(1);
    expect(stderr).to.equal('surfraft: Node.js v20.18.3 is too old; 20.19 or newer is needed');
  });

  it('finds the project through a symbolic link', async () => {
    await symlink(join(root, 'run-server.sh'), join(root, 'bin/linked'));
    const { stdout } = await execa(join(root, 'bin/linked'), ['x'], options());
    expect(stdout).to.match(/^first .* x$/);
  });
});
