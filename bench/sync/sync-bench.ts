/**
 * Folders brought into a cluster of three servers and back, beside a plain copy and other programs
 * over loopback. In each round everybody moves the same new data, in turns.
 */
import { mkdir, rm, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot } from '../systems/project-root.js';
import { SurfRaftCluster } from '../systems/surfraft-cluster.js';
import type { World } from '../systems/world.js';
import { editFile, makeBigFile, makeSmallFiles } from './data.js';
import { rivalNames, startRival, type RivalName } from './rivals.js';
import type { Mover, SyncFigure, SyncReport, SyncRow } from './sync-rows.js';
import { transfer, type Transfer } from './transfer.js';

export interface SyncBenchOptions {
  readonly world: World;
  readonly isQuick: boolean;
  readonly rounds: number;
  readonly say: (text: string) => void;
}

const blockSizes: readonly number[] = [1_000_000, 4_194_304];
const bigName = 'big.bin';
/** The goal for the peak of a sync. */
const peakMiBMax = 200;
const mib = 1024 * 1024;

interface Sizes {
  readonly bigBytes: number;
  readonly smallFiles: number;
}

export async function runSyncBench(options: SyncBenchOptions): Promise<SyncReport> {
  const sizes = options.isQuick
    ? { bigBytes: 128 * mib, smallFiles: 1_000 }
    : { bigBytes: 1024 * mib, smallFiles: 10_000 };
  const bench = new SyncBench(options, sizes);
  for (let round = 1; round <= options.rounds; round += 1) {
    options.say(`round ${round} of ${options.rounds}`);
    await bench.round(round);
  }
  return { rows: rowsOf(sizes), figures: bench.figures, leftOut: [...bench.leftOut] };
}

function rowsOf({ bigBytes, smallFiles }: Sizes): readonly SyncRow[] {
  const size = `${bigBytes / mib} MiB`;
  const files = `${smallFiles.toLocaleString('en')} files of 1,000 bytes`;
  const big = blockSizes.flatMap((block): SyncRow[] => {
    const blocks = `in blocks of ${block.toLocaleString('en')}`;
    return [
      { id: `up-${block}`, what: `${size} up, ${blocks}`, unit: 'MB/s' },
      { id: `down-${block}`, what: `${size} down, ${blocks}`, unit: 'MB/s' },
      { id: `up-peak-${block}`, what: 'peak memory, up', unit: 'MiB', atMost: peakMiBMax },
      { id: `down-peak-${block}`, what: 'peak memory, down', unit: 'MiB', atMost: peakMiBMax },
      {
        id: `edit-${block}`,
        what: 'bytes sent after a change of one byte',
        unit: 'bytes',
        atMost: block,
      },
    ];
  });
  return [
    ...big,
    { id: 'small-up', what: `${files}, first sync`, unit: 's' },
    { id: 'small-down', what: `${files}, down`, unit: 's' },
    { id: 'small-again', what: `${files}, nothing changed`, unit: 's', atMost: 2 },
    { id: 'small-peak', what: 'peak memory, first sync', unit: 'MiB', atMost: peakMiBMax },
  ];
}

class SyncBench {
  readonly figures: SyncFigure[] = [];
  readonly leftOut = new Set<string>();
  readonly #options: SyncBenchOptions;
  readonly #sizes: Sizes;

  constructor(options: SyncBenchOptions, sizes: Sizes) {
    this.#options = options;
    this.#sizes = sizes;
  }

