/** `surfraft get [HOST:PORT] NAME [FILE]`: fetches a file of a cluster, whole or not at all. */
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
import { isDeletion } from '../deletion.js';
import { describeBytes } from '../describe-bytes.js';
import { printable } from '../printable.js';
import { ProgressLine } from '../progress-line.js';
import { StartError } from '../start-error.js';
import { fetchBytes } from '../transfer.js';

const blocksAhead = 4;

export const getCommand: CommandModule<object, TargetOptions> = {
  command: 'get [words..]',
  describe: 'Fetch a file of a cluster: get [HOST:PORT] NAME [FILE]',
  builder: (parser) => targetOptions(parser, "; the file's name; where it goes"),
  handler: async (args) => {
    const bounds = { least: 1, most: 2, usage: 'NAME [FILE]' };
    const { address, words } = splitTarget(args, bounds);
    const [name = '', file = basename(name)] = words;
    await answering(
      args,
      () =>
        withCluster(args, address, async ({ files, blocks }) => {
          const info = await files.info(name);
          if (info.version === 0 || isDeletion(info)) {
            throw new StartError(`${name}: there is no such file`);
          }
          const bytes = await writeWhole(file, fetchBytes(info.hashlist, blocks, blocksAhead));
          return { name, version: info.version, file, bytes };
        }),
      ({ version, bytes }) => {
        process.stdout.write(`${printable(name)}  v${version}  ${describeBytes(bytes)}\n`);
      },
    );
  },
};

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
