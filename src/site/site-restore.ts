/**
 * Reads the image of a site, cut anywhere, into new tables. Nothing of it is seen before all of it
 * was read and found right; bytes that are accepted are exactly those that a site with this state
 * would give as its image.
 */
import { ByteQueue } from '../base/byte-queue.js';
import { ByteReader, MalformedBytesError } from '../base/byte-reader.js';
import { StateImageError } from '../base/state-machine.js';
import * as image from './site-image.js';
import { SiteTables } from './site-tables.js';

const nothing = new Uint8Array();

export class SiteRestore {
  readonly #install: (tables: SiteTables) => void;
  readonly #input = new ByteQueue();
  #loading: Loading | undefined;
  #failure: MalformedBytesError | undefined;

  constructor(install: (tables: SiteTables) => void) {
    this.#install = install;
  }

  /**
   * The image's next bytes, cut anywhere. Gives those that stand behind its end, until which it
   * takes them all. What is wrong with them is said by `verify` and `finish`.
   */
  write(bytes: Uint8Array): Uint8Array {
    if (this.#failure !== undefined) return nothing;
    if (this.#loading?.isComplete === true) return bytes;
    this.#input.add(bytes);
    try {
      return this.#read();
    } catch (error) {
      if (!(error instanceof MalformedBytesError)) throw error;
      this.#failure = error;
      return nothing;
    }
  }

  /** Throws `StateImageError` when the image is incomplete or malformed. */
  verify(): void {
    this.#wholeTables();
  }

  /** Replaces the state, at once. Throws what `verify` would. */
  finish(): void {
    this.#install(this.#wholeTables());
  }

  #wholeTables(): SiteTables {
    if (this.#failure !== undefined) {
      throw new StateImageError(this.#failure.message, { cause: this.#failure });
    }
    if (this.#loading?.isComplete !== true) throw new StateImageError('cut short');
    return this.#loading.tables;
  }

  #read(): Uint8Array {
    for (;;) {
      if (this.#loading?.isComplete === true) {
        return this.#input.take(this.#input.length) ?? nothing;
      }
      const record = this.#input.takePrefixed();
      if (record === undefined) return nothing;
      if (this.#loading === undefined) this.#loading = new Loading(image.readHeader(record));
      else this.#loading.load(record);
      if (this.#loading.isComplete) this.#loading.check();
    }
  }
}

/** Tables that fill up. All methods throw `MalformedBytesError`. */
class Loading {
  readonly tables = new SiteTables();
  readonly #header: image.SiteImageHeader;
  /** For each kind of record how many are missing, and how one is read; in their order. */
  readonly #kinds: { missing: number; readonly load: (reader: ByteReader) => void }[];
  readonly #reader = new ByteReader(nothing);
  /** Likes that were loaded of each post. */
  readonly #likesLoaded: number[] = [];
  #lastSessionMs = 0;

  constructor(header: image.SiteImageHeader) {
    this.#header = header;
    this.tables.nowMs = header.nowMs;
    const kinds: readonly (readonly [number, (reader: ByteReader) => void])[] = [
      [header.users, this.#loadUser],
      [header.posts, this.#loadPost],
      [header.comments, this.#loadComment],
      [header.likes, this.#loadLike],
      [header.sessions, this.#loadSession],
      [header.ended, this.#loadEnded],
    ];
    this.#kinds = kinds
      .filter(([missing]) => missing > 0)
      .map(([missing, load]) => ({ missing, load }));
    if (this.tables.isNew && header.users === 0) {
      throw new MalformedBytesError('a site that nothing was done to');
    }
  }

  get isComplete(): boolean {
    return this.#kinds.length === 0;
  }

  load(record: Uint8Array): void {
    const [kind] = this.#kinds;
    if (kind === undefined) return;
    const reader = this.#reader.begin(record);
    kind.load(reader);
    reader.end();
    kind.missing -= 1;
    if (kind.missing === 0) this.#kinds.shift();
  }

  /** What can be said only when all is there. */
  check(): void {
    for (const [number, likes] of this.#likesLoaded.entries()) {
      const said = this.tables.posts.likesOf(number);
      if (likes !== said) throw new MalformedBytesError(`a post with ${likes} likes, not ${said}`);
    }
  }

  readonly #loadUser = (reader: ByteReader): void => {
    const user = image.readUser(reader);
    refuseIf(this.tables.findUser(user.name) !== undefined, 'two users of one name');
    this.#checkTime(user.sinceMs, this.tables.users.at(-1)?.sinceMs);
    this.tables.addUser(user);
  };

  readonly #loadPost = (reader: ByteReader): void => {
    const { posts } = this.tables;
    const { post, likes } = image.readPost(reader);
    refuseIf(posts.find(post.id) !== undefined, 'two posts of one id');
    this.#checkUser(post.by);
    refuseIf(likes > this.#header.users, 'a post that more people like than there are');
    this.#checkTime(post.atMs, posts.all.at(-1)?.atMs);
    this.tables.addPost(post, likes);
    this.#likesLoaded.push(0);
  };

  readonly #loadComment = (reader: ByteReader): void => {
    const comment = image.readComment(reader);
    refuseIf(this.tables.findComment(comment.id) !== undefined, 'two comments of one id');
    this.#checkUser(comment.by);
    refuseIf(comment.post >= this.#header.posts, 'a comment on no post');
    this.#checkTime(comment.atMs, this.tables.comments.at(-1)?.atMs);
    this.tables.addComment(comment);
  };

  readonly #loadLike = (reader: ByteReader): void => {
    const { likes } = this.tables;
    const { post, user, liked } = image.readLike(reader);
    refuseIf(post >= this.#header.posts, 'a like of no post');
    this.#checkUser(user);
    refuseIf(likes.get(post, user) !== undefined, 'two likes of one post by one user');
    likes.set(post, user, liked);
    if (liked) this.#likesLoaded[post] = (this.#likesLoaded[post] ?? 0) + 1;
  };

  readonly #loadSession = (reader: ByteReader): void => {
    const session = image.readSessionRecord(reader);
    this.#checkUser(session.user);
    this.#checkTime(session.sinceMs, this.#lastSessionMs);
    this.#lastSessionMs = session.sinceMs;
    refuseIf(!this.tables.sessions.add(session), 'a session too many');
  };

  readonly #loadEnded = (reader: ByteReader): void => {
    const session = image.readSessionRecord(reader);
    this.#checkUser(session.user);
    this.#checkTime(session.sinceMs);
    const { sessions } = this.tables;
    refuseIf(sessions.endedSize >= this.#header.ended, 'an ended session too many');
    refuseIf(!sessions.remember(session), 'two sessions of one token');
  };

  #checkUser(user: number): void {
    refuseIf(user >= this.#header.users, 'somebody who is no user');
  }

  /** Nothing is older than what came before it, or newer than the newest command. */
  #checkTime(timeMs: number, beforeMs = 0): void {
    const isInOrder = timeMs >= beforeMs && timeMs <= this.#header.nowMs;
    refuseIf(!isInOrder, 'a time out of order');
  }
}

function refuseIf(isWrong: boolean, what: string): void {
  if (isWrong) throw new MalformedBytesError(what);
}
