/**
 * One of the people: signs up, then looks at pages, posts, likes and comments, one thing after the
 * other with short pauses, at whichever front comes next. Every answer is checked, and after each
 * change whether it is seen. A change that is answered 503 is sent again as it was, or given up.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { hashToken } from '../../src/web/site/secrets.js';
import type { Ledger, Problems } from './ledger.js';
import { readHtml, readJson, type SeenPage, type SeenPost } from './seen-page.js';
import type { WebAnswer, WebClient, WebQuestion } from './web-client.js';

export interface PersonOptions {
  /** Letters and digits. */
  readonly name: string;
  /** Ports. */
  readonly fronts: readonly number[];
  readonly client: WebClient;
  /** Numbers in [0, 1). */
  readonly random: () => number;
  readonly ledger: Ledger;
  readonly problems: Problems;
  /** How many likes a post can have. */
  readonly people: number;
  readonly tally: Tally;
}

/** Of all people together. */
export interface Tally {
  /** Changes that were sent again after a 503, and those that were given up after one. */
  resent: number;
  givenUp: number;
  /** Pages that said that they may be old. */
  old: number;
}

const thinkMs = { least: 100, most: 500 };
const giveUpShare = 0.25;
/** How long after its end of work a change may go on being sent again. */
const settleMsMax = 60_000;
const shares = { like: 0.24, comment: 0.08, post: 0.06 };
/** Likes by JSON that change nothing, because the post is liked, or not liked, already. */
const idleLikeShare = 0.15;
const orders = ['hot', 'new', 'top'];
const pagesShown = 3;
const ok = 200;
const created = 201;
const redirected = 303;
const unavailable = 503;

export class Person {
  readonly name: string;
  readonly #options: PersonOptions;
  #posts: readonly SeenPost[] = [];
  #serial = 0;
  #endMs = Infinity;

  constructor(options: PersonOptions) {
    this.name = options.name;
    this.#options = options;
  }

