/**
 * Reads the site from one of the servers, whose turn it is, and from the next when that one fails
 * or is silent. Whoever has changed something sees it: a server that has not come so far is passed
 * over for one that has.
 */
import { InvalidArgument } from '../../client/client-errors.js';
import type { SiteRead } from '../../site/site-call.js';
import type { AnswerTo, SiteAnswer, SiteQuery } from '../../site/site-query.js';
import type { ReadSource } from './page-models.js';
import type { ServerPool } from './server-pool.js';
import type { SiteCluster, SiteQuestion } from './site-cluster.js';

/** After so much silence the next server is asked, too; whoever answers first counts. */
const silenceMs = 400;
/** A server that has not answered by then is not waited for; those that seem dead, less. */
const answerMsMax = 3_000;
const deadMsMax = 1_000;
/** How long a read waits for a server that has come far enough. */
const catchUpMsMax = 1_500;

export interface SiteReading<Answer extends SiteAnswer = SiteAnswer> {
  readonly answer: Answer;
  readonly source: ReadSource;
  /** Everything that was asked for is in it. */
  readonly isCurrent: boolean;
}

export interface ReadOptions {
  /** What the reader has changed is in the log up to here. */
  readonly atLeastIndex: number;
  /** Ask the leader first, for what must not be missed. */
  readonly leaderFirst?: boolean;
}

export class SiteReader {
  readonly #cluster: SiteCluster;
  readonly #pool: ServerPool;

  constructor(cluster: SiteCluster, pool: ServerPool) {
    this.#cluster = cluster;
    this.#pool = pool;
  }

  /** Undefined when no server answers. */
  async read<Query extends SiteQuery>(
    query: Query,
    { atLeastIndex, leaderFirst = false }: ReadOptions,
  ): Promise<SiteReading<AnswerTo<Query>> | undefined> {
    const question = { query, atLeastIndex };
    const order = leaderFirst ? this.#leaderFirst() : this.#pool.inTurn();
    const read = await this.#askFirst(order, question);
    if (read === undefined) return undefined;
    if (read.answer !== null) return this.#reading<Query>(read, true);
    return this.#catchUp<Query>(question);
  }

  /** The leader, then the live ones that have come furthest. */
  #leaderFirst(): readonly number[] {
    const { leader, byProgress, hasLive } = this.#pool;
    if (!hasLive) return this.#pool.inTurn();
    if (leader === undefined || !byProgress.includes(leader)) return byProgress;
    return [leader, ...byProgress.filter((id) => id !== leader)];
  }

  async #catchUp<Query extends SiteQuery>(
    question: SiteQuestion,
  ): Promise<SiteReading<AnswerTo<Query>> | undefined> {
    const { atLeastIndex } = question;
    const endMs = performance.now() + catchUpMsMax;
    let order = this.#leaderFirst();
    do {
      const read = await this.#askFirst(order, question);
      if (read === undefined) return undefined;
      if (read.answer !== null) return this.#reading<Query>(read, true);
      if (!(await this.#pool.reaches(atLeastIndex, endMs - performance.now()))) break;
      order = this.#pool.byProgress;
    } while (performance.now() < endMs);
    const any = { ...question, atLeastIndex: 0 };
    const freshest = await this.#askFirst(this.#pool.byProgress, any);
    return freshest === undefined ? undefined : this.#reading<Query>(freshest, false);
  }

  #reading<Query extends SiteQuery>(
    { server, term, leader, applied, answer }: SiteRead,
    isCurrent: boolean,
  ): SiteReading<AnswerTo<Query>> | undefined {
    if (answer === null) return undefined;
    const furthest = this.#pool.furthestIndex;
    return {
      // Which answer belongs to a query, the types cannot follow through the network.
      answer: answer as AnswerTo<Query>,
      source: {
        ...{ server, term, isLeader: leader === server },
        behind: Math.max(0, furthest - applied),
        mayBeOld: leader === null || !this.#pool.hasMajority || !isCurrent,
      },
      isCurrent,
    };
  }

  /** Asks one after the other until one answers; undefined when none does. */
  #askFirst(order: readonly number[], question: SiteQuestion): Promise<SiteRead | undefined> {
    const msMax = this.#pool.hasLive ? answerMsMax : deadMsMax;
    return new Promise((resolve, reject) => {
      let asked = 0;
      let open = 0;
      let isOver = false;
      const silent = new Set<number>();
      const end = (read: SiteRead | undefined): void => {
        isOver = true;
        // Only where another one has answered: it may be this process that is slow.
        if (read !== undefined) {
          for (const id of silent) this.#pool.missed(id, `it said nothing for ${silenceMs} ms`);
        }
        resolve(read);
      };
      const next = (): void => {
        if (isOver) return;
        const server = order[asked];
        if (server === undefined) {
          if (open === 0) end(undefined);
          return;
        }
        asked += 1;
        open += 1;
        const silence = setTimeout(() => {
          silent.add(server);
          next();
        }, silenceMs);
        const answered = this.#cluster.read(server, question, msMax);
        answered.then(
          (read) => {
            clearTimeout(silence);
            silent.delete(server);
            this.#pool.heard(read);
            if (!isOver) end(read);
          },
          (error: unknown) => {
            clearTimeout(silence);
            silent.delete(server);
            open -= 1;
            if (isOver) return;
            // No other server would take the question either.
            if (error instanceof InvalidArgument) {
              isOver = true;
              reject(error);
              return;
            }
            this.#pool.missed(server, (error as Error).message);
            next();
          },
        );
      };
      next();
    });
  }
}
