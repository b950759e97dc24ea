/**
 * `surfraft blocks status|verify|repair|gc [HOST:PORT]`: care of the stored blocks of a cluster
 * (contract, section 11).
 */
import type { CommandModule } from 'yargs';
import { count } from '../../base/count.js';
import { collectBlocks } from '../../blocks/collect.js';
import type { BlockCluster } from '../../blocks/block-cluster.js';
import { repairBlocks, verifyBlocks, type RepairReport } from '../../blocks/repair.js';
import { surveyBlocks } from '../../blocks/survey.js';
import { forgetOldVersions, readReferences, type BlockReferences } from '../block-references.js';
import type { ClusterFiles } from '../cluster-files.js';
import {
  answering,
  splitTarget,
  targetOptions,
  withCluster,
  type TargetOptions,
} from '../cluster-target.js';
import { describeBytes } from '../describe-bytes.js';
import { printable } from '../printable.js';
import { openRemoteBlocks } from '../remote-blocks.js';
import { UsageError } from '../usage-error.js';

const actions = ['status', 'verify', 'repair', 'gc'] as const;
type Action = (typeof actions)[number];

interface BlocksArguments extends TargetOptions {
  readonly action: Action | undefined;
  readonly 'dry-run': boolean;
  readonly grace: number;
  readonly 'keep-versions': number;
  readonly 'keep-days': number;
}

const graceSecondsDefault = 3_600;

export const blocksCommand: CommandModule<object, BlocksArguments> = {
  command: 'blocks [action] [words..]',
  describe: 'Look after the stored blocks: blocks status|verify|repair|gc [HOST:PORT]',
  builder: (parser) =>
    targetOptions(parser)
      .positional('action', {
        choices: actions,
        description:
          'status: what the stores hold; verify: read and hash every copy; repair: verify, and ' +
          'replace what is bad; gc: forget older versions of files, and remove blocks that no ' +
          'version names',
      })
      .option('dry-run', {
        type: 'boolean',
        default: false,
        description: 'gc: say what would go, and change nothing',
      })
      .option('grace', {
        type: 'number',
        default: graceSecondsDefault,
        requiresArg: true,
        description: 'gc: keep what was put or asked for within so many seconds',
      })
      .option('keep-versions', {
        type: 'number',
        default: 0,
        requiresArg: true,
        description: 'gc: keep so many older versions of each file',
      })
      .option('keep-days', {
        type: 'number',
        default: 0,
        requiresArg: true,
        description: 'gc: keep older versions that were current within so many days',
      }),

  handler: async (args) => {
    const { action } = args;
    if (action === undefined) {
      throw new UsageError(`ACTION is missing; expected one of ${actions.join(', ')}`);
    }
    const { address } = splitTarget(args, { least: 0, most: 0, usage: 'no more' });
    checkNumbers(args);
    await answering(
      args,
      () =>
        withCluster(args, address, async ({ client, files, proof }) => {
          const opened = await openRemoteBlocks({ config: args.config, client, proof });
          try {
            return await run({ ...args, action }, files, opened.cluster);
          } finally {
            opened.close();
          }
        }),
      ({ lines }) => {
        process.stdout.write(lines().join(''));
      },
    );
  },
};

function checkNumbers({ grace, ...args }: BlocksArguments): void {
  if (!(grace >= 0)) throw new UsageError('--grace expects a number of seconds from 0 on');
  const [keepVersions, keepDays] = [args['keep-versions'], args['keep-days']];
  if (!Number.isInteger(keepVersions) || keepVersions < 0) {
    throw new UsageError('--keep-versions expects a number of versions, an integer from 0 on');
  }
  if (!(keepDays >= 0)) throw new UsageError('--keep-days expects a number of days from 0 on');
}

/** What is printed as JSON, and how people are told; functions are no part of JSON. */
interface BlocksAnswer {
  readonly ok: boolean;
  readonly lines: () => readonly string[];
  readonly [figure: string]: unknown;
}