  /** By a form or by JSON; as often as the fronts are busy with passwords. */
  async signUp(): Promise<void> {
    const account = { username: this.name, password: `the password of ${this.name}` };
    let mayBeKept = false;
    for (;;) {
      const path = mayBeKept ? '/login' : '/signup';
      const answer = await this.#sendAccount(path, account);
      if (answer.status < 400 && answer.status >= ok) return;
      // Of an answer that did not come nobody knows: then the name is one's own already.
      if (answer.status === 409) mayBeKept = true;
      else if (answer.status !== unavailable) {
        throw new Error(`${this.name} cannot sign up: ${answer.status} ${answer.text}`);
      }
      await wait(answer.retryAfterMs * (1 + this.#random()));
    }
  }

  async #sendAccount(path: string, account: Readonly<Record<string, string>>): Promise<WebAnswer> {
    const { client } = this.#options;
    if (this.#random() < 0.5) {
      return client.ask('change', this.#front(), {
        ...{ path: `/api${path}`, method: 'POST', json: account },
      });
    }
    const { text } = await client.ask('page', this.#front(), { path });
    const form = { csrf: readHtml(text).csrf, ...account };
    return client.ask('change', this.#front(), { path, form });
  }

  /** What the cluster keeps of the session's token. */
  get tokenHash(): string {
    return hashToken((this.#options.client.cookies.get('session') ?? '').replace(/^\d+\./, ''));
  }

  /** Does one thing after the other until then, by `performance.now()`. */
  async live(endMs: number): Promise<void> {
    this.#endMs = endMs;
    // Of a connection that has rested for long nobody knows whether the front still wants it.
    this.#options.client.close();
    await wait(this.#random() * thinkMs.most);
    while (performance.now() < endMs) {
      await this.#doSomething();
      await wait(thinkMs.least + this.#random() * (thinkMs.most - thinkMs.least));
    }
    this.#options.client.close();
  }

  #doSomething(): Promise<void> {
    const chance = this.#random();
    const asForm = this.#random() < 0.5;
    if (chance < shares.post || this.#posts.length === 0) return this.#post(asForm);
    if (chance < shares.post + shares.comment) return this.#comment(asForm);
    if (chance < shares.post + shares.comment + shares.like) return this.#like(asForm);
    return this.#look();
  }

  async #look(): Promise<void> {
    const chance = this.#random();
    if (chance < 0.6) await this.#list(this.#random() < 0.5);
    else if (chance < 0.9) await this.#see(`/posts/${this.#choosePost().id}`);
    else await this.#see(`/users/${this.#choosePost().by}`);
  }

  async #list(asHtml: boolean): Promise<SeenPage | undefined> {
    const order = orders[Math.floor(this.#random() * orders.length)] ?? 'hot';
    const page = 1 + Math.floor(this.#random() * this.#random() * pagesShown);
    const query = `?sort=${order}&page=${page}`;
    const seen = await this.#see(asHtml ? `/${query}` : `/api/posts${query}`);
    if (seen !== undefined && seen.posts.length > 0) this.#posts = seen.posts;
    return seen;
  }

  async #post(asForm: boolean): Promise<void> {
    const { ledger } = this.#options;
    const serial = ++this.#serial;
    const title = `${this.name} posts ${serial}`;
    const link = `https://example.org/${this.name}/${serial}`;
    const sent = await this.#sendNew(asForm, {
      ...{ page: '/post', api: '/api/posts', back: '/' },
      fields: { title, link },
    });
    if (sent === 'nothing') return;
    ledger.addPost({ by: this.name, title, link, isSure: sent === 'done' });
    if (sent !== 'done') return;
    const api = this.#random() < 0.5 ? '/api' : '';
    const seen = await this.#see(`${api}/users/${this.name}`);
    if (seen === undefined || seen.mayBeOld) return;
    const own = seen.posts.find((post) => post.title === title);
    if (own === undefined) this.#problem(`does not see the post "${title}"`);
    else this.#posts = [own, ...this.#posts];
  }

  async #comment(asForm: boolean): Promise<void> {
    const { ledger } = this.#options;
    const postId = this.#choosePost().id;
    const text = `${this.name} says ${++this.#serial}`;
    const page = `/posts/${postId}`;
    const sent = await this.#sendNew(asForm, {
      ...{ page, api: `/api/posts/${postId}/comments`, back: page, action: '/comment' },
      ...{ fields: { text }, formFields: { postId, back: page } },
    });
    if (sent === 'nothing') return;
    ledger.addComment({ by: this.name, text, postId, isSure: sent === 'done' });
    if (sent !== 'done') return;
    const api = this.#random() < 0.5 ? '/api' : '';
    for (let number = 1; ; number += 1) {
      const seen = await this.#see(`${api}${page}?page=${number}`);
      if (seen === undefined || seen.mayBeOld || seen.comments.includes(text)) return;
      if (seen.more) continue;
      this.#problem(`does not see the comment "${text}"`);
      return;
    }
  }

  /** A post or a comment, by the form of a page or by JSON. */
  async #sendNew(
    asForm: boolean,
    { page, action = page, api, back, fields, formFields }: NewThing,
  ): Promise<'done' | 'unknown' | 'nothing'> {
    if (!asForm) {
      const question = { path: api, json: { ...fields, id: this.#nonce() } };
      const answer = await this.#change({ ...question, method: 'POST' }, created);
      return answer === undefined ? 'unknown' : 'done';
    }
    const seen = await this.#see(page);
    if (seen === undefined || seen.csrf === '') return 'nothing';
    const { csrf, id } = seen;
    const form = { csrf, id, ...fields, ...formFields };
    const answer = await this.#change({ path: action, form }, redirected);
    if (answer === undefined) return 'unknown';
    if (answer.location !== back)
      this.#problem(`is led to ${String(answer.location)} by ${action}`);
    return 'done';
  }

  async #like(asForm: boolean): Promise<void> {
    const { ledger } = this.#options;
    const seen = await this.#list(asForm);
    const post = this.#choosePost();
    const before = ledger.likeOf(post.id, this.name);
    if (seen === undefined || before === 'unknown') return;
    const isIdle = !asForm && this.#random() < idleLikeShare;
    const liked = isIdle ? before : !before;
    // Until it is known what becomes of it, it may be seen or not.
    ledger.setLike(post.id, this.name, 'unknown');
    const back = `/?sort=top#post-${post.id}`;
    const form = { csrf: seen.csrf, postId: post.id, back };
    const answer = asForm
      ? await this.#change({ path: liked ? '/like' : '/unlike', form }, redirected)
      : await this.#change(
          { path: `/api/posts/${post.id}/like`, method: liked ? 'PUT' : 'DELETE' },
          ok,
        );
    if (answer === undefined) return;
    ledger.setLike(post.id, this.name, liked);
    if (!asForm) this.#checkLikes(`the answer for ${post.id}`, JSON.parse(answer.text) as SeenPost);
    else if (answer.location !== back) this.#problem(`is led to ${String(answer.location)}`);
    const api = this.#random() < 0.5 ? '/api' : '';
    await this.#see(`${api}/posts/${post.id}`);
  }

