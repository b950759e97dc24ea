/**
 * The pages over HTTP, for a browser to look at: just enough of a front that forms and the script
 * have somebody to talk to. What it answers to changes is the test's to say.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Frame } from '../../../src/web/site/page-models.js';
import { siteAssets } from '../../../src/web/site/pages/assets.js';
import {
  contentPolicy,
  renderAccount,
  renderCredentials,
  renderPost,
  renderPostList,
  renderProblem,
  renderSubmit,
  renderUser,
} from '../../../src/web/site/pages/render-pages.js';
import {
  comment,
  frame,
  listPage,
  now,
  ordinaryPosts,
  post,
  postPage,
  unrulyPosts,
} from './page-fixtures.js';

type Render = (frame: Frame) => string;

const sessions = [
  { id: 's1', label: 'Firefox on Linux', since: now - 60_000, isThis: true },
  { id: 's2', label: 'Safari on iPhone', since: now - 9 * 86_400_000, isThis: false },
  { id: 's3', label: 'Chrome on Windows', since: now - 20 * 86_400_000, isThis: false },
];
const comments = [
  comment(),
  comment({
    id: 'c2',
    by: 'mira-k',
    text: 'I keep this one in the boat.\n\nThe chapter on mackerel skies alone is worth it.',
    at: now - 7_200_000,
  }),
  comment({ id: 'c3', by: 'W'.repeat(20), text: `${'x'.repeat(400)}\nدليل ميداني` }),
];
const mistakes = {
  username: 'expected 1 to 20 of the characters A–Z a–z 0–9 _ -',
  password: 'expected 8 to 256 characters',
};
const old = { server: 1, term: 15, isLeader: false, behind: 7, mayBeOld: true };

/** Every page that there is, by a path of its own. */
export const pages: Readonly<Record<string, Render>> = {
  '/': (at) => renderPostList(at, listPage({ posts: ordinaryPosts, more: true })),
  '/unruly': (at) => renderPostList(at, listPage({ order: 'new', page: 3, posts: unrulyPosts })),
  '/empty': (at) => renderPostList(at, listPage({ order: 'top', posts: [] })),
  '/old': (at) => renderPostList({ ...at, source: old }, listPage({ posts: ordinaryPosts })),
  '/posts/p1': (at) => renderPost(at, postPage({ comments })),
  '/posts/long': (at) => renderPost(at, postPage({ post: unrulyPosts[0] ?? post(), comments })),
  '/users/bob': (at) =>
    renderUser(at, {
      user: { name: 'bob', since: now - 40 * 86_400_000, posts: 4, likes: 54 },
      posts: ordinaryPosts,
      page: 1,
      more: false,
    }),
  '/account': (at) => renderAccount(at, { sessions }),
  '/signup': (at) => renderCredentials(at, { kind: 'signup', username: 'a b', mistakes }),
  '/login': (at) => renderCredentials(at, { kind: 'login', username: '', mistakes: {} }),
  '/post': (at) => renderSubmit(at, { nextId: 'fresh', title: '', link: '', mistakes: {} }),
  '/post-refused': (at) =>
    renderSubmit(
      {
        ...at,
        notice: {
          kind: 'problem',
          text: 'This link was posted 3 days ago.',
          link: { href: '/posts/p2', text: 'See the earlier post' },
        },
      },
      {
        nextId: 'again',
        title: 'Bread, slowly',
        link: 'kitchen example',
        mistakes: { link: 'expected an address that begins with http:// or https://' },
      },
    ),
  '/nowhere': (at) =>
    renderProblem(at, {
      status: 503,
      title: 'Not saved yet',
      text: 'No majority of the cluster answers at the moment. Try again in a few seconds.',
    }),
};

/** How the next change is answered. */
export type Mood = 'keep' | 'unavailable' | 'silent';

export class PageServer {
  viewer: string | undefined = 'alice';
  mood: Mood = 'keep';
  /** Whether the JSON interface works. */
  apiWorks = true;
  /** The changes that were asked for: method, path and body. */
  readonly changes: string[] = [];
  readonly #liked = new Set<string>();
  readonly #server = createServer((request, response) => {
    this.#answer(request, response).catch((error: unknown) => {
      response.destroy(error as Error);
    });
  });

  get base(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  reset(): void {
    this.viewer = 'alice';
    this.mood = 'keep';
    this.apiWorks = true;
    this.changes.length = 0;
    this.#liked.clear();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    if (request.method !== 'GET') {
      this.#change(pathname, request, await text(request), response);
      return;
    }
    const asset = siteAssets().get(pathname);
    if (asset !== undefined) {
      response.writeHead(200, { 'content-type': asset.contentType }).end(asset.body);
      return;
    }
    this.#page(response, 200, pathname);
  }

  #page(response: ServerResponse, status: number, path: string): void {
    const render = pages[path] ?? pages['/nowhere'];
    const html = render?.(frame({ viewer: this.viewer, path })) ?? '';
    const liked = [...this.#liked].reduce(
      (page, id) => page.replaceAll(`id="likes-${id}">12`, `id="likes-${id}">13`),
      html,
    );
    const headers = {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': contentPolicy,
    };
    response.writeHead(status, headers).end(liked);
  }

  #change(path: string, request: IncomingMessage, body: string, response: ServerResponse): void {
    this.changes.push(`${request.method ?? ''} ${path} ${body}`);
    const api = /^\/api\/posts\/[^/]+\/like$/.test(path);
    if (this.mood === 'silent') response.destroy();
    else if (api) this.#like(request, response);
    else if (this.mood === 'unavailable') this.#page(response, 503, '/nowhere');
    else this.#redirect(response, path, new URLSearchParams(body));
  }

  #like(request: IncomingMessage, response: ServerResponse): void {
    if (!this.apiWorks || request.headers['content-type'] !== 'application/json') {
      response.writeHead(503, { 'content-type': 'application/json' }).end('{"error":"no"}');
      return;
    }
    const liked = request.method === 'PUT';
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ likes: liked ? 13 : 12, liked }));
  }

  #redirect(response: ServerResponse, path: string, fields: URLSearchParams): void {
    if (path === '/like') this.#liked.add(fields.get('postId') ?? '');
    response.writeHead(303, { location: fields.get('back') ?? '/' }).end();
  }
}
