/**
 * Asks the cluster which blocks it lacks, for all files in hand together: while one question is on
 * its way, those that come are gathered for the next.
 */
import type { BlockHash } from '../blocks/block-hash.js';
import type { SyncCluster } from './sync-cluster.js';

/** Far below what a call may carry; as many more may be in the last question that fits. */
const hashesMax = 5_000;

interface Question {
  readonly hashes: readonly BlockHash[];
  answer(missing: ReadonlySet<BlockHash>): void;
  fail(error: unknown): void;
}

export class MissingQuestions {
  readonly #cluster: Pick<SyncCluster, 'missing'>;
  /** One for each batch of a file in hand, at most. */
  #waiting: Question[] = [];
  #isAsking = false;

  constructor(cluster: Pick<SyncCluster, 'missing'>) {
    this.#cluster = cluster;
  }

  /** What the cluster lacks of these, and perhaps of others. */
  missingOf(hashes: readonly BlockHash[]): Promise<ReadonlySet<BlockHash>> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ hashes, answer: resolve, fail: reject });
      if (!this.#isAsking) void this.#askAll();
    });
  }

  async #askAll(): Promise<void> {
    this.#isAsking = true;
    while (this.#waiting.length > 0) await ask(this.#cluster, this.#takeNext());
    this.#isAsking = false;
  }

  #takeNext(): readonly Question[] {
    let hashes = 0;
    let count = 0;
    while (count < this.#waiting.length && hashes < hashesMax) {
      hashes += this.#waiting[count]?.hashes.length ?? 0;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }
}

async function ask(
  cluster: Pick<SyncCluster, 'missing'>,
  questions: readonly Question[],
): Promise<void> {
  try {
    const hashes = new Set(questions.flatMap((question) => question.hashes));
    const missing = await cluster.missing([...hashes]);
    for (const question of questions) question.answer(missing);
  } catch (error) {
    for (const question of questions) question.fail(error);
  }
}