  /** Undefined when it was given up, or never confirmed. */
  async #change(question: WebQuestion, wanted: number): Promise<WebAnswer | undefined> {
    const { client, tally } = this.#options;
    const givesUp = this.#random() < giveUpShare;
    for (;;) {
      const answer = await client.ask('change', this.#front(), question);
      if (answer.status === wanted) return answer;
      if (answer.status !== unavailable) {
        this.#problem(`sends ${question.path}: ${answer.status} ${excerpt(answer.text)}`);
        return undefined;
      }
      if (givesUp) {
        tally.givenUp += 1;
        return undefined;
      }
      if (performance.now() > this.#endMs + settleMsMax) {
        this.#problem(`sends ${question.path} in vain`);
        return undefined;
      }
      tally.resent += 1;
      await wait(answer.retryAfterMs);
    }
  }

  /** Undefined when it cannot be shown, which of what is new somewhere else is no problem. */
  async #see(path: string): Promise<SeenPage | undefined> {
    const answer = await this.#options.client.ask('page', this.#front(), { path });
    // A server that is behind does not have it yet; of one's own changes none is missed.
    const mayLack = /^(\/api)?\/(posts\/|users\/)/.test(path) && answer.status === 404;
    if (mayLack && !path.endsWith(`/${this.name}`)) return undefined;
    if (answer.status !== ok) {
      const isHonest = answer.status === unavailable;
      if (!isHonest) this.#problem(`asks ${path}: ${answer.status} ${excerpt(answer.text)}`);
      return undefined;
    }
    const seen = path.startsWith('/api/') ? readJson(answer.text) : readHtml(answer.text);
    this.#check(path, seen);
    return seen;
  }

  #check(path: string, { user, posts, mayBeOld }: SeenPage): void {
    if (mayBeOld) {
      this.#options.tally.old += 1;
      return;
    }
    if (user !== undefined && user !== this.name) this.#problem(`is "${user}" at ${path}`);
    for (const post of posts) {
      this.#checkLikes(path, post);
      const own = this.#options.ledger.likeOf(post.id, this.name);
      if (own === 'unknown' || own === post.liked) continue;
      this.#problem(`does not see at ${path} that ${post.id} is ${own ? '' : 'not '}liked`);
    }
  }

  #checkLikes(where: string, { likes, liked }: Pick<SeenPost, 'likes' | 'liked'>): void {
    if (likes >= (liked ? 1 : 0) && likes <= this.#options.people) return;
    this.#problem(`sees ${likes} likes of ${this.#options.people} people at ${where}`);
  }

  #problem(text: string): void {
    this.#options.problems.add(`${this.name} ${text}`);
  }

  /** The first ones of a page more often than the others: what many like becomes known. */
  #choosePost(): SeenPost {
    const at = Math.floor(this.#random() ** 2 * this.#posts.length);
    return (
      this.#posts[at] ?? {
        id: '0000000000000000',
        title: '',
        likes: 0,
        liked: false,
        by: this.name,
      }
    );
  }

  #front(): number {
    const { fronts } = this.#options;
    return fronts[Math.floor(this.#random() * fronts.length)] ?? 0;
  }

  #nonce(): string {
    const digits = (): string =>
      Math.floor(this.#random() * 2 ** 32)
        .toString(16)
        .padStart(8, '0');
    return digits() + digits();
  }

  #random(): number {
    return this.#options.random();
  }
}

interface NewThing {
  /** The page whose form it is. */
  readonly page: string;
  /** Where the form is sent to; the page itself unless given. */
  readonly action?: string;
  readonly api: string;
  /** Where the form leads to. */
  readonly back: string;
  readonly fields: Readonly<Record<string, string>>;
  /** Further fields of the form. */
  readonly formFields?: Readonly<Record<string, string>>;
}

const excerptCharsMax = 120;

function excerpt(text: string): string {
  const words = /<main[^>]*>([^]*)<\/main>/.exec(text)?.[1] ?? text;
  return words
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, excerptCharsMax);
}
