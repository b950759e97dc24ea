/**
 * `npm run bench -- --site`: the site under people, with its servers on a disk and its fronts as
 * processes, while the leader is killed. It fails when anything that was confirmed is lost, doubled
 * or not equal everywhere.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isOnDisk, machineText, readMachine, type Machine } from '../report/machine.js';
import { markdownTable, textTable } from '../report/text-table.js';
import type { BenchOptions } from '../options.js';
import type { Surroundings } from '../run-bench.js';
import { Processes } from '../systems/processes.js';
import { projectRoot } from '../systems/project-root.js';
import { StandingFigures } from '../systems/standing-figures.js';
import { siteHeader, siteRows, siteWords } from './site-report.js';
import { openSiteStage } from './site-stage.js';
import { runSiteTrial, type SiteOutcome } from './site-trial.js';

export class SiteBenchRun {
  readonly #options: BenchOptions;
  readonly #surroundings: Surroundings;
  readonly #processes: Processes;
  #folder: string | undefined;

  constructor(options: BenchOptions, surroundings: Surroundings) {
    this.#options = options;
    this.#surroundings = surroundings;
    this.#processes = new Processes(surroundings.progress.warn);
  }

  /** The exit code; what was found out is printed and written. */
  async run(): Promise<number> {
    const { progress } = this.#surroundings;
    const place = resolve(this.#options.dataDir ?? join(projectRoot, 'build'));
    const machine = await readMachine(place);
    if (!isOnDisk(machine)) {
      progress.warn(`${place} is in memory (${machine.fileSystem}); name a disk with --data-dir`);
      return 2;
    }
    const processes = this.#processes;
    try {
      const folder = await mkdtemp(join(place, 'bench-data-'));
      this.#folder = folder;
      const { people, siteSeconds: seconds, seed } = this.#options;
      progress.say('the servers and fronts are started');
      const stage = await openSiteStage({ processes, folder, standing: new StandingFigures() });
      const trial = { stage, people, seconds, seed, say: progress.say };
      const outcome = await runSiteTrial(trial).finally(() => stage.cluster.stop());
      processes.checkNoneLost();
      await this.#report(machine, outcome);
      return outcome.problems.count === 0 ? 0 : 1;
    } finally {
      await this.giveUp();
    }
  }

  /** Ends all processes and removes all files. */
  async giveUp(): Promise<void> {
    this.#surroundings.progress.clear();
    await this.#processes.end();
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true, force: true });
    this.#folder = undefined;
  }

  async #report(machine: Machine, outcome: SiteOutcome): Promise<void> {
    const { print, progress } = this.#surroundings;
    const { people, seed, json, markdown } = this.#options;
    progress.clear();
    const said = `${machineText(machine)}.\n${siteWords(outcome, people, seed)}`;
    const rows = siteRows(outcome);
    print(`${said}\n\n${textTable(siteHeader, rows)}`);
    if (markdown !== undefined) {
      await writeFile(markdown, `${said}\n\n${markdownTable(siteHeader, rows)}`);
    }
    if (json === undefined) return;
    const { problems, ...figures } = outcome;
    const kept = { machine, people, seed, problems: problems.shown, ...figures };
    await writeFile(json, `${JSON.stringify(kept)}\n`);
  }
}
