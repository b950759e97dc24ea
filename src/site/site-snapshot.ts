/**
 * Gives the image of a site, as it was when this was made, in slices. Records never change, and
 * lists of them only grow, so freezing notes how long they are; what changes is kept in arrays that
 * cost next to nothing to copy.
 */
import { assert, must } from '../base/assert.js';
import { ByteWriter } from '../base/byte-writer.js';
import type { StateSnapshot } from '../base/state-machine.js';
import * as image from './site-image.js';
import type { SiteTables } from './site-tables.js';

/** What one step gives at most: a few milliseconds of writing short records. */
const sliceBytesMax = 64 * 1024;

const nothing = new Uint8Array();

export class SiteSnapshot implements StateSnapshot {
  /** Undefined once closed. */
  #records: Iterator<Uint8Array, void> | undefined;
  /** What did not fit into the slice before. */
  #rest: Uint8Array = nothing;

  constructor(tables: SiteTables) {
    this.#records = imageOf(tables);
  }

  next(bytesMax: number): Uint8Array | undefined {
    assert(bytesMax >= 1, () => `a slice has room for a byte, not for ${bytesMax}`);
    const records = must(this.#records, 'a snapshot that is closed is not read');
    const slice = new Uint8Array(Math.min(bytesMax, sliceBytesMax));
    let at = 0;
    for (;;) {
      const taken = this.#rest.subarray(0, slice.length - at);
      slice.set(taken, at);
      at += taken.length;
      this.#rest = this.#rest.subarray(taken.length);
      if (at === slice.length) break;
      const { value } = records.next();
      if (value === undefined) break;
      this.#rest = value;
    }
    // The next record would be written over what is left of this one.
    this.#rest = this.#rest.slice();
    return at === 0 ? undefined : slice.subarray(0, at);
  }

  close(): void {
    this.#records = undefined;
    this.#rest = nothing;
  }
}

/** Freezes the tables now, and writes them as they are asked for. */
function imageOf(tables: SiteTables): Iterator<Uint8Array, void> {
  const { nowMs, users, posts, comments, sessions } = tables;
  const likes = tables.likes.freeze();
  const live = sessions.freeze();
  const ended = sessions.freezeEnded();
  const likesOf = posts.freezeLikes();
  const header = {
    ...{ nowMs, users: users.length, posts: posts.size, comments: comments.length },
    ...{ likes: likes.count, sessions: live.count, ended: ended.count },
  };
  const allPosts = posts.all;
  return recordsOf(function* (body) {
    image.writeHeader(body, header);
    yield;
    for (let at = 0; at < header.users; at += 1) {
      image.writeUser(body, must(users[at], 'a list only grows'));
      yield;
    }
    for (let at = 0; at < header.posts; at += 1) {
      image.writePost(body, must(allPosts[at], 'a list only grows'), likesOf(at));
      yield;
    }
    for (let at = 0; at < header.comments; at += 1) {
      image.writeComment(body, must(comments[at], 'a list only grows'));
      yield;
    }
    for (let at = 0; at < likes.count; at += 1) {
      const like = { post: likes.post(at), user: likes.user(at), liked: likes.liked(at) };
      image.writeLike(body, like);
      yield;
    }
    for (const list of [live.sessions, ended.sessions]) {
      for (const session of list) {
        image.writeSessionRecord(body, session);
        yield;
      }
    }
  });
}

/** What `write` writes between two of its yields, each behind its length. Valid until the next. */
function* recordsOf(
  write: (body: ByteWriter) => Generator<undefined, void>,
): Generator<Uint8Array, void> {
  const body = new ByteWriter();
  const record = new ByteWriter();
  const steps = write(body.begin());
  while (steps.next().done !== true) {
    const { written } = body;
    yield record.begin().varint(written.length).raw(written).written;
    body.begin();
  }
}
