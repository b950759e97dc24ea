/** `surfraft status TARGET`: a line for each server of a cluster, and one sentence about all. */
import { setTimeout as wait } from 'node:timers/promises';
import type { CommandModule } from 'yargs';
import {
  chosenOptions,
  lookAtCluster,
  openChosen,
  type ChosenCluster,
  type ChosenOptions,
} from '../chosen-cluster.js';
import { answering, watching } from '../cluster-target.js';
import { localTime } from '../local-time.js';
import { statusChanges, statusOf, statusTable, type StatusTold } from '../status-rows.js';
import { listenForStop } from '../stop-request.js';
import { UsageError } from '../usage-error.js';

interface StatusArguments extends ChosenOptions {
  readonly watch: boolean;
  readonly interval: number;
}

export const statusCommand: CommandModule<object, StatusArguments> = {
  command: 'status [words..]',
  describe: 'Show every server of a cluster: status CONFIG | HOST:PORT',
  builder: (parser) =>
    chosenOptions(parser)
      .option('watch', {
        type: 'boolean',
        default: false,
        description: 'Go on: redraw on a terminal, otherwise print what changes',
      })
      .option('interval', {
        type: 'number',
        default: 1,
        requiresArg: true,
        description: 'Seconds between two looks with --watch',
      }),
  handler: async (args) => {
    if (!(args.interval > 0)) throw new UsageError('--interval expects a number above 0');
    if (args.watch) {
      await watching(async () => {
        await watchStatus(args, await openChosen(args));
      });
      return;
    }
    await answering(
      args,
      async () => toldOnce(await openChosen(args)),
      (told) => {
        process.stdout.write(statusTable(told, isColoured()));
      },
    );
  },
};

async function toldOnce(cluster: ChosenCluster): Promise<StatusTold & { readonly ok: boolean }> {
  const look = await lookAtCluster(cluster);
  const ok = look.servers.some(({ seen }) => seen.kind === 'report');
  if (!ok) process.exitCode = 1;
  return { ok, ...statusOf(look) };
}

async function watchStatus(args: StatusArguments, cluster: ChosenCluster): Promise<void> {
  const stop = new AbortController();
  void listenForStop().then(() => {
    stop.abort();
  });
  let before: StatusTold | undefined;
  while (!stop.signal.aborted) {
    const told = statusOf(await lookAtCluster(cluster));
    if (args.json) process.stdout.write(`${JSON.stringify({ ok: true, ...told })}\n`);
    else if (process.stdout.isTTY) {
      const clear = '\u001b[H\u001b[2J';
      process.stdout.write(`${clear}${statusTable(told, isColoured())}`);
    } else {
      const when = localTime(Date.now());
      for (const line of statusChanges(before, told)) process.stdout.write(`${when}  ${line}\n`);
    }
    before = told;
    await wait(args.interval * 1_000, undefined, { signal: stop.signal }).catch(ignoreStop);
  }
}

function isColoured(): boolean {
  return process.stdout.isTTY && (process.env['NO_COLOR'] ?? '') === '';
}

function ignoreStop(): void {
  // The loop sees it.
}
