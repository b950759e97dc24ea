/**
 * What people do on the site, whether by a form or by JSON: who may, how often, and what comes of
 * it. Nothing here knows of pages.
 */
import { unreachable } from '../../base/assert.js';
import type {
  NewSession,
  PasswordRecord,
  SiteCommand,
  SiteResult,
} from '../../site/site-command.js';
import { findNameMistake } from '../../site/site-text.js';
import { isId } from './fields.js';
import { accountRates, addressRates, retryAfterSeconds } from './front-limits.js';
import type { PasswordWork } from './password-work.js';
import { hashToken, idOfContent, newId, newToken } from './secrets.js';
import type { SiteReader } from './site-reader.js';
import type { SiteWriter } from './site-writer.js';
import { TokenBuckets } from './token-buckets.js';
import { WrongLogIns } from './wrong-log-ins.js';

/** Who does something. */
export interface Actor {
  /** Undefined for a visitor. */
  readonly tokenHash: string | undefined;
  readonly address: string;
  /** What the actor has changed is in the log up to here. */
  readonly seen: number;
}

export interface Refusal {
  readonly kind: 'refused';
  readonly status: 400 | 401 | 404 | 409 | 429 | 503;
  /** A sentence for people. */
  readonly text: string;
  /** Of 429 and 503. */
  readonly retryAfterSeconds?: number;
  /** Of a link that was posted before. */
  readonly earlier?: { readonly id: string; readonly title: string };
}

export type Outcome<Value> =
  { readonly kind: 'done'; readonly value: Value; readonly index: number } | Refusal;

export interface LoggedIn {
  readonly user: string;
  readonly token: string;
}

export interface Credentials {
  readonly username: string;
  readonly password: string;
  /** What the session will be called. */
  readonly label: string;
}

export interface SiteActionsOptions {
  readonly reader: SiteReader;
  readonly writer: SiteWriter;
  readonly passwords: PasswordWork;
  readonly nowMs: () => number;
}

type Limited = keyof typeof accountRates;

export class SiteActions {
  readonly #options: SiteActionsOptions;
  readonly #wrongLogIns: WrongLogIns;
  readonly #ofAccount: Readonly<Record<Limited, TokenBuckets>>;
  readonly #ofAddress: Readonly<Record<keyof typeof addressRates, TokenBuckets>>;

