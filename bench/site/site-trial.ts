/**
 * So many people at once on the site, whose leader is killed in the middle and comes back later.
 * In the end all servers must hold the same, and that is what the people did.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { createRandom } from '../../src/io/seeded-random.js';
import type { SiteCounts } from '../../src/site/site-query.js';
import { checkContent, checkEqual, checkLikes } from './check-content.js';
import { Ledger, Problems } from './ledger.js';
import { Person, type Tally } from './person.js';
import { ContentReader } from './site-content.js';
import type { SiteStage } from './site-stage.js';
import { WebClient, type Visit } from './web-client.js';

export interface SiteTrialOptions {
  readonly stage: SiteStage;
  readonly people: number;
  /** Of work; signing up comes before, and is not counted. */
  readonly seconds: number;
  /** Decides what people do; when, the machine decides. */
  readonly seed: string;
  /** Tells people who watch what is going on. */
  readonly say: (text: string) => void;
}

export interface SiteOutcome {
  readonly signUp: {
    readonly seconds: number;
    /** Answers that asked to come again later. */
    readonly busy: number;
  };
  /** Of the work, in no order. Times are ms since its beginning. */
  readonly visits: readonly Visit[];
  readonly killedMs: number;
  readonly restartedMs: number;
  readonly tally: Tally;
  /** The longest time that this process, which makes the load, stood still, in ms. */
  readonly heldUpMs: number;
  /** What the servers hold in the end. */
  readonly counts: SiteCounts;
  readonly problems: Problems;
}

const killShare = 0.4;
const restartShare = 0.7;

export async function runSiteTrial(options: SiteTrialOptions): Promise<SiteOutcome> {
  return new SiteTrial(options).run();
}

class SiteTrial {
  readonly #options: SiteTrialOptions;
  readonly #ledger = new Ledger();
  readonly #problems = new Problems();
  readonly #tally: Tally = { resent: 0, givenUp: 0, old: 0 };
  readonly #people: readonly Person[];
  #visits: Visit[] = [];

  constructor(options: SiteTrialOptions) {
    const { people, seed, stage } = options;
    this.#options = options;
    this.#people = Array.from({ length: people }, (_, number) => {
      const name = `person${number}`;
      return new Person({
        ...{ name, people, fronts: stage.fronts },
        client: new WebClient((visit) => this.#visits.push(visit)),
        random: createRandom(`${seed} ${name}`),
        ...{ ledger: this.#ledger, problems: this.#problems, tally: this.#tally },
      });
    });
  }

  async run(): Promise<SiteOutcome> {
    const signUp = await this.#signUp();
    const delay = monitorEventLoopDelay({ resolution: 10 });
    delay.enable();
    const work = await this.#work();
    delay.disable();
    const counts = await this.#check();
    return {
      ...{ signUp, ...work, counts, tally: this.#tally, problems: this.#problems },
      heldUpMs: delay.max / 1e6,
    };
  }

  async #signUp(): Promise<SiteOutcome['signUp']> {
    const { people, say } = this.#options;
    const beganMs = performance.now();
    let done = 0;
    await Promise.all(
      this.#people.map(async (person) => {
        await person.signUp();
        say(`${++done} of ${people} people have signed up`);
      }),
    );
    const seconds = (performance.now() - beganMs) / 1_000;
    return { seconds, busy: this.#visits.filter(({ status }) => status === 503).length };
  }

  async #work(): Promise<Pick<SiteOutcome, 'visits' | 'killedMs' | 'restartedMs'>> {
    const { seconds, say } = this.#options;
    this.#visits = [];
    const beganMs = performance.now();
    const since = (ms: number): number => ms - beganMs;
    say(`all work for ${seconds} s`);
    const breaking = this.#killAndRestart(seconds * 1_000);
    await Promise.all([
      breaking,
      ...this.#people.map((person) => person.live(beganMs + seconds * 1_000)),
    ]);
    const { killedMs, restartedMs } = await breaking;
    const visits = this.#visits.map((visit) => {
      return { ...visit, beganMs: since(visit.beganMs), endedMs: since(visit.endedMs) };
    });
    return { visits, killedMs: since(killedMs), restartedMs: since(restartedMs) };
  }

  async #killAndRestart(
    workMs: number,
  ): Promise<{ readonly killedMs: number; readonly restartedMs: number }> {
    const { stage, say } = this.#options;
    await wait(workMs * killShare);
    const leader = await stage.cluster.killLeader();
    const killedMs = performance.now();
    say(`server ${leader}, which led, is killed`);
    await wait(workMs * (restartShare - killShare));
    const restartedMs = performance.now();
    await stage.cluster.startAgain(leader);
    say(`server ${leader} is back`);
    return { killedMs, restartedMs };
  }

  async #check(): Promise<SiteCounts> {
    const { stage, people, say } = this.#options;
    const [ledger, problems] = [this.#ledger, this.#problems];
    const reader = new ContentReader(stage.cluster.servers);
    try {
      say('everything is read from all servers');
      const contents = await reader.readAll();
      checkEqual(contents, problems);
      const [first] = contents;
      if (first === undefined) throw new Error('a cluster has a server');
      checkContent(first, { ledger, people, problems });
      for (const [number, { name, tokenHash }] of this.#people.entries()) {
        say(`the likes of ${name} are read`);
        const liked = await reader.likedBy(tokenHash, number);
        checkLikes(name, liked, first, { ledger, problems });
      }
      return first.counts;
    } finally {
      reader.close();
    }
  }
}
