/** `surfraft put [HOST:PORT] FILE [NAME]`: stores a file in a cluster, as its next version. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { CommandModule } from 'yargs';
import { refusalText } from '../../base/file-refusal.js';
import { count } from '../../base/count.js';
import type { FileInfo } from '../../client/file-answers.js';
import { tooManyBlocks } from '../../sync/blocks-of-file.js';
import { skippedLocalName } from '../../sync/names.js';
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
import { storeBytes } from '../transfer.js';
import { UsageError } from '../usage-error.js';

/** What a call carries without trouble, and what a small change of a large file costs. */
const blockBytesDefault = 1024 * 1024;
const blockBytesMax = 12_000_000;

interface PutArguments extends TargetOptions {
  readonly 'block-size': number;
}

export const putCommand: CommandModule<object, PutArguments> = {
  command: 'put [words..]',
  describe: 'Store a file in a cluster: put [HOST:PORT] FILE [NAME]',
  builder: (parser) =>
    targetOptions(parser, '; the file; its name in the cluster').option('block-size', {
      type: 'number',
      default: blockBytesDefault,
      requiresArg: true,
      description: 'Bytes of the blocks that the file is cut into',
    }),
  handler: async (args) => {
    const bounds = { least: 1, most: 2, usage: 'FILE [NAME]' };
    const { address, words } = splitTarget(args, bounds);
    const [file = '', name = basename(file)] = words;
    const blockBytes = args['block-size'];
    checkBlockBytes(blockBytes);
    const totalBytes = await sizeOf(file);
    const mistake = tooManyBlocks(totalBytes, blockBytes);
    if (mistake !== undefined) throw new UsageError(`${file} cannot be stored: ${mistake}`);
    const skipped = skippedLocalName(name);
    if (skipped !== undefined) throw new UsageError(`${printable(name)}: ${skipped.reason}`);
    await answering(
      args,
      () =>
        withCluster(args, address, async ({ files, blocks: store }) => {
          const nowMs = (): number => performance.now();
          const progress = new ProgressLine({ to: process.stderr, nowMs, totalBytes });
          try {
            const onBytes = (bytes: number): void => {
              progress.show(bytes);
            };
            const source = createReadStream(file);
            const { hashes, ...counts } = await storeBytes(source, blockBytes, { store, onBytes });
            const present = await files.info(name);
            if (isSame(present, hashes)) return { name, version: present.version, ...counts };
            const version = await files.advance(name, () => hashes);
            return { name, version, ...counts };
          } finally {
            progress.clear();
          }
        }),
      ({ version, bytes, blocksSent }) => {
        const what = `${describeBytes(bytes)}, ${count(blocksSent, 'new block')}`;
        process.stdout.write(`${printable(name)}  v${version}  ${what}\n`);
      },
    );
  },
};

function checkBlockBytes(bytes: number): void {
  if (Number.isInteger(bytes) && bytes >= 1 && bytes <= blockBytesMax) return;
  throw new UsageError(`--block-size expects a number of bytes from 1 to ${blockBytesMax}`);
}

async function sizeOf(file: string): Promise<number> {
  try {
    const found = await stat(file);
    if (found.isFile()) return found.size;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new UsageError(refusalText('read', file, error) ?? error.message);
  }
  throw new UsageError(`${file} is no file; expected one (surfraft sync keeps whole folders)`);
}

/** Whether the file has these bytes already: then it needs no version. */
function isSame(present: FileInfo, hashes: readonly string[]): boolean {
  const { version, hashlist } = present;
  if (version === 0 || isDeletion(present) || hashlist.length !== hashes.length) return false;
  return hashlist.every((item, at) => item === hashes[at]);
}
