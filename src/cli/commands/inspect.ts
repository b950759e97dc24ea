/**
 * `surfraft inspect DATA_DIR`: what stands in a server's data folder, for people or as JSON. It
 * changes nothing, and the server may be running.
 */
import type { CommandModule } from 'yargs';
import { count } from '../../base/count.js';
import type { FolderIdentity } from '../../base/folder-identity.js';
import type { FolderReport } from '../../storage/inspect-folder.js';
import { describeBytes } from '../describe-bytes.js';
import { lookIntoFolder } from '../look-into-folder.js';

interface InspectArguments {
  readonly folder: string;
  readonly json: boolean;
}

export const inspectCommand: CommandModule<object, InspectArguments> = {
  command: 'inspect <folder>',
  describe: "Print what a server's data folder holds: term, vote, log, snapshots, damage",
  builder: (parser) =>
    parser
      .positional('folder', {
        type: 'string',
        demandOption: true,
        description: "A server's data folder, such as data/…/metadata0",
      })
      .option('json', { type: 'boolean', default: false, description: 'For scripts' }),
  handler: async ({ folder, json }) => {
    const { identity, report } = await lookIntoFolder(folder);
    const text = json ? asJson(identity, report) : asText(identity, report);
    process.stdout.write(`${text}\n`);
  },
};

function asJson(identity: FolderIdentity, report: FolderReport): string {
  const { hardState } = report;
  const known = hardState === undefined ? {} : Object.fromEntries(hardState.known);
  const readable = hardState === undefined ? null : { ...hardState, known };
  const votedFor = hardState?.votedFor ?? null;
  const plain = readable === null ? null : { ...readable, votedFor };
  return JSON.stringify({ ...identity, ...report, hardState: plain }, undefined, 2);
}

function asText(identity: FolderIdentity, report: FolderReport): string {
  const { segments, snapshots, leftovers, aside, damage } = report;
  return [
    `server ${identity.serverId} of cluster ${identity.clusterId}`,
    ...describeHardState(report),
    `log: ${describeLog(report)}`,
    ...table(
      segments.map(({ name, bytes, frames, firstIndex, lastIndex, damage: bad }) => [
        name,
        describeBytes(bytes),
        count(frames, 'write'),
        lastIndex === 0 ? 'no entries' : `entries ${firstIndex}–${lastIndex}`,
        bad === undefined ? '' : 'DAMAGED',
      ]),
    ),
    snapshots.length === 0 ? 'snapshots: none' : 'snapshots:',
    ...table(
      snapshots.map(({ name, bytes, position, damage: bad }) => [
        name,
        describeBytes(bytes),
        position === undefined ? '' : `through entry ${position.index} of term ${position.term}`,
        bad === undefined ? '' : 'DAMAGED',
      ]),
    ),
    ...listed('not written to their end, removed at the next start:', leftovers),
    ...listed('damaged files that were put aside:', aside),
    ...listed('damage:', damage),
    ...(damage.length === 0 ? ['no damage'] : []),
  ].join('\n');
}

function describeHardState({ hardState }: FolderReport): readonly string[] {
  if (hardState === undefined) return ['term, vote and standing: cannot be read'];
  const { term, votedFor, standing, incarnation, known } = hardState;
  const vote = votedFor === undefined ? 'no vote given in it' : `vote for server ${votedFor}`;
  return [
    `term ${term}, ${vote}`,
    `standing: ${standing} (incarnation ${incarnation}; knows ${count(known.size, 'other')})`,
  ];
}

function describeLog({ logBase, lastIndex, segments }: FolderReport): string {
  const files = count(segments.length, 'segment');
  if (lastIndex === logBase) return `no entries behind ${logBase}, ${files}`;
  return `entries ${logBase + 1}–${lastIndex} in ${files}`;
}

/** Lines with their columns under each other. */
function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) => {
    const cells = row.map((cell, column) => cell.padEnd(widths[column] ?? 0));
    return `  ${cells.join('  ').trimEnd()}`;
  });
}

function listed(heading: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [heading, ...lines.map((line) => `  ${line}`)];
}
