import { expect } from 'chai';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSecretFile, secretCharactersMax } from '../../src/cli/read-secret-file.js';
import { UsageError } from '../../src/cli/usage-error.js';

describe('reading the file of --secret-file', () => {
  let folder: string;
  let path: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'surfraft-secret-'));
    path = join(folder, 'secret.txt');
  });

  after(async () => {
    await rm(folder, { recursive: true });
  });

  async function write(text: string, mode = 0o600): Promise<void> {
    await writeFile(path, text);
    await chmod(path, mode);
  }

  async function refusalOf(file: string): Promise<string> {
    try {
      await readSecretFile(file);
    } catch (error) {
      if (error instanceof UsageError) return error.message;
      throw error;
    }
    throw new Error('the file was accepted');
  }

  it('takes visible ASCII without the white space round it', async () => {
    await write(' \n!~secret"\r\n');
    const { secret, warnings } = await readSecretFile(path);
    expect(secret.findMistake('!~secret"')).to.equal(undefined);
    expect(secret.findMistake('!~secret')).to.be.a('string');
    expect(warnings).to.deep.equal([]);
  });

  it('takes as many characters as there may be, and no more', async () => {
    const longest = 's'.repeat(secretCharactersMax);
    await write(`${longest}\n`);
    expect((await readSecretFile(path)).secret.findMistake(longest)).to.equal(undefined);
    await write(`${longest}s`);
    expect(await refusalOf(path)).to.contain('has 1025 characters; expected 1 to 1024 visible');
    await write(' '.repeat(4_096));
    expect(await refusalOf(path)).to.contain('cannot be read: longer than 2048 bytes');
  });

  it('warns when other users may read the file', async () => {
    for (const mode of [0o640, 0o604, 0o666]) {
      await write('s', mode);
      const { warnings } = await readSecretFile(path);
      expect(warnings, mode.toString(8)).to.have.length(1);
      expect(warnings[0]).to.contain(path).and.contain(mode.toString(8));
    }
  });

  it('names the file and what was expected, and shows nothing of it', async () => {
    for (const [text, reason] of [
      ['', 'is empty'],
      [' \r\n\t', 'is empty'],
      ['hush hush', 'has other characters'],
      ['hush\0hush', 'has other characters'],
      ['hushé', 'has other characters'],
    ] as const) {
      await write(text);
      const refusal = await refusalOf(path);
      expect(refusal).to.contain(`--secret-file ${path} ${reason}; expected 1 to 1024 visible`);
      expect(refusal).not.to.contain('hush').and.not.to.contain('\n');
    }
    const absent = join(folder, 'absent');
    expect(await refusalOf(absent)).to.equal(
      `--secret-file ${absent} cannot be read: there is no such file; ` +
        'expected a file with a secret',
    );
    expect(await refusalOf(folder)).to.contain('cannot be read: it is a folder');
  });
});
