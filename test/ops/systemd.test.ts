/** The units in ops/systemd: systemd takes them, and the programs take the options in them. */
import { expect } from 'chai';
import { execa } from 'execa';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { must } from '../../src/base/assert.js';
import { projectRoot } from '../tidy/source-text.js';

const units = join(projectRoot(), 'ops/systemd');
const programs: ReadonlyMap<string, string> = new Map([
  ['/usr/local/bin/surfraft-server', 'run-server.js'],
  ['/usr/local/bin/surfraft', 'surfraft.js'],
]);

/** The words of a unit's ExecStart, the variables for further options left out. */
function commandOf(unit: string): readonly string[] {
  const line = must(/^ExecStart=(.*)$/m.exec(unit)?.[1], 'a unit starts something');
  return line.split(' ').filter((word) => !word.startsWith('$'));
}

describe('the units of systemd', () => {
  let folder: string;
  let names: readonly string[];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'surfraft-units-'));
    names = await readdir(units);
    expect(names).to.have.length(3);
  });

  after(() => rm(folder, { recursive: true, force: true }));

  it('are understood by systemd', async function () {
    const { failed } = await execa('systemd-analyze', ['--version'], { reject: false });
    if (failed) {
      process.stderr.write('there is no systemd-analyze: the units are not verified\n');
      this.skip();
    }
    for (const name of names) {
      const unit = await readFile(join(units, name), 'utf8');
      // The commands are not installed here.
      const text = unit.replace(/\/usr\/local\/bin\/surfraft(-server)?/, '/bin/true');
      await writeFile(join(folder, name), text);
      const instance = name.replace('@', '@0');
      const verified = await execa('systemd-analyze', ['verify', join(folder, instance)], {
        reject: false,
        all: true,
      });
      expect([name, verified.all, verified.exitCode]).to.deep.equal([name, '', 0]);
    }
  });

  it('give the programs nothing that they do not know', async () => {
    for (const name of names) {
      const [program, ...args] = commandOf(await readFile(join(units, name), 'utf8'));
      const file = must(programs.get(must(program, 'a program')), 'a program of ours');
      const words = args.map((word) => word.replace('%i', '0').replace('/etc/surfraft', folder));
      const path = join(projectRoot(), 'build/src/cli', file);
      const { exitCode, stderr } = await execa('node', [path, ...words], { reject: false });
      // All that is wrong is that the configuration is missing.
      expect([name, exitCode]).to.deep.equal([name, 2]);
      expect(stderr).to.match(/(cluster\.txt|gateway\.json).*(no such file|cannot be read)/);
    }
  });
});
