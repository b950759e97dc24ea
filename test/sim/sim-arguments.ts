/** The command line of the simulator. */
import os from 'node:os';
import { parseArgs } from 'node:util';
import type { SafetyPhase } from './simulation.js';

export const simUsage = `Runs simulated clusters, one for each seed; stops at the fifth that fails.

  npm run sim -- [options]

  --seed S        the first seed (1)
  --seeds N       how many seeds to run, one after the other (1)
  --safety-ms T   simulated milliseconds in which anything may fail (10000)
  --steps N       the same in events, instead
  --workers N     threads that share the seeds (one for each core)
  --trace         print a line for each event (one seed only)
  --html FILE     write a page to look at the run with (one seed only)
  --help          print this

Ends with 0 when no seed failed, 1 when one did, 2 when the command is wrong. A failure comes with
the command that replays it: the same seed does the same, byte for byte.`;

export interface SimArguments {
  readonly firstSeed: number;
  readonly seeds: number;
  readonly safety: SafetyPhase;
  readonly workers: number;
  readonly trace: boolean;
  readonly html: string | undefined;
}

/** What is wrong with a command line, in words for whoever typed it. */
export class SimUsageError extends Error {
  override readonly name = 'SimUsageError';
}

/** `'help'` when that was asked for. Throws `SimUsageError`. */
export function parseSimArguments(args: readonly string[]): SimArguments | 'help' {
  const values = parseValues(args);
  if (values.help) return 'help';
  const seeds = wholeNumber('--seeds', values.seeds);
  const isLookedAt = values.trace || values.html !== undefined;
  if (isLookedAt && seeds !== 1) throw new SimUsageError('--trace and --html take one seed');
  if (values.steps !== undefined && values['safety-ms'] !== undefined) {
    throw new SimUsageError('--steps and --safety-ms are two ways to say the same; use one');
  }
  const safety =
    values.steps === undefined
      ? { ms: wholeNumber('--safety-ms', values['safety-ms'] ?? '10000') }
      : { steps: wholeNumber('--steps', values.steps) };
  return {
    firstSeed: wholeNumber('--seed', values.seed),
    seeds,
    safety,
    workers: wholeNumber('--workers', values.workers ?? String(os.availableParallelism())),
    trace: values.trace,
    html: values.html,
  };
}

/** The command that runs one seed again. */
export function replayCommand(seed: number, safety: SafetyPhase): string {
  const phase = 'ms' in safety ? `--safety-ms ${safety.ms}` : `--steps ${safety.steps}`;
  return `npm run sim -- --seed ${seed} ${phase} --trace`;
}

interface Values {
  readonly seed: string;
  readonly seeds: string;
  readonly 'safety-ms'?: string | undefined;
  readonly steps?: string | undefined;
  readonly workers?: string | undefined;
  readonly html?: string | undefined;
  readonly trace: boolean;
  readonly help: boolean;
}

function parseValues(args: readonly string[]): Values {
  try {
    return parseArgs({
      args: [...args],
      options: {
        seed: { type: 'string', default: '1' },
        seeds: { type: 'string', default: '1' },
        'safety-ms': { type: 'string' },
        steps: { type: 'string' },
        workers: { type: 'string' },
        html: { type: 'string' },
        trace: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new SimUsageError(error instanceof Error ? error.message : String(error));
  }
}

function wholeNumber(option: string, text: string): number {
  const value = Number(text);
  if (/^\d{1,12}$/.test(text) && value >= 1) return value;
  throw new SimUsageError(`${option} takes a whole number from 1 on, not "${text}"`);
}
