/**
 * What `npm pack` makes is installed in a folder of its own, as somebody would who never saw the
 * sources: the commands run, and a cluster of them keeps a file.
 */
import { expect } from 'chai';
import { execa } from 'execa';
import { cp, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { must } from '../../src/base/assert.js';
import { findClusterPorts } from '../e2e/support/cluster-ports.js';
import { eventually } from '../e2e/support/eventually.js';
import { projectRoot } from '../tidy/source-text.js';

const installMs = 170_000;
const notPacked: readonly string[] = ['node_modules', 'build', '.git', 'data', 'coverage'];

describe('the package', () => {
  let folder: string;
  let server: ReturnType<typeof launch> | undefined;

  before(async function () {
    this.timeout(installMs);
    folder = await mkdtemp(join(tmpdir(), 'surfraft-package-'));
    // A copy, so that nothing is built beside what other tests use.
    const sources = join(folder, 'sources');
    const names = (await readdir(projectRoot())).filter((name) => !notPacked.includes(name));
    for (const name of names) {
      await cp(join(projectRoot(), name), join(sources, name), { recursive: true });
    }
    await symlink(join(projectRoot(), 'node_modules'), join(sources, 'node_modules'));
    await execa('npm', ['pack', '--pack-destination', folder], { cwd: sources });
    const tarball = (await readdir(folder)).find((name) => name.endsWith('.tgz'));
    await writeFile(join(folder, 'package.json'), '{"private":true}');
    const quiet = ['--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline'];
    await execa('npm', ['install', must(tarball, 'a package'), ...quiet], { cwd: folder });
  });

  after(async () => {
    server?.kill('SIGTERM');
    await server;
    await rm(folder, { recursive: true, force: true });
  });

  const command = (name: string): string => join(folder, 'node_modules/.bin', name);

  function launch() {
    return execa(command('surfraft-server'), ['c.txt'], { cwd: folder, reject: false, all: true });
  }

  it('has all commands, and a cluster that keeps a file', async () => {
    const version = await execa(command('surfraft'), ['--version']);
    expect(version.stdout).to.match(/^\d+\.\d+\.\d+$/);
    const ports = await findClusterPorts(3);
    const lines = ports.map((port, id) => `metadata${id}: localhost:${port}`);
    await writeFile(join(folder, 'c.txt'), ['M: 3', ...lines, ''].join('\n'));
    await writeFile(join(folder, 'a.txt'), 'some words');
    server = launch();
    const target = `localhost:${must(ports[0], 'a port')}`;
    const put = await eventually('the file to be stored', 30_000, async () => {
      const tried = await execa(command('surfraft'), ['put', target, 'a.txt'], {
        ...{ cwd: folder, reject: false },
      });
      return tried.exitCode === 0 ? tried : undefined;
    });
    expect(put.stdout).to.match(/^a\.txt {2}v1 /);
    await execa(command('surfraft'), ['get', target, 'a.txt', 'copy.txt'], { cwd: folder });
    expect(await readFile(join(folder, 'copy.txt'), 'utf8')).to.equal('some words');
    const asked = await execa(command('surfraft-tester'), [target, 'iscrashed'], { cwd: folder });
    expect(asked.stdout).to.equal('false');
    expect(await readdir(join(folder, 'node_modules/surfraft'))).not.to.include('tsconfig.json');
  });
});
