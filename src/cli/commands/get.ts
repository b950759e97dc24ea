/**
 * `surfraft get [HOST:PORT] NAME[@VERSION] [FILE]`: fetches a file of a cluster, or an older
 * version of it, whole or not at all. A name that a file has goes before one that ends in a
 * version.
 */
import { open, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { CommandModule } from 'yargs';
import { refusalText } from '../../base/file-refusal.js';
import {
  answering,
  splitTarget,
  targetOptions,
  withCluster,
  type TargetOptions,
} from '../cluster-target.js';
import type { FileInfo } from '../../client/file-answers.js';
import type { ClusterFiles } from '../cluster-files.js';
import { isDeletion } from '../deletion.js';
import { describeBytes } from '../describe-bytes.js';
import { findVersion } from '../kept-version.js';
import { printable } from '../printable.js';
import { ProgressLine } from '../progress-line.js';
import { StartError } from '../start-error.js';
import { fetchBytes } from '../transfer.js';
import { readVersionWord } from '../version-word.js';

const blocksAhead = 4;

export const getCommand: CommandModule<object, TargetOptions> = {
  command: 'get [words..]',
  describe: 'Fetch a file of a cluster: get [HOST:PORT] NAME[@VERSION] [FILE]',
  builder: (parser) =>
    targetOptions(parser, "; the file's name, perhaps with a version; where it goes"),
  handler: async (args) => {
    const bounds = { least: 1, most: 2, usage: 'NAME[@VERSION] [FILE]' };
    const { address, words } = splitTarget(args, bounds);
    const [word = '', where] = words;
    await answering(
      args,
      () =>
        withCluster(args, address, async ({ files, blocks }) => {
          const { name, info } = await find(word, files);
          const file = where ?? basename(name);
          const bytes = await writeWhole(file, fetchBytes(info.hashlist, blocks, blocksAhead));
          return { name, version: info.version, file, bytes };
        }),
      ({ name, version, bytes }) => {
        process.stdout.write(`${printable(name)}  v${version}  ${describeBytes(bytes)}\n`);
      },
    );
  },
};

/** The file of this name, or else the version that the word ends in. */
async function find(
  word: string,
  files: ClusterFiles,
): Promise<{ readonly name: string; readonly info: FileInfo }> {
  const info = await files.info(word);
  if (info.version > 0 && !isDeletion(info)) return { name: word, info };
  const wanted = readVersionWord(word);
  if (wanted === undefined) throw new StartError(`${word}: there is no such file`);
  const { name, version } = wanted;
  const found = findVersion(name, version, await files.versions(name));
  if (!isDeletion(found)) return { name, info: found };
  throw new StartError(`${name}: version ${version} is its deletion`);
}

/** Writes a file beside its place and puts it there once it is on disk. Returns its length. */
async function writeWhole(file: string, blocks: AsyncIterable<Uint8Array>): Promise<number> {
  const aside = join(dirname(file), `.${basename(file)}.${process.pid}.part`);
  const nowMs = (): number => performance.now();
  const progress = new ProgressLine({ to: process.stderr, nowMs, totalBytes: undefined });
  try {
    const handle = await open(aside, 'wx');
    let bytes = 0;
    try {
      for await (const block of blocks) {
        await handle.writeFile(block);
        bytes += block.length;
        progress.show(bytes);
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(aside, file);
    return bytes;
  } catch (error) {
    await unlink(aside).catch(() => undefined);
    if (!(error instanceof Error) || !('syscall' in error)) throw error;
    throw new StartError(refusalText('write', file, error) ?? error.message);
  } finally {
    progress.clear();
  }
}