  constructor(options: SiteActionsOptions) {
    const { nowMs } = options;
    this.#options = options;
    this.#wrongLogIns = new WrongLogIns(nowMs);
    this.#ofAccount = {
      post: new TokenBuckets(accountRates.post, nowMs),
      comment: new TokenBuckets(accountRates.comment, nowMs),
      like: new TokenBuckets(accountRates.like, nowMs),
    };
    this.#ofAddress = {
      signUp: new TokenBuckets(addressRates.signUp, nowMs),
      change: new TokenBuckets(addressRates.change, nowMs),
      unproven: new TokenBuckets(addressRates.unproven, nowMs),
    };
  }

  async signUp(actor: Actor, { username, password, label }: Credentials) {
    const waitSeconds = this.#ofAddress.signUp.take(actor.address);
    if (waitSeconds > 0) return tooOften(waitSeconds);
    // A name never becomes free again: whoever has it spares us the work.
    if (await this.#readPassword(username, actor)) return nameTaken;
    const record = await this.#options.passwords.make(password);
    if (record === undefined) {
      // Nothing was done: whoever comes again later is not held to have come often.
      this.#ofAddress.signUp.giveBack(actor.address);
      return tooBusy;
    }
    const { token, session } = beginSession(label);
    const command = { type: 'signUp', name: username, password: record, session } as const;
    return this.#write<LoggedIn>({ ...command, timeMs: 0 }, { user: username, token });
  }

  async logIn(actor: Actor, credentials: Credentials): Promise<Outcome<LoggedIn>> {
    const { username, password } = credentials;
    const allowed = this.#wrongLogIns.begin(username, actor.address);
    if (allowed.kind === 'tooMany') {
      return {
        ...tooOften(allowed.waitSeconds),
        text: 'There were too many wrong log-ins. Wait a minute, then try again.',
      };
    }
    const record = await this.#readPassword(username, actor);
    const isRight =
      record === undefined ? undefined : await this.#options.passwords.check(password, record);
    if (isRight !== false) allowed.forgive();
    if (record === undefined) return nobodyAnswers;
    if (isRight === undefined) return tooBusy;
    if (!isRight || record === null) return wrongPassword;
    const { token, session } = beginSession(credentials.label);
    const outcome = await this.#write(
      { type: 'logIn', name: username, passwordKey: record.key, session, timeMs: 0 },
      token,
    );
    if (outcome.kind === 'refused') return outcome;
    const user = await this.#nameOf(session.tokenHash, outcome.index);
    return { ...outcome, value: { user: user ?? username, token } };
  }

  /** A visitor is logged out already. */
  async logOut(actor: Actor): Promise<Outcome<null>> {
    const outcome = await this.#asUser(undefined, actor, (tokenHash) =>
      this.#write({ type: 'logOut', tokenHash, timeMs: 0 }, null),
    );
    return outcome.kind === 'refused' && outcome.status === 401
      ? { kind: 'done', value: null, index: 0 }
      : outcome;
  }

  /** Ends one session of the actor, or, without an id, all of them. */
  async endSessions(actor: Actor, sessionId: string | undefined): Promise<Outcome<null>> {
    return this.#asUser(undefined, actor, (tokenHash) =>
      this.#write({ type: 'endSessions', tokenHash, sessionId, timeMs: 0 }, null),
    );
  }

  /** `nonce` is of the form: the same form with the same content is the same post. */
  async post(
    actor: Actor,
    {
      title,
      link,
      nonce,
    }: { readonly title: string; readonly link: string; readonly nonce: string | undefined },
  ): Promise<Outcome<{ readonly id: string }>> {
    return this.#asUser('post', actor, (tokenHash) => {
      const id = idOfContent(tokenHash, 'post', nonce ?? newId(), title, link);
      return this.#write({ type: 'post', tokenHash, id, title, link, timeMs: 0 }, { id });
    });
  }

  async comment(
    actor: Actor,
    {
      postId,
      text,
      nonce,
    }: { readonly postId: string; readonly text: string; readonly nonce: string | undefined },
  ): Promise<Outcome<{ readonly id: string }>> {
    if (!isId(postId)) return noSuchPost;
    return this.#asUser('comment', actor, (tokenHash) => {
      const id = idOfContent(tokenHash, 'comment', nonce ?? newId(), postId, text);
      return this.#write({ type: 'comment', tokenHash, id, postId, text, timeMs: 0 }, { id });
    });
  }

  /** How many like it then. */
  async like(
    actor: Actor,
    postId: string,
    liked: boolean,
  ): Promise<Outcome<{ readonly likes: number; readonly liked: boolean }>> {
    if (!isId(postId)) return noSuchPost;
    return this.#asUser('like', actor, async (tokenHash) => {
      const written = await this.#options.writer.write({
        ...{ type: 'like', tokenHash, postId, liked, timeMs: 0 },
      });
      if (written.kind === 'unavailable') return notConfirmed(written.mayBeKept);
      const { result, index } = written;
      if (result.kind !== 'liked') return refusalOf(result) ?? somethingElse;
      return { kind: 'done', value: { likes: result.likes, liked: result.liked }, index };
    });
  }

  /**
   * For those who are logged in. Whoever certainly is not costs the cluster no entry; while that
   * cannot be told, the cluster judges, but only so often. `what` an account may do so often, too.
   */
  async #asUser<Value>(
    what: Limited | undefined,
    actor: Actor,
    action: (tokenHash: string) => Promise<Outcome<Value>>,
  ): Promise<Outcome<Value>> {
    const { tokenHash, address, seen } = actor;
    if (tokenHash === undefined) return notLoggedIn;
    const query = { type: 'viewer', tokenHash } as const;
    const reading = await this.#options.reader.read(query, { atLeastIndex: seen });
    const user = reading?.answer.viewer ?? undefined;
    if (reading?.isCurrent === true && user === undefined && (await this.#isUnknown(tokenHash))) {
      return notLoggedIn;
    }
    const waitSeconds = Math.max(
      this.#ofAddress.change.take(address),
      // Any cookie can claim to be of a state that no server has yet.
      reading !== undefined && user === undefined ? this.#ofAddress.unproven.take(address) : 0,
      what === undefined ? 0 : this.#ofAccount[what].take(user ?? tokenHash),
    );
    return waitSeconds > 0 ? tooOften(waitSeconds) : action(tokenHash);
  }

  /** Nor does the leader know the session, who knows them all. */
  async #isUnknown(tokenHash: string): Promise<boolean> {
    const query = { type: 'viewer', tokenHash } as const;
    const options = { atLeastIndex: 0, leaderFirst: true };
    const reading = await this.#options.reader.read(query, options);
    return reading?.source.isLeader === true && reading.answer.viewer === null;
  }

  /** As it was signed up. */
  async #nameOf(tokenHash: string, index: number): Promise<string | undefined> {
    const query = { type: 'viewer', tokenHash } as const;
    const reading = await this.#options.reader.read(query, { atLeastIndex: index });
    return reading?.answer.viewer ?? undefined;
  }

  /**
   * Null when there is no such user, undefined when nobody answers. The leader is asked first:
   * whoever has just signed up elsewhere can log in at once.
   */
  async #readPassword(name: string, { seen }: Actor): Promise<PasswordRecord | null | undefined> {
    // Nobody can have such a name.
    if (findNameMistake(name) !== undefined) return null;
    const query = { type: 'password', name } as const;
    const options = { atLeastIndex: seen, leaderFirst: true };
    return (await this.#options.reader.read(query, options))?.answer.password;
  }

  async #write<Value>(command: SiteCommand, value: Value): Promise<Outcome<Value>> {
    const written = await this.#options.writer.write(command);
    if (written.kind === 'unavailable') return notConfirmed(written.mayBeKept);
    const { result, index } = written;
    return refusalOf(result) ?? { kind: 'done', value, index };
  }
}