  async round(round: number): Promise<void> {
    const { world, say } = this.#options;
    const folder = join(world.folder, `sync-${round}`);
    for (const [at, block] of blockSizes.entries()) {
      const source = join(folder, `source-${block}`);
      const big = join(source, bigName);
      await makeBigFile(big, this.#sizes.bigBytes);
      // Who was first in one round is last in the next: what the disk still has to do is shared.
      const turns = [
        () => this.#moveOurs(block, source, join(folder, `target-${block}`)),
        () => this.#copy(block, big),
        ...rivalNames.map((name) => () => this.#moveTheirs(name, block, big)),
      ];
      const first = (round - 1 + at) % turns.length;
      for (const turn of [...turns.slice(first), ...turns.slice(0, first)]) await turn();
      await rm(folder, { recursive: true, force: true });
    }
    say(`round ${round}: ${this.#sizes.smallFiles} files`);
    await this.#moveSmall(folder);
    await rm(folder, { recursive: true, force: true });
  }

  async #moveOurs(block: number, source: string, target: string): Promise<void> {
    await this.#withCluster(async (sync) => {
      const up = await sync(source, block);
      this.#keepSpeed(`up-${block}`, 'SurfRaft', up.seconds);
      this.#keep(`up-peak-${block}`, 'SurfRaft', up.peakBytes / mib);
      await mkdir(target);
      const down = await sync(target, block);
      this.#keepSpeed(`down-${block}`, 'SurfRaft', down.seconds);
      this.#keep(`down-peak-${block}`, 'SurfRaft', down.peakBytes / mib);
      await editFile(join(target, bigName), this.#sizes.bigBytes);
      const edited = await sync(target, block);
      const { bytesSent } = JSON.parse(edited.printed) as { readonly bytesSent: number };
      this.#keep(`edit-${block}`, 'SurfRaft', bytesSent);
    });
  }

  async #moveSmall(folder: string): Promise<void> {
    const source = join(folder, 'small');
    const target = join(folder, 'small-target');
    await makeSmallFiles(source, this.#sizes.smallFiles);
    await mkdir(target);
    const [block = 0] = blockSizes;
    await this.#withCluster(async (sync) => {
      const up = await sync(source, block);
      this.#keep('small-up', 'SurfRaft', up.seconds);
      this.#keep('small-peak', 'SurfRaft', up.peakBytes / mib);
      this.#keep('small-down', 'SurfRaft', (await sync(target, block)).seconds);
      // A file that was seen in the moment of its change is looked at once more.
      await sync(source, block);
      this.#keep('small-again', 'SurfRaft', (await sync(source, block)).seconds);
    });
  }

  /** A new cluster for each: what it has already is no first upload. */
  async #withCluster(
    work: (sync: (folder: string, block: number) => Promise<Transfer>) => Promise<void>,
  ): Promise<void> {
    const { world } = this.#options;
    const cluster = await SurfRaftCluster.start(world, 3);
    const { host, port } = cluster.endpoint;
    const program = join(projectRoot, 'build/src/cli/surfraft.js');
    try {
      // As `surfraft` starts it.
      await work((folder, block) =>
        transfer(world.processes, process.execPath, [
          ...['--max-semi-space-size=2', program, 'sync', '--json', '--timeout', '60'],
          ...[`${host}:${port}`, folder, String(block)],
        ]),
      );
      world.processes.checkNoneLost();
    } finally {
      await cluster.stop();
      await rm(cluster.folder, { recursive: true, force: true });
    }
  }

  async #copy(block: number, big: string): Promise<void> {
    const { processes } = this.#options.world;
    const copy = `${big}.copy`;
    const copied = await transfer(processes, 'cp', [big, copy]);
    const hashed = await transfer(processes, 'sha256sum', [copy]);
    this.#keepSpeed(`up-${block}`, 'cp + sha256sum', copied.seconds + hashed.seconds);
    await unlink(copy);
  }

  async #moveTheirs(name: RivalName, block: number, big: string): Promise<void> {
    const { world } = this.#options;
    const rival = await startRival(world, name);
    if (rival === undefined) {
      this.leftOut.add(`${name} is not installed, its figures are left out`);
      return;
    }
    try {
      const up = await transfer(world.processes, rival.command, rival.up(big, bigName));
      this.#keepSpeed(`up-${block}`, name, up.seconds);
      this.#keep(`up-peak-${block}`, name, up.peakBytes / mib);
      const back = `${big}.${name}`;
      const down = await transfer(world.processes, rival.command, rival.down(bigName, back));
      this.#keepSpeed(`down-${block}`, name, down.seconds);
      this.#keep(`down-peak-${block}`, name, down.peakBytes / mib);
      await unlink(back);
    } finally {
      await rival.server.end();
      await rm(rival.folder, { recursive: true, force: true });
    }
  }

  #keepSpeed(row: string, mover: Mover, seconds: number): void {
    this.#keep(row, mover, this.#sizes.bigBytes / 1e6 / seconds);
  }

  #keep(row: string, mover: Mover, value: number): void {
    this.figures.push({ row, mover, value });
  }
}