type ChosenAction = BlocksArguments & { readonly action: Action };

async function run(
  args: ChosenAction,
  clusterFiles: ClusterFiles,
  cluster: BlockCluster,
): Promise<BlocksAnswer> {
  const answer = await act(args, clusterFiles, cluster);
  if (!answer.ok) process.exitCode = 1;
  return answer;
}

async function act(
  args: ChosenAction,
  clusterFiles: ClusterFiles,
  cluster: BlockCluster,
): Promise<BlocksAnswer> {
  switch (args.action) {
    case 'status':
      return status(cluster);
    case 'gc':
      return gc(args, clusterFiles, cluster);
    default: {
      const references = await readReferences(clusterFiles);
      const referenced = [...references.files.keys(), ...references.versions.keys()];
      const check = args.action === 'repair' ? repairBlocks : verifyBlocks;
      return told(await check({ cluster, referenced, observer: () => undefined }), references);
    }
  }
}

async function status(cluster: BlockCluster): Promise<BlocksAnswer> {
  const { stores, withTooFewCopies } = await surveyBlocks({ cluster });
  const ok = stores.every(({ reachable }) => reachable) && withTooFewCopies === 0;
  return {
    ...{ ok, stores, withTooFewCopies },
    lines: () => [
      ...stores.map(describeStore),
      `${count(withTooFewCopies, 'block')} with fewer than ` +
        `${count(cluster.copies, 'copy', 'copies')}\n`,
    ],
  };
}

async function gc(
  { grace, 'dry-run': dryRun, ...args }: BlocksArguments,
  clusterFiles: ClusterFiles,
  cluster: BlockCluster,
): Promise<BlocksAnswer> {
  const policy = {
    keepVersions: args['keep-versions'],
    keepDays: args['keep-days'],
    nowMs: Date.now(),
  };
  const referencedAtMs = cluster.timer.now();
  const { referenced, forgotten } = await forgetOldVersions(clusterFiles, policy, dryRun);
  const options = { cluster, referenced, referencedAtMs, graceMs: grace * 1_000, dryRun };
  const { refusals, ...counts } = await collectBlocks(options);
  for (const refusal of refusals) process.stderr.write(`${refusal}\n`);
  const { unreferenced, removed, bytes } = counts;
  const went = dryRun ? 'would be removed' : 'removed';
  return {
    ...{ ok: refusals.length === 0, referenced: referenced.size, ...counts, forgotten },
    lines: () => [
      `${count(forgotten, 'older version')} ${dryRun ? 'would be forgotten' : 'forgotten'}\n`,
      `${count(referenced.size, 'block')} named by files, ${unreferenced} by none; ` +
        `${removed} ${went}, ${describeBytes(bytes)}\n`,
    ],
  };
}

function told(report: RepairReport, { files, versions }: BlockReferences): BlocksAnswer {
  const lostOf = (words: BlockReferences['files']): readonly string[] =>
    [...new Set(report.lost.flatMap((hash) => words.get(hash) ?? []))].sort();
  const [names, older] = [lostOf(files), lostOf(versions)];
  const { stores, checked, damaged, missing, repaired, lost } = report;
  return {
    ...report,
    ...{ files: names, versions: older },
    lines: () => [
      ...stores.map(describeStore),
      `${count(checked, 'copy', 'copies')} checked, ` +
        `${damaged} damaged, ${missing} missing, ${repaired} repaired\n`,
      ...lost.map((hash) => `lost: block ${hash}\n`),
      ...[...names, ...older].map((name) => `lost: a block of ${printable(name)}\n`),
    ],
  };
}

interface StoreFigures {
  readonly address: string;
  readonly reachable: boolean;
  readonly blocks: number;
  readonly bytes: number;
}

function describeStore({ address, reachable, blocks, bytes }: StoreFigures): string {
  if (!reachable) return `${address}  does not answer\n`;
  return `${address}  ${count(blocks, 'block')}  ${describeBytes(bytes)}\n`;
}
