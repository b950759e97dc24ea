/**
 * Who likes which post. Each pair has one record for good, in the order in which they first came,
 * so that it may be frozen at any time.
 */
import { ChunkedUint32s } from '../base/chunked-uint32s.js';
import { HashIndex } from '../base/hash-index.js';

/** All pairs as they were at one moment. */
export interface FrozenLikes {
  readonly count: number;
  /** Of the pair at a place. */
  readonly post: (at: number) => number;
  readonly user: (at: number) => number;
  readonly liked: (at: number) => boolean;
}

export class LikeTable {
  readonly #posts = new ChunkedUint32s();
  /** The user's number, doubled, and 1 if the user likes the post now. */
  readonly #users = new ChunkedUint32s();
  readonly #index = new HashIndex();

  /** Pairs that there are, whether the user likes the post now or did once. */
  get size(): number {
    return this.#posts.length;
  }

  /** Undefined when the user never liked the post. */
  get(post: number, user: number): boolean | undefined {
    const at = this.#find(post, user);
    return at === undefined ? undefined : (this.#users.get(at) & 1) === 1;
  }

  set(post: number, user: number, liked: boolean): void {
    const value = user * 2 + (liked ? 1 : 0);
    const at = this.#find(post, user);
    if (at === undefined) {
      this.#index.add(hashOf(post, user), this.#posts.length);
      this.#posts.push(post);
      this.#users.push(value);
    } else {
      this.#users.set(at, value);
    }
  }

  freeze(): FrozenLikes {
    const posts = this.#posts.copy();
    const users = this.#users.copy();
    return {
      count: posts.length,
      post: (at) => posts.get(at),
      user: (at) => users.get(at) >>> 1,
      liked: (at) => (users.get(at) & 1) === 1,
    };
  }

  #find(post: number, user: number): number | undefined {
    return this.#index.find(
      hashOf(post, user),
      (at) => this.#posts.get(at) === post && this.#users.get(at) >>> 1 === user,
    );
  }
}

/** Spreads pairs over all 32 bits; the constants are those of MurmurHash3. */
function hashOf(post: number, user: number): number {
  let hash = Math.imul(post, 0xcc9e2d51) ^ Math.imul(user, 0x1b873593);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
