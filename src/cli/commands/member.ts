/**
 * `surfraft member add|remove|list TARGET`: changes who belongs to a running cluster, one server at
 * a time, and says what is left to people: the file, and starting or ending the server.
 */
import type { CommandModule } from 'yargs';
import { parseAddress } from '../../config/parse-address.js';
import { changeMembers, type ChangedMembers } from '../change-members.js';
import {
  chosenOptions,
  openChosen,
  type ChosenCluster,
  type ChosenOptions,
} from '../chosen-cluster.js';
import { answering } from '../cluster-target.js';
import { editMemberFile, writeMemberFile } from '../member-file.js';
import { listMembers, printMembers, waitForVoter } from '../member-list.js';
import { UsageError } from '../usage-error.js';

const actions = ['add', 'remove', 'list'] as const;
type Action = (typeof actions)[number];

interface MemberArguments extends ChosenOptions {
  readonly action: Action;
  readonly write: boolean;
  readonly wait: boolean;
}

export const memberCommand: CommandModule<object, MemberArguments> = {
  command: 'member <action> [words..]',
  describe: 'Change who belongs to a running cluster: member add|remove|list CONFIG [HOST:PORT|ID]',
  builder: (parser) =>
    chosenOptions(parser, '; HOST:PORT of the server to add, or the ID of the one to remove')
      .positional('action', {
        choices: actions,
        demandOption: true,
        description:
          'add: a server at HOST:PORT, which gets a new ID; remove: the server ID, for good; ' +
          'list: who belongs to the cluster, and who still catches up',
      })
      .option('write', {
        type: 'boolean',
        default: false,
        description: 'add, remove: bring the file CONFIG up to date, too',
      })
      .option('wait', {
        type: 'boolean',
        default: false,
        description: 'add: wait, for as long as it takes, until the new server counts',
      }),
  handler: async (args) => {
    refuseIdleOptions(args);
    if (args.action === 'list') {
      await answering(
        args,
        async () => {
          const cluster = await openChosen(args);
          return listMembers(cluster);
        },
        printMembers,
      );
      return;
    }
    await (args.action === 'add' ? add(args) : remove(args));
  },
};

function refuseIdleOptions({ action, write, wait }: MemberArguments): void {
  if (write && action === 'list') throw new UsageError('--write means nothing for member list');
  if (wait && action !== 'add') throw new UsageError('--wait is for member add alone');
}

function add(args: MemberArguments): Promise<void> {
  return answering(
    args,
    async () => {
      const usage = 'HOST:PORT of the new server';
      const cluster = await openChosen(args, { least: 1, most: 1, usage });
      const [address = ''] = cluster.words;
      const parsed = parseAddress(address);
      if (parsed.kind === 'error') throw new UsageError(`expected ${usage}: ${parsed.problem}`);
      refuseFileless(args, cluster);
      const done = await withFile(
        args,
        cluster,
        await changeMembers(cluster, 'addmember', address),
      );
      if (args.wait) {
        if (!args.json) printAdded(done);
        await waitForVoter(cluster, done.id);
      }
      return { ...done, address, waited: args.wait };
    },
    (done) => {
      if (done.waited) process.stdout.write(`server ${done.id} counts\n`);
      else printAdded(done);
    },
  );
}

function remove(args: MemberArguments): Promise<void> {
  return answering(
    args,
    async () => {
      const usage = 'the ID of the server to remove';
      const cluster = await openChosen(args, { least: 1, most: 1, usage });
      const [word = ''] = cluster.words;
      if (!/^\d{1,2}$/.test(word)) throw new UsageError(`expected ${usage}, not "${word}"`);
      refuseFileless(args, cluster);
      return withFile(args, cluster, await changeMembers(cluster, 'removemember', Number(word)));
    },
    printRemoved,
  );
}

function refuseFileless({ write }: MemberArguments, { config, target }: ChosenCluster): void {
  if (!write || config !== undefined) return;
  throw new UsageError(`--write needs the configuration file in place of ${target}`);
}

interface Done extends ChangedMembers {
  /** As it was typed. */
  readonly target: string;
  /** Lines of the file that are new, or others than before; undefined where no file was named. */
  readonly lines: readonly string[] | undefined;
  readonly written: boolean;
}

/** The change is made whatever becomes of the file. */
async function withFile(
  { write }: MemberArguments,
  { config, target }: ChosenCluster,
  changed: ChangedMembers,
): Promise<Done> {
  if (config === undefined) return { ...changed, target, lines: undefined, written: false };
  const edited = await editMemberFile(target, changed);
  const written = write && edited.lines.length > 0;
  if (written) await writeMemberFile(target, edited);
  return { ...changed, target, lines: edited.lines, written };
}

function printAdded(done: Done): void {
  const { id, changed, members, target, lines } = done;
  const server = members.find((member) => member.id === id);
  const how = changed ? 'is added' : 'was there already';
  const role = server?.role === 'voter' ? 'it counts' : 'as a learner, which does not count yet';
  const config = lines === undefined ? 'CONFIG' : target;
  print([
    `server ${id} at ${server?.address ?? '?'} ${how}, ${role}`,
    ...fileLines(done),
    ...(server?.role === 'voter'
      ? []
      : [
          'start it on its machine, with the new file and an empty data folder:',
          `  ./run-server.sh ${config} ${id}`,
          `it counts once it has caught up; npx surfraft member list ${target} tells`,
        ]),
    sizeLine(members.length),
  ]);
}

function printRemoved(done: Done): void {
  const { id, changed, members } = done;
  print([
    changed ? `server ${id} is removed` : `server ${id} was removed before`,
    ...fileLines(done),
    `end server ${id} if it runs, and delete its data folder: its ID is never given again`,
    sizeLine(members.length),
  ]);
}

function fileLines({ lines, written, target }: Done): readonly string[] {
  if (lines === undefined) return ['write that into the configuration file of every server'];
  if (lines.length === 0) return [`${target} says so already; every server should have that file`];
  if (written) return [`${target} is written; copy it to every server`];
  return [
    `write into ${target} on every server (--write does it for this one):`,
    ...lines.map((line) => `  ${line}`),
  ];
}

function sizeLine(size: number): string {
  const spare = Math.ceil(size / 2) - 1;
  const even = size % 2 === 0 ? `, like one of ${size - 1}; an odd number serves better` : '';
  return `a cluster of ${size} goes on without ${spare} of them${even}`;
}

function print(lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
}
