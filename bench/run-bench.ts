/** A run from the first process to the last file, with nothing left behind. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { must } from '../src/base/assert.js';
import { growthPicture } from './growth/growth-curve.js';
import { runGrowth } from './growth/run-growth.js';
import { chooseGenerator, findEtcd, type Etcd } from './installed.js';
import type { Generator } from './load/generator.js';
import type { BenchOptions } from './options.js';
import { hasFailed, reportJson, reportMarkdown, reportText } from './report/bench-report.js';
import type { BenchReport, Conditions, KeptSample } from './report/bench-report.js';
import { goalsPicture } from './report/goals-picture.js';
import { isOnDisk, machineText, readMachine } from './report/machine.js';
import type { Progress } from './report/progress.js';
import { markdownTable, textTable } from './report/text-table.js';
import type { Bench } from './scenes/bench.js';
import { reasonOf, runScenes } from './scenes/run-scenes.js';
import { selectScenes } from './scenes/scenes.js';
import { Stage } from './scenes/stage.js';
import { runSyncBench } from './sync/sync-bench.js';
import { syncCells, syncHeader } from './sync/sync-rows.js';
import { Processes } from './systems/processes.js';
import { projectRoot } from './systems/project-root.js';
import { StandingFigures } from './systems/standing-figures.js';

export interface Surroundings {
  readonly progress: Progress;
  readonly print: (text: string) => void;
  readonly isColoured: boolean;
}

/** Everything that a run has to give back. */
interface Holdings {
  readonly processes: Processes;
  readonly folder: string;
}

export class BenchRun {
  readonly #options: BenchOptions;
  readonly #surroundings: Surroundings;
  #holdings: Holdings | undefined = undefined;
  #isGivenUp = false;

  constructor(options: BenchOptions, surroundings: Surroundings) {
    this.#options = options;
    this.#surroundings = surroundings;
  }

  /** The exit code; what was found out is printed and written. */
  async run(): Promise<number> {
    const place = resolve(this.#options.dataDir ?? join(projectRoot, 'build'));
    const processes = new Processes(this.#say);
    let machine;
    try {
      machine = await readMachine(place);
      if (!isOnDisk(machine)) throw new Error(`${place} is in memory (${machine.fileSystem})`);
      this.#holdings = { processes, folder: await mkdtemp(join(place, 'bench-data-')) };
    } catch (error) {
      this.#say(`${reasonOf(error)}; name a folder on a disk with --data-dir`);
      return 2;
    }
    try {
      if (this.#options.isSync) return await this.#measureSync(machineText(machine));
      const etcd = findEtcd();
      const generator = chooseGenerator(processes);
      const { rounds, seconds, warmUpSeconds, steadySeconds } = this.#options;
      const conditions: Conditions = {
        machine,
        generator: generator.name,
        etcd: etcd?.version,
        ...{ rounds, seconds, warmUpSeconds, steadySeconds },
      };
      return await this.#measure(conditions, generator, etcd);
    } finally {
      await this.#cleanUp();
    }
  }

  /** Ends all processes and removes all data; what is under way fails. */
  async giveUp(): Promise<void> {
    this.#isGivenUp = true;
    await this.#cleanUp();
  }

  async #measureSync(machine: string): Promise<number> {
    const { processes, folder } = must(this.#holdings, 'the run has begun');
    const { isQuick, rounds, json, markdown } = this.#options;
    const { progress, print } = this.#surroundings;
    const world = { processes, folder, standing: new StandingFigures() };
    const report = await runSyncBench({ world, isQuick, rounds, say: progress.say });
    if (this.#isGivenUp) return 130;
    progress.clear();
    const notes = [`${machine}.`, ...report.leftOut.map((text) => `${text}.`)];
    const said = [...notes, `Medians of ${rounds} rounds, in turns.`].join('\n');
    print(`${said}\n\n${textTable(syncHeader, syncCells(report))}`);
    if (json !== undefined) await writeFile(json, `${JSON.stringify({ machine, ...report })}\n`);
    if (markdown !== undefined) {
      await writeFile(markdown, `${said}\n\n${markdownTable(syncHeader, syncCells(report))}`);
    }
    return 0;
  }

  async #measure(
    conditions: Conditions,
    generator: Generator,
    etcd: Etcd | undefined,
  ): Promise<number> {
    const samples: KeptSample[] = [];
    const bench = this.#makeBench(generator, etcd, samples);
    const { growth, goals, isQuick } = this.#options;
    const outcomes =
      growth === undefined ? await runScenes(bench, selectScenes(goals, isQuick)) : new Map();
    const { curves, failures } = await runGrowth(bench, growth ?? [], isQuick);
    if (this.#isGivenUp) return 130;
    const pauses = bench.world.standing.pausesByPart;
    await this.#handOver({ conditions, outcomes, curves, samples, pauses });
    for (const failure of failures) this.#say(failure);
    return hasFailed(outcomes) || failures.length > 0 ? 1 : 0;
  }

  #makeBench(generator: Generator, etcd: Etcd | undefined, samples: KeptSample[]): Bench {
    const { processes, folder } = must(this.#holdings, 'the run has begun');
    const { isQuick, rounds, seconds, warmUpSeconds, steadySeconds } = this.#options;
    const world = { processes, folder, standing: new StandingFigures() };
    const { say } = this.#surroundings.progress;
    const stageOptions = { world, etcd: etcd?.command, warmUpSeconds, passOn: isQuick, say };
    let run = 0;
    return {
      world,
      stage: new Stage(stageOptions),
      generator,
      etcd: etcd?.command,
      rounds,
      seconds,
      warmUpSeconds,
      steadySeconds,
      nextRun: () => ++run,
      keep: (series, system, sample) => samples.push({ series, system, ...sample }),
      say,
    };
  }

  async #handOver(report: BenchReport): Promise<void> {
    const { progress, print, isColoured } = this.#surroundings;
    const { json, svg, markdown } = this.#options;
    progress.clear();
    print(reportText(report, isColoured));
    if (json !== undefined) await writeFile(json, reportJson(report));
    if (markdown !== undefined) await writeFile(markdown, reportMarkdown(report));
    if (svg === undefined) return;
    if (report.outcomes.size > 0) await writeFile(svg, goalsPicture(report.outcomes));
    for (const curve of report.curves) {
      await writeFile(`${svg.replace(/\.svg$/, '')}-${curve.id}.svg`, growthPicture(curve));
    }
  }

  readonly #say = (text: string): void => {
    if (!this.#isGivenUp) this.#surroundings.progress.warn(text);
  };

  async #cleanUp(): Promise<void> {
    const holdings = this.#holdings;
    this.#holdings = undefined;
    if (holdings === undefined) return;
    this.#surroundings.progress.clear();
    await holdings.processes.end();
    await rm(holdings.folder, { recursive: true, force: true });
  }
}
