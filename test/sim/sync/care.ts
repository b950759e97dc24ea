/** `surfraft blocks gc`, `verify` and `repair`, as programs that run now and then. */
import type { BlockHash } from '../../../src/blocks/block-hash.js';
import { collectBlocks } from '../../../src/blocks/collect.js';
import { repairBlocks, verifyBlocks, type RepairReport } from '../../../src/blocks/repair.js';
import type { SimClock } from '../sim-clock.js';
import { Life } from './life.js';
import { SimAccess } from './sim-access.js';
import type { SimCluster } from './sim-cluster.js';
import { ClusterGone } from '../../../src/sync/sync-cluster.js';

const observer = (): undefined => undefined;

export class Care {
  readonly #clock: SimClock;
  readonly #cluster: SimCluster;
  /** One program at a time, as on one terminal. */
  #running: Life | undefined;

  constructor(clock: SimClock, cluster: SimCluster) {
    this.#clock = clock;
    this.#cluster = cluster;
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  collect(graceMs: number): void {
    this.#run(async (life) => {
      const referencedAtMs = life.now();
      const referenced = await this.#readReferences(life);
      const cluster = this.#cluster.seenFrom(life);
      await collectBlocks({ cluster, referenced, referencedAtMs, graceMs, dryRun: false });
    });
  }

  repair(): void {
    this.#run(async (life) => {
      const referenced = await this.#readReferences(life);
      await repairBlocks({ cluster: this.#cluster.seenFrom(life), referenced, observer });
    });
  }

  /** `onReport` is told nothing when the program is killed. */
  verify(onReport: (report: RepairReport) => void): void {
    this.#run(async (life) => {
      const referenced = await this.#readReferences(life);
      onReport(await verifyBlocks({ cluster: this.#cluster.seenFrom(life), referenced, observer }));
    });
  }

  kill(): void {
    this.#running?.end();
  }

  pause(forMs: number): void {
    this.#running?.pause(forMs);
  }

  #run(program: (life: Life) => Promise<void>): void {
    if (this.#running !== undefined) return;
    const life = new Life(this.#clock);
    this.#running = life;
    life.onEnd(() => (this.#running = undefined));
    const onEnd = (): void => life.end();
    program(life).then(onEnd, (error: unknown) => {
      onEnd();
      if (!(error instanceof ClusterGone)) this.#cluster.onBug(error);
    });
  }

  async #readReferences(life: Life): Promise<ReadonlySet<BlockHash>> {
    const files = await new SimAccess(this.#cluster, life).readMap();
    return new Set(
      [...files.values()].flatMap((state) => (state.kind === 'file' ? state.blocks : [])),
    );
  }
}
