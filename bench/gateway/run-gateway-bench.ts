/**
 * `npm run bench -- --gateway`: the benchmark of the original's report, side by side with Apache 2
 * and nginx. In each round every server is started, warmed up, measured with and without keep-
 * alive, and ended; figures are medians over the rounds, ratios those of each round.
 */
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchOptions } from '../options.js';
import { machineText, readMachine, type Machine } from '../report/machine.js';
import { markdownTable, textTable } from '../report/text-table.js';
import type { Surroundings } from '../run-bench.js';
import { findCommand, Processes, retry } from '../systems/processes.js';
import { runAb } from './apache-bench.js';
import { contestants, type Contestant, type Started } from './contestants.js';
import { gatewayHeader, gatewayRows, type GatewaySample } from './gateway-report.js';

const fileBytes = 146_583;
const fileName = 'photo.jpg';
const requests = 5_000;
const clients = 500;
const warmUpRequests = 5_000;
const workerCounts = [2, 10, 100];
const quickWorkerCounts = [2];
const startSecondsMax = 300;
const readableByAll = 0o755;

export class GatewayBenchRun {
  readonly #options: BenchOptions;
  readonly #surroundings: Surroundings;
  readonly #processes: Processes;
  readonly #samples: GatewaySample[] = [];
  #folder: string | undefined;

  constructor(options: BenchOptions, surroundings: Surroundings) {
    this.#options = options;
    this.#surroundings = surroundings;
    this.#processes = new Processes(surroundings.progress.warn);
  }

  /** The exit code; what was found out is printed and written. */
  async run(): Promise<number> {
    const { warn } = this.#surroundings.progress;
    const ab = findCommand('ab');
    if (ab === undefined) {
      warn('ab is not installed (Debian: apache2-utils); without it there is no load');
      return 2;
    }
    const all = contestants(this.#options.isQuick ? quickWorkerCounts : workerCounts);
    for (const { missing } of all) if (missing !== undefined) warn(missing);
    const present = all.filter(({ missing }) => missing === undefined);
    try {
      const folder = await this.#makeFolder();
      const machine = await readMachine(folder);
      for (let round = 1; round <= this.#options.rounds; round += 1) {
        for (const contestant of present) await this.#measure(contestant, { round, ab, folder });
      }
      await this.#report(machine);
      return 0;
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

  async #makeFolder(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'surfraft-bench-'));
    this.#folder = folder;
    const files = join(folder, 'files');
    await mkdir(files);
    // Apache and nginx read it as a user of their own.
    for (const path of [folder, files]) await chmod(path, readableByAll);
    await writeFile(join(files, fileName), randomBytes(fileBytes));
    return folder;
  }

  async #measure(contestant: Contestant, { round, ab, folder }: RoundOptions): Promise<void> {
    const { name } = contestant;
    const { say } = this.#surroundings.progress;
    const processes = this.#processes;
    say(`round ${round} of ${this.#options.rounds}: starting ${name}`);
    const own = join(folder, `${name.replace(/\W+/g, '-')}-${round}`);
    const started = await contestant.start({
      processes,
      folder: own,
      files: join(folder, 'files'),
    });
    const url = `http://127.0.0.1:${started.port}/${fileName}`;
    await untilServing(name, started, url);
    for (const keepsAlive of [true, false]) {
      say(`round ${round} of ${this.#options.rounds}: ${name}`);
      const load = { url, clients, keepsAlive };
      await runAb(processes, ab, { ...load, requests: warmUpRequests });
      const result = await runAb(processes, ab, { ...load, requests });
      this.#samples.push({ name, round, keepsAlive, ...result });
    }
    await started.running.end();
    processes.checkNoneLost();
  }

  async #report(machine: Machine): Promise<void> {
    const { print, progress } = this.#surroundings;
    progress.clear();
    const rows = gatewayRows(this.#samples);
    const conditions =
      `${machineText(machine)}. ab -n ${requests} -c ${clients}, a file of ${fileBytes} bytes; ` +
      `medians of ${this.#options.rounds} rounds.`;
    print(`${conditions}\n\n${textTable(gatewayHeader, rows)}`);
    const { markdown, json } = this.#options;
    if (markdown !== undefined) {
      await writeFile(markdown, `${conditions}\n\n${markdownTable(gatewayHeader, rows)}`);
    }
    if (json !== undefined) {
      await writeFile(
        json,
        `${JSON.stringify({ machine, samples: this.#samples }, undefined, 2)}\n`,
      );
    }
  }
}

interface RoundOptions {
  readonly round: number;
  /** The command. */
  readonly ab: string;
  readonly folder: string;
}

/** The whole file, and for the gateway every worker healthy. */
async function untilServing(name: string, { port }: Started, url: string): Promise<void> {
  await retry(name, startSecondsMax, async () => {
    if ((await fetchLength(url)) !== fileBytes) return undefined;
    if (!name.startsWith('gateway')) return true;
    const status = await fetchText(`http://127.0.0.1:${port}/status`);
    const { workers } = JSON.parse(status) as { workers: readonly { healthy: boolean }[] };
    return workers.every(({ healthy }) => healthy) ? true : undefined;
  });
}

async function fetchLength(url: string): Promise<number> {
  return (await fetchText(url, 'latin1')).length;
}

async function fetchText(url: string, encoding: BufferEncoding = 'utf8'): Promise<string> {
  const asking = request(url, { agent: false, headers: { accept: 'application/json' } }).end();
  const [response] = (await once(asking, 'response')) as [NodeJS.ReadableStream];
  response.setEncoding(encoding);
  let text = '';
  for await (const part of response) text += String(part);
  return text;
}
