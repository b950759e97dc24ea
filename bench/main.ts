/**
 * `npm run bench`: the process around a run, its arguments, streams, signals and exit code. What is
 * measured is in bench/scenes, what it is held against in bench/goals.
 */
import { goals } from './goals/goals.js';
import { growthAxes } from './growth/growth-axes.js';
import { GatewayBenchRun } from './gateway/run-gateway-bench.js';
import { parseBenchRequest, type BenchOptions } from './options.js';
import { boundText } from './report/figure-text.js';
import { Progress } from './report/progress.js';
import { textTable } from './report/text-table.js';
import { BenchRun, type Surroundings } from './run-bench.js';
import { selectScenes } from './scenes/scenes.js';
import { SiteBenchRun } from './site/run-site-bench.js';

const print = (text: string): void => void process.stdout.write(text);

const request = await parseBenchRequest(process.argv.slice(2));
switch (request.kind) {
  case 'misuse':
    process.stderr.write(`${request.message}\n`);
    process.exitCode = 2;
    break;
  case 'print':
    print(`${request.text}\n`);
    break;
  case 'list':
    print(listText(request.options));
    break;
  case 'run':
    process.exitCode = await runGuarded(request.options);
}

function runOf(
  options: BenchOptions,
  surroundings: Surroundings,
): BenchRun | GatewayBenchRun | SiteBenchRun {
  if (options.gateway) return new GatewayBenchRun(options, surroundings);
  if (options.site) return new SiteBenchRun(options, surroundings);
  return new BenchRun(options, surroundings);
}

async function runGuarded(options: BenchOptions): Promise<number> {
  const isColoured = process.stdout.isTTY && (process.env['NO_COLOR'] ?? '') === '';
  const progress = new Progress(process.stderr);
  const surroundings = { progress, print, isColoured };
  const run = runOf(options, surroundings);
  let isInterrupted = false;
  // Of one Ctrl-C two signals arrive, from the terminal and from npm: the second says nothing new.
  const interrupt = (): void => {
    if (isInterrupted) return;
    isInterrupted = true;
    void run.giveUp().finally(() => process.exit(130));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);
  // A reader or a terminal that went away ends the run like Ctrl-C: no server is left behind.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', interrupt);
  try {
    return await run.run();
  } catch (error) {
    progress.warn(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

function listText({ growth, goals: asked, isQuick }: BenchOptions): string {
  if (growth !== undefined) {
    const axes = growthAxes.filter((axis) => growth.includes(axis));
    const rows = axes.map(({ id, what, points }) => [id, what, points.join(', ')]);
    return textTable(['id', 'what grows', 'points'], rows);
  }
  const { rows, skipped } = selectScenes(asked, isQuick);
  const shown = [...goals].filter(([id]) => rows.includes(id));
  return textTable(
    ['id', 'what', 'goal', ''],
    shown.map(([id, goal]) => [id, goal.what, boundText(goal), skipped.get(id) ?? '']),
  );
}
