/** What has to be on disk before a block is said to be kept, as the system's own calls show it. */
import { expect } from 'chai';
import { execa } from 'execa';
import { join } from 'node:path';
import { blockOf } from '../blocks/block-world.js';
import { tryCommand } from '../e2e/support/try-command.js';
import { makeTemporaryFolder, removeTemporaryFolder } from './temporary-folder.js';

const calls = 'trace=/^(fsync|fdatasync|rename(at2?)?|mkdir(at)?)$';
const storeModule = new URL('../../src/io/disk-block-store.js', import.meta.url).href;
const hello = blockOf('hello');

/** Puts the block twice and says so on stdout, which strace shows among the calls. */
const program = `
  const { DiskBlockStore } = await import(${JSON.stringify(storeModule)});
  const folder = process.argv[1];
  const store = await DiskBlockStore.open({ folder, now: () => Date.now() });
  for (let time = 0; time < 2; time++) {
    await store.put('${hello.hash}', Buffer.from('hello'));
    process.stdout.write('kept\\n');
  }
`;

async function callsOf(folder: string): Promise<readonly string[]> {
  const script = ['--input-type=module', '-e', program, folder];
  const options = ['-f', '-y', '-qq', '-e', calls, '-e', 'signal=none'];
  const { all } = await execa('strace', [...options, process.execPath, ...script], { all: true });
  return all.split('\n').map((line) => line.replace(/^\[pid +\d+\] /, ''));
}

describe('a block on disk', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await makeTemporaryFolder();
  });
  afterEach(() => removeTemporaryFolder(folder));

  it('is kept once its bytes, its name and the name of its folder are synced', async function () {
    const refusal = await tryCommand(() => execa('strace', ['-qq', '-e', calls, 'true']));
    if (refusal !== undefined) this.skip();
    const shard = join(folder, hello.hash.slice(0, 2));
    const wanted = [
      ['sync', `<${join(folder, 'tmp')}/${hello.hash}`],
      ['mkdir', `"${shard}"`],
      ['sync', `<${folder}>`],
      ['rename', `"${join(shard, hello.hash)}"`],
      ['sync', `<${shard}>`],
      ['kept', ''],
      // What renamed the copy that is there may have ended before it synced the name.
      ['sync', `<${shard}>`],
      ['kept', ''],
    ];
    const seen = await callsOf(folder);
    let from = 0;
    for (const [call = '', path = ''] of wanted) {
      const found = seen.findIndex(
        (line, index) => index >= from && line.includes(call) && line.includes(path),
      );
      expect(found, `${call} ${path} in its turn of\n${seen.join('\n')}`).to.be.at.least(0);
      from = found + 1;
    }
  });
});
