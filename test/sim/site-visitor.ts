/**
 * A visitor of the site among the clients: signs up, logs in and out, posts, likes and comments on
 * whatever server, and sends again, with the same ids, what it got no answer to.
 */
import type { SiteCommand } from '../../src/site/site-command.js';
import * as words from '../site/site-words.js';
import type { CallRecord, History } from './history.js';
import { SimClient, type Sent } from './sim-client.js';
import type { SimRandom } from './sim-random.js';
import type { SimWorld } from './sim-world.js';

export interface SiteVisitorOptions {
  readonly world: SimWorld;
  readonly history: History;
  readonly random: SimRandom;
}

const attemptsMax = 4;
const thinkMs = { min: 1, max: 60 };
const patienceMs = { min: 50, max: 2_000 };
/** Things of each kind, few enough to be met again. */
const users = 5;
const tokens = 12;
const posts = 40;

export class SiteVisitor {
  readonly #options: SiteVisitorOptions;
  readonly #client: SimClient;
  #isStopped = false;

  constructor(options: SiteVisitorOptions) {
    this.#options = options;
    this.#client = new SimClient(options.world, options.history, 'site');
  }

  start(): void {
    this.#pause();
  }

  stop(): void {
    this.#isStopped = true;
  }

  #pause(): void {
    const { world, random } = this.#options;
    world.clock.after(random.between(thinkMs.min, thinkMs.max), () => {
      if (!this.#isStopped) this.#attempt(this.#nextCommand(), 1);
    });
  }

  #nextCommand(): SiteCommand {
    const { random } = this.#options;
    const token = random.integer(1, tokens);
    const number = random.integer(1, posts);
    switch (random.integer(1, 8)) {
      case 1:
        return words.signUp(random.integer(1, users));
      case 2:
        return words.logIn(random.integer(1, users), token);
      case 3: {
        const tokenHash = words.tokenHash(token);
        if (random.chance(0.5)) return { type: 'logOut', tokenHash, timeMs: 0 };
        return { type: 'endSessions', tokenHash, sessionId: undefined, timeMs: 0 };
      }
      case 4:
      case 5:
        return words.post(token, number);
      case 6:
        return words.comment(token, random.integer(1, posts), number);
      default:
        return words.like(token, number, random.chance(0.6));
    }
  }

  #attempt(command: SiteCommand, attempt: number): void {
    const { world, random } = this.#options;
    const goOn = (call: CallRecord): void => {
      giveUp();
      if (call.end?.type === 'siteChanged' || attempt >= attemptsMax) {
        this.#pause();
        return;
      }
      world.clock.after(random.between(1, 100), () => {
        if (!this.#isStopped) this.#attempt(command, attempt + 1);
      });
    };
    const giveUp = world.clock.after(random.between(patienceMs.min, patienceMs.max), () => {
      if (this.#isStopped) return;
      sent.hangUp();
      goOn(sent.call);
    });
    const leader = world.servers.find(({ life }) => life?.replica.isLeader() === true);
    const target = leader !== undefined && random.chance(0.8) ? leader : random.pick(world.servers);
    const sent: Sent = this.#client.send(target, { type: 'site', command }, goOn);
  }
}
