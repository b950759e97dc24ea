/**
 * The site against a simple model of it: thousands of random commands, all questions, and images
 * taken and restored in between.
 */
import { expect } from 'chai';
import seedrandom from 'seedrandom';
import type { SiteCommand } from '../../src/site/site-command.js';
import { decodeSiteCommand, encodeSiteCommand } from '../../src/site/site-command-codec.js';
import * as limits from '../../src/site/site-limits.js';
import type { SiteQuery } from '../../src/site/site-query.js';
import { SiteState } from '../../src/site/site-state.js';
import { SiteModel } from './site-model.js';
import * as words from './site-words.js';
import { imageOf, restoredSite } from './site-images.js';

const hourMs = 3_600_000;

/** Draws commands and questions about few enough things that they meet again and again. */
class Draw {
  readonly #random: () => number;
  #timeMs = 1_000;
  #next = 1;

  constructor(seed: string) {
    this.#random = seedrandom(seed);
  }

  below(end: number): number {
    return Math.floor(this.#random() * end);
  }

  chance(probability: number): boolean {
    return this.#random() < probability;
  }

  pick<Item>(...items: readonly [Item, ...Item[]]): Item {
    return items[this.below(items.length)] ?? items[0];
  }

  command(): SiteCommand {
    const timeMs = this.#time();
    const token = this.below(60);
    const user = this.below(12);
    const number = this.chance(0.7) ? this.#fresh() : this.below(this.#next);
    switch (this.below(12)) {
      case 0: {
        const name = this.chance(0.2) ? `USER-${user}` : `user-${user}`;
        return { ...words.signUp(user, name, timeMs), session: words.session(token, `L${token}`) };
      }
      case 1:
      case 2: {
        const command = words.logIn(user, token, timeMs);
        return this.chance(0.1) ? { ...command, passwordKey: words.passwordKey(99) } : command;
      }
      case 3:
        return { type: 'logOut', tokenHash: words.tokenHash(token), timeMs };
      case 4: {
        const sessionId = this.chance(0.7) ? words.sessionId(this.below(60)) : undefined;
        return { type: 'endSessions', tokenHash: words.tokenHash(token), sessionId, timeMs };
      }
      case 5:
      case 6: {
        const command = words.post(token, number, timeMs);
        return this.chance(0.2) ? { ...command, link: `http://a.b/${this.below(9)}` } : command;
      }
      case 7:
        return words.comment(token, number, this.below(this.#next), timeMs);
      default:
        return words.like(token, this.below(this.#next), this.chance(0.7), timeMs);
    }
  }

  query(): SiteQuery {
    const tokenHash = this.chance(0.7) ? words.tokenHash(this.below(60)) : undefined;
    const page = this.chance(0.7) ? 1 : this.below(6) + 1;
    const name = `${this.pick('user', 'User')}-${this.below(14)}`;
    switch (this.below(9)) {
      case 0:
        return { type: 'post', id: words.postId(this.below(this.#next)), page, tokenHash };
      case 1:
        return { type: 'user', name, page, tokenHash };
      case 2:
        return { type: 'sessions', tokenHash };
      case 3:
        return { type: 'viewer', tokenHash };
      case 4:
        return { type: 'password', name };
      case 5:
        return { type: 'counts' };
      default:
        return { type: 'posts', order: this.pick('hot', 'new', 'top'), page, tokenHash };
    }
  }

  #fresh(): number {
    this.#next += 1;
    return this.#next - 1;
  }

  /** Mostly a little later; now and then much later, or as an old leader has it, earlier. */
  #time(): number {
    if (this.chance(0.05)) return Math.max(1, this.#timeMs - this.below(hourMs));
    const stepMs = this.chance(0.01) ? limits.sessionLifeMs / 2 : this.below(hourMs / 4);
    this.#timeMs += stepMs;
    return this.#timeMs;
  }
}

describe('SiteState', () => {
  for (const seed of ['a', 'b', 'c', 'd']) {
    it(`does and answers what a simple model does (seed ${seed})`, () => {
      const draw = new Draw(seed);
      const model = new SiteModel();
      let site = new SiteState();
      for (let step = 0; step < 4_000; step += 1) {
        const command = draw.command();
        const logged = decodeSiteCommand(encodeSiteCommand(command));
        expect(logged).to.deep.equal(command);
        expect(site.apply(logged), JSON.stringify(command)).to.deep.equal(model.apply(command));
        if (draw.chance(0.2)) {
          const query = draw.query();
          expect(site.answer(query), JSON.stringify(query)).to.deep.equal(model.answer(query));
        }
        if (draw.chance(0.005)) {
          const image = imageOf(site);
          site = restoredSite(image, draw.below(500) + 1);
          expect(imageOf(site)).to.deep.equal(image);
        }
      }
    });

    it(`has the same image applied as restored and applied further (seed ${seed})`, () => {
      const draw = new Draw(seed);
      const applied = new SiteState();
      let restored = new SiteState();
      for (let step = 0; step < 1_500; step += 1) {
        const command = draw.command();
        expect(restored.apply(command)).to.deep.equal(applied.apply(command));
        if (draw.chance(0.02)) restored = restoredSite(imageOf(restored), draw.below(2_000) + 1);
      }
      expect(imageOf(restored)).to.deep.equal(imageOf(applied));
    });
  }

  it('takes a snapshot of the moment, whatever comes while it is read', () => {
    const draw = new Draw('frozen');
    const site = new SiteState();
    for (let step = 0; step < 1_000; step += 1) site.apply(draw.command());
    const expected = imageOf(site);
    const snapshot = site.snapshot();
    const parts: Uint8Array[] = [];
    for (let part = snapshot.next(100); part !== undefined; part = snapshot.next(100)) {
      parts.push(part);
      for (let more = 0; more < 10; more += 1) site.apply(draw.command());
    }
    snapshot.close();
    expect(Buffer.concat(parts).equals(expected)).to.equal(true);
  });

  it('ends the oldest session of an account that has too many', () => {
    const site = new SiteState();
    site.apply(words.signUp(1, 'user-1', 1));
    for (let token = 2; token <= limits.sessionsPerAccountMax; token += 1) {
      site.apply(words.logIn(1, token, token));
    }
    const viewerOf = (token: number): string | null =>
      site.answer({ type: 'viewer', tokenHash: words.tokenHash(token) }).viewer;
    expect(viewerOf(1)).to.equal('user-1');
    site.apply(words.logIn(1, 99, 99));
    expect(viewerOf(1)).to.equal(null);
    expect(viewerOf(2)).to.equal('user-1');
    expect(site.answer({ type: 'counts' }).counts.sessions).to.equal(limits.sessionsPerAccountMax);
  });

  it('ends sessions by the time, many of them over several commands', () => {
    const site = new SiteState();
    const many = 2_500;
    for (let number = 0; number < many; number += 1) site.apply(words.signUp(number));
    const lateMs = 1 + limits.sessionLifeMs;
    const restored = restoredSite(imageOf(site), 1_000);
    for (const left of [1_500, 500, 0, 0]) {
      for (const state of [site, restored]) {
        state.apply({ type: 'logOut', tokenHash: words.tokenHash(999_999), timeMs: lateMs });
        expect(state.answer({ type: 'counts' }).counts.sessions).to.equal(left);
        const last = words.tokenHash(many - 1);
        expect(state.answer({ type: 'viewer', tokenHash: last }).viewer).to.equal(null);
      }
      expect(imageOf(restored)).to.deep.equal(imageOf(site));
    }
  });

  it('forgets ended sessions when there are too many, and no more of them are kept', () => {
    const site = new SiteState();
    site.apply(words.signUp(0));
    const logOut = (token: number): SiteCommand => {
      return { type: 'logOut', tokenHash: words.tokenHash(token), timeMs: 1 };
    };
    const many = limits.endedSessionsKept + 1;
    for (let token = 1; token <= many; token += 1) {
      site.apply(words.logIn(0, token));
      site.apply(logOut(token));
    }
    expect(site.apply(logOut(1))).to.deep.equal({ kind: 'notLoggedIn' });
    expect(site.apply(logOut(2))).to.deep.equal({ kind: 'done' });
    // A log-in that comes again does not bring back what was ended since.
    expect(site.apply(words.logIn(0, 2))).to.deep.equal({ kind: 'done' });
    expect(site.answer({ type: 'counts' }).counts.sessions).to.equal(1);
    expect(imageOf(restoredSite(imageOf(site), 777)).equals(imageOf(site))).to.equal(true);
  });

  it('takes a link again, and ends a session, when just so much time has passed', () => {
    const site = new SiteState();
    site.apply(words.signUp(1, 'user-1', 1));
    site.apply(words.post(1, 1, 1));
    const again = { ...words.post(2, 2), link: words.post(1, 1).link };
    const { duplicateLinkMs, sessionLifeMs } = limits;
    site.apply(words.logIn(1, 2, 2));
    const early = site.apply({ ...again, timeMs: duplicateLinkMs });
    expect(early).to.deep.equal({ kind: 'duplicate', postId: words.postId(1), title: 'Post 1' });
    expect(site.apply({ ...again, timeMs: 1 + duplicateLinkMs })).to.deep.equal({ kind: 'done' });
    expect(site.apply(words.like(2, 1, true, 1 + sessionLifeMs)).kind).to.equal('liked');
    expect(site.apply(words.like(2, 1, true, 2 + sessionLifeMs)).kind).to.equal('notLoggedIn');
  });

  it('answers far pages with nothing', () => {
    const site = new SiteState();
    site.apply(words.signUp(1));
    for (let number = 1; number <= 31; number += 1) site.apply(words.post(1, number));
    for (const order of ['hot', 'new', 'top'] as const) {
      const lengths = [1, 2, 3, 1_000_000_000].map((page) => {
        const { posts, more } = site.answer({ type: 'posts', order, page });
        return [posts.length, more];
      });
      expect(lengths).to.deep.equal([
        [30, true],
        [1, false],
        [0, false],
        [0, false],
      ]);
    }
  });

  it('ends hot, and no other order, with its last page', () => {
    const { hotPagesMax, postsPerPage } = limits;
    const site = new SiteState();
    site.apply(words.signUp(1));
    const count = hotPagesMax * postsPerPage + 1;
    for (let number = 1; number <= count; number += 1) site.apply(words.post(1, number));
    for (const [order, beyond] of [
      ['hot', 0],
      ['new', 1],
      ['top', 1],
    ] as const) {
      const pages = [hotPagesMax, hotPagesMax + 1].map((page) => {
        return site.answer({ type: 'posts', order, page });
      });
      expect(
        pages.map(({ posts }) => posts.length),
        order,
      ).to.deep.equal([postsPerPage, beyond]);
      expect(
        pages.map(({ more }) => more),
        order,
      ).to.deep.equal([beyond > 0, false]);
    }
  });
});
