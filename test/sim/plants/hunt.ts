/** Looks for a planted bug with the simulator, in a process of its own that may do anything. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import type { FirstFailure } from './first-failure.js';
import type { Plant } from './plant.js';
import { PlantedBuild } from './planted-build.js';

export interface HuntOptions {
  readonly seedsMax: number;
  /** How long each seed's run is: simulated time of the safety phase, unless `program` is given. */
  readonly safetyMs: number;
  /** Below `build/`: what runs the seeds, if not the simulator of Raft servers. */
  readonly program?: string;
}

export interface Catch {
  readonly plant: Plant;
  readonly seeds: number;
  /** The checker that saw it; undefined when none did. */
  readonly checker: string | undefined;
  /** What it said. */
  readonly message: string;
}

/** What the simulator needs of the build. */
const parts = ['src', 'test/sim', 'test/site', 'test/fixtures/founders.js'];

/** A simulator that does not come back has not caught anything. */
const huntMsMax = 600_000;

export async function hunt(plant: Plant, options: HuntOptions): Promise<Catch> {
  const build = new PlantedBuild(plant, parts);
  try {
    const { seeds, failure } = await firstFailure(build.folder, options);
    if (failure === undefined) return { plant, seeds, checker: undefined, message: 'survives' };
    const message = failure.split('\n')[0] ?? '';
    return { plant, seeds, checker: checkerOf(failure), message };
  } finally {
    build.remove();
  }
}

function firstFailure(folder: string, options: HuntOptions): Promise<FirstFailure> {
  const program = path.join(folder, options.program ?? 'test/sim/plants/first-failure.js');
  const args = [program, String(options.seedsMax), String(options.safetyMs)];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { timeout: huntMsMax }, (error, stdout, stderr) => {
      if (stderr.includes('ERR_MODULE_NOT_FOUND'))
        reject(new Error(`a part is missing: ${stderr}`));
      const line = stdout.split('\n').find((text) => text.startsWith('{'));
      if (line !== undefined) resolve(JSON.parse(line) as FirstFailure);
      else resolve({ seeds: 0, failure: error === null ? 'said nothing' : error.message });
    });
  });
}

/** The file of the first frame that is a checker's; else it was the server that gave up. */
function checkerOf(failure: string): string {
  const checker = /test\/sim\/checkers\/([a-z-]+)\.js/.exec(failure)?.[1];
  if (checker !== undefined) return checker;
  const judge = /sim\/sync\/(judge|ending)\.js/.exec(failure)?.[1];
  if (judge !== undefined) return judge;
  if (failure.includes('sim/durable-model.js')) return 'durable-model';
  if (failure.includes('sim/history.js')) return 'history';
  const own = /src\/([a-z/-]+)\.js/.exec(failure)?.[1];
  return own === undefined ? 'the simulator' : `an assertion (${own})`;
}
