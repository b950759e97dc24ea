/**
 * Runs the simulator from the command line: many seeds in a row on all cores, or one with its
 * trace or as a page. A failure comes with the seed and the one command that replays it.
 */
import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { ProgressLine } from './progress-line.js';
import { renderRun } from './html/render-run.js';
import { describeFailure, type SeedResult, type SeedTask } from './run-seed.js';
import { runSeedPool } from './seed-pool.js';
import {
  parseSimArguments,
  replayCommand,
  simUsage,
  SimUsageError,
  type SimArguments,
} from './sim-arguments.js';
import { simulate, type SimulationReport } from './simulation.js';
import { Trace, traceLine, type TraceEvent } from './trace.js';

const failuresMax = 5;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

process.exitCode = await main();

async function main(): Promise<number> {
  try {
    const args = parseSimArguments(process.argv.slice(2));
    if (args === 'help') {
      say(simUsage);
      return 0;
    }
    const failed = args.trace || args.html !== undefined ? await lookAt(args) : await runMany(args);
    return failed === 0 ? 0 : 1;
  } catch (error) {
    if (!(error instanceof SimUsageError)) throw error;
    process.stderr.write(`${error.message}\n\n${simUsage}\n`);
    return 2;
  }
}

/** Runs one seed and shows all of it; returns how many failed. */
async function lookAt({ firstSeed, safety, trace, html }: SimArguments): Promise<number> {
  const events: TraceEvent[] = [];
  const sink = (event: TraceEvent): void => {
    if (trace) say(traceLine(event));
    if (html !== undefined) events.push(event);
  };
  let report: SimulationReport | undefined = undefined;
  let failure: string | undefined = undefined;
  try {
    report = await simulate({ seed: firstSeed, safety, trace: new Trace(sink) });
    say(JSON.stringify(report));
  } catch (error) {
    failure = describeFailure(error);
    say(`seed ${firstSeed} failed: ${failure}`);
  }
  if (html !== undefined) {
    writeFileSync(html, renderRun({ seed: firstSeed, events, report, failure }));
    say(`wrote ${html}`);
  }
  return failure === undefined ? 0 : 1;
}

async function runMany({ firstSeed, seeds, safety, workers }: SimArguments): Promise<number> {
  const progress = new ProgressLine(seeds);
  const totals = {
    calls: 0,
    updates: 0,
    falses: 0,
    reads: 0,
    committed: 0,
    termsLed: 0,
    memberChanges: 0,
  };
  let ended = 0;
  let failed = 0;
  const onResult = ({ seed, report, failure }: SeedResult): boolean => {
    ended += 1;
    progress.add(report?.events ?? 0);
    if (report !== undefined) addTo(totals, report);
    if (failure === undefined) return true;
    failed += 1;
    progress.clear();
    say(`seed ${seed} failed: ${failure}`);
    say(`replay: ${replayCommand(seed, safety)}`);
    return failed < failuresMax;
  };
  const tasks = seedTasks(firstSeed, seeds, safety);
  await runSeedPool({ tasks, workers: Math.min(workers, seeds), onResult });
  progress.clear();
  const rate = `${Math.round(progress.eventsPerMinute)} events per minute`;
  const spent = `${progress.events} events in ${progress.seconds.toFixed(1)} s, ${rate}`;
  say(`${ended} seeds, ${failed} failed: ${spent}; ${JSON.stringify(totals)}`);
  return failed;
}

function* seedTasks(
  firstSeed: number,
  seeds: number,
  safety: SeedTask['safety'],
): Iterator<SeedTask, undefined> {
  for (let seed = firstSeed; seed < firstSeed + seeds; seed += 1) {
    yield { seed, safety, wantsChecksum: false };
  }
}

type Totals = Record<
  'calls' | 'updates' | 'falses' | 'reads' | 'committed' | 'termsLed' | 'memberChanges',
  number
>;

function addTo(totals: Totals, report: SimulationReport): void {
  totals.calls += report.calls;
  totals.updates += report.updates;
  totals.falses += report.falses;
  totals.reads += report.reads;
  totals.committed += report.committed;
  totals.termsLed += report.termsLed;
  totals.memberChanges += report.memberChanges;
}
