/**
 * What people did and what they were told of it: the site has to agree with it in the end. Titles
 * and texts are never used twice, so that whatever is there twice is seen.
 */

interface Written {
  /** The name of who wrote it. */
  readonly by: string;
  /** It was confirmed; otherwise nobody knows, and it may be there once. */
  readonly isSure: boolean;
}

export interface WrittenPost extends Written {
  readonly title: string;
  readonly link: string;
}

export interface WrittenComment extends Written {
  readonly text: string;
  readonly postId: string;
}

/** `unknown`: a change of it was not confirmed. */
export type LikeState = boolean | 'unknown';

/** How many of the found ones are shown. */
const shownMax = 20;

/** What was not as it must be. */
export class Problems {
  readonly #shown: string[] = [];
  #count = 0;

  add(text: string): void {
    this.#count += 1;
    if (this.#shown.length < shownMax) this.#shown.push(text);
  }

  get count(): number {
    return this.#count;
  }

  /** The first ones. */
  get shown(): readonly string[] {
    return this.#shown;
  }
}

export class Ledger {
  readonly #posts = new Map<string, WrittenPost>();
  readonly #comments = new Map<string, WrittenComment>();
  /** By post and name. */
  readonly #likes = new Map<string, Map<string, LikeState>>();

  addPost(post: WrittenPost): void {
    this.#posts.set(post.title, post);
  }

  addComment(comment: WrittenComment): void {
    this.#comments.set(comment.text, comment);
  }

  setLike(postId: string, name: string, state: LikeState): void {
    const likes = this.#likes.get(postId) ?? new Map<string, LikeState>();
    this.#likes.set(postId, likes.set(name, state));
  }

  likeOf(postId: string, name: string): LikeState {
    return this.#likes.get(postId)?.get(name) ?? false;
  }

  /** How many likes a post has at least and at most. */
  likesOf(postId: string): { readonly least: number; readonly most: number } {
    const states = [...(this.#likes.get(postId)?.values() ?? [])];
    const least = states.filter((state) => state === true).length;
    return { least, most: least + states.filter((state) => state === 'unknown').length };
  }

  /** By title. */
  get posts(): ReadonlyMap<string, WrittenPost> {
    return this.#posts;
  }

  /** By text. */
  get comments(): ReadonlyMap<string, WrittenComment> {
    return this.#comments;
  }
}
