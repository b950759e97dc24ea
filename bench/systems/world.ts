/** What the systems of a run share: who starts processes, where data lies, what is watched for. */
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import type { Processes } from './processes.js';
import type { StandingFigures } from './standing-figures.js';

export interface World {
  readonly processes: Processes;
  /** All data folders of the run are in it, those of all systems on the same disk. */
  readonly folder: string;
  readonly standing: StandingFigures;
}

export const host = '127.0.0.1';

/** Within it every system is up, on whatever machine. */
export const startSecondsMax = 30;

export function systemFolder(world: World, name: string): Promise<string> {
  return mkdtemp(join(world.folder, `${name}-`));
}
