/** Everything that one server holds of the site, read by the call that fronts use. */
import { SiteServer } from '../../src/client/site-server.js';
import type { ServerEndpoint } from '../../src/client/rpc-connection.js';
import type { CommentView, PostOrder, PostView, SiteCounts } from '../../src/site/site-query.js';
import { retry } from '../systems/processes.js';

const readMsMax = 20_000;
const agreeSecondsMax = 60;
/** Questions that one server works on at a time. */
const atOnce = 8;

export interface ContentComment extends CommentView {
  readonly postId: string;
}

export interface SiteContent {
  readonly server: number;
  readonly counts: SiteCounts;
  /** Newest first. */
  readonly posts: readonly PostView[];
  /** Ids in the other orders. */
  readonly hot: readonly string[];
  readonly top: readonly string[];
  /** Of one post after the other, oldest first. */
  readonly comments: readonly ContentComment[];
}

export class ContentReader {
  readonly #servers: readonly SiteServer[];

  constructor(servers: readonly ServerEndpoint[]) {
    this.#servers = servers.map((server) => new SiteServer(server));
  }

  close(): void {
    for (const server of this.#servers) server.close();
  }

  /** Of every server, once all have applied all that any knows to be committed. */
  async readAll(): Promise<readonly SiteContent[]> {
    await this.#agreement();
    return Promise.all(this.#servers.map((server) => readContent(server)));
  }

  /** Ids of the posts that the owner of this token likes, as one of the servers says. */
  async likedBy(tokenHash: string, server: number): Promise<ReadonlySet<string>> {
    const asked = this.#servers[server % this.#servers.length];
    const posts = asked === undefined ? [] : await readPosts(asked, 'new', tokenHash);
    return new Set(posts.filter(({ liked }) => liked).map(({ id }) => id));
  }

  async #agreement(): Promise<void> {
    await retry('agreement of all servers', agreeSecondsMax, async () => {
      const reads = await Promise.all(
        this.#servers.map((server) => server.read({ type: 'counts' }, 0, readMsMax)),
      );
      const furthest = Math.max(...reads.map(({ committed }) => committed));
      return reads.every(({ applied }) => applied === furthest) ? true : undefined;
    });
  }
}

async function readContent(server: SiteServer): Promise<SiteContent> {
  const read = await server.read({ type: 'counts' }, 0, readMsMax);
  const posts = await readPosts(server, 'new');
  const [hot, top] = [await readPosts(server, 'hot'), await readPosts(server, 'top')];
  const ids = (list: readonly PostView[]): readonly string[] => list.map(({ id }) => id);
  return {
    server: read.server,
    counts: must(read.answer).counts,
    ...{ posts, hot: ids(hot), top: ids(top) },
    comments: await readComments(server, posts),
  };
}

async function readPosts(
  server: SiteServer,
  order: PostOrder,
  tokenHash?: string,
): Promise<readonly PostView[]> {
  const all: PostView[] = [];
  for (let page = 1; ; page += 1) {
    const query = { type: 'posts', order, page, tokenHash } as const;
    const { posts, more } = must((await server.read(query, 0, readMsMax)).answer);
    all.push(...posts);
    if (!more) return all;
  }
}

async function readComments(
  server: SiteServer,
  posts: readonly PostView[],
): Promise<readonly ContentComment[]> {
  const found: (readonly ContentComment[])[] = [];
  let next = 0;
  const readOn = async (): Promise<void> => {
    for (;;) {
      const at = next++;
      const post = posts[at];
      if (post === undefined) return;
      found[at] = await commentsOf(server, post.id);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, readOn));
  return found.flat();
}

async function commentsOf(server: SiteServer, id: string): Promise<readonly ContentComment[]> {
  const all: ContentComment[] = [];
  for (let page = 1; ; page += 1) {
    const query = { type: 'post', id, page } as const;
    const { comments, more } = must((await server.read(query, 0, readMsMax)).answer);
    all.push(...comments.map((comment) => ({ ...comment, postId: id })));
    if (!more) return all;
  }
}

/** A server that is asked for no index answers from what it has. */
function must<T>(answer: T | null): T {
  if (answer === null) throw new Error('a server has no answer although no index was asked for');
  return answer;
}