function beginSession(label: string): { readonly token: string; readonly session: NewSession } {
  const token = newToken();
  return { token, session: { tokenHash: hashToken(token), id: newId(), label } };
}

/** Undefined when it is none. */
function refusalOf(result: SiteResult): Refusal | undefined {
  switch (result.kind) {
    case 'done':
    case 'liked':
      return undefined;
    case 'nameTaken':
      return nameTaken;
    case 'wrongPassword':
      return wrongPassword;
    case 'notLoggedIn':
      return notLoggedIn;
    case 'noSuchPost':
      return noSuchPost;
    case 'duplicate': {
      const { postId: id, title } = result;
      const text = 'This link was posted within the last 30 days:';
      return { ...refused(409, text), earlier: { id, title } };
    }
    case 'idTaken':
      return somethingElse;
    default:
      return unreachable(result);
  }
}

function refused(status: Refusal['status'], text: string): Refusal {
  return { kind: 'refused', status, text };
}

const nameTaken = refused(409, 'This name is taken. Choose another one.');
/** One answer for both, so that nobody learns who is here. */
const wrongPassword = refused(401, 'There is no user with this name and password.');
const noSuchPost = refused(404, 'There is no such post.');
const notLoggedIn = refused(401, 'You are not logged in. Log in first.');
const somethingElse = refused(409, 'This was sent before as something else. Send it once more.');
const nobodyAnswers: Refusal = {
  ...refused(503, 'No server answers right now. Try again in a moment.'),
  retryAfterSeconds,
};
const tooBusy: Refusal = {
  ...refused(503, 'Too many people are logging in right now. Try again in a moment.'),
  retryAfterSeconds,
};

function tooOften(waitSeconds: number): Refusal {
  const text = `You are doing this too often. Wait ${waitSeconds} s, then try again.`;
  return { ...refused(429, text), retryAfterSeconds: waitSeconds };
}

function notConfirmed(mayBeKept: boolean): Refusal {
  const text = mayBeKept
    ? 'The servers could not confirm this in time. It may have been kept all the same; sending ' +
      'it again is safe, it counts once.'
    : 'The servers cannot take this right now, and nothing was kept. Send it again in a moment.';
  return { ...refused(503, text), retryAfterSeconds };
}
