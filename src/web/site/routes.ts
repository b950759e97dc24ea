/** Which path and method is answered by whom. Whatever changes something is never a GET. */
import { publicAnswer, type Answer } from './answer.js';
import {
  credentialsPage,
  logOut,
  onForm,
  sentComment,
  sentCredentials,
  sentLike,
  sentPost,
  sentSessionEnd,
  submitPage,
} from './form-pages.js';
import { problemPage, type Front, type Handler } from './front.js';
import {
  commentByJson,
  endSessionsByJson,
  getMe,
  getPost,
  getPosts,
  getSessions,
  getUser,
  jsonError,
  likeByJson,
  logInByJson,
  logOutByJson,
  onJsonChange,
  onJsonRead,
  postByJson,
  signUpByJson,
} from './json-api.js';
import { siteAssets } from './pages/assets.js';
import { accountPage, feed, listPage, postPage, userPage } from './read-pages.js';
import type { SiteRequest } from './site-request.js';

interface Route {
  /** Its groups are the handler's `params`. */
  readonly path: RegExp;
  readonly methods: Readonly<Record<string, Handler>>;
}

const routes: readonly Route[] = [
  { path: /^\/(?:homePage)?$/, methods: { GET: listPage } },
  {
    path: /^\/signup$/,
    methods: { GET: credentialsPage('signup'), POST: onForm(sentCredentials('signup')) },
  },
  {
    path: /^\/login$/,
    methods: { GET: credentialsPage('login'), POST: onForm(sentCredentials('login')) },
  },
  { path: /^\/logout$/, methods: { POST: onForm(logOut) } },
  { path: /^\/post$/, methods: { GET: submitPage, POST: onForm(sentPost) } },
  { path: /^\/like$/, methods: { POST: onForm(sentLike(true)) } },
  { path: /^\/unlike$/, methods: { POST: onForm(sentLike(false)) } },
  { path: /^\/comment$/, methods: { POST: onForm(sentComment) } },
  { path: /^\/posts\/([^/]+)$/, methods: { GET: postPage } },
  { path: /^\/users\/([^/]+)$/, methods: { GET: userPage } },
  { path: /^\/account$/, methods: { GET: accountPage } },
  { path: /^\/sessions\/end$/, methods: { POST: onForm(sentSessionEnd) } },
  { path: /^\/feed$/, methods: { GET: feed } },
  { path: /^\/api\/me$/, methods: { GET: onJsonRead(getMe) } },
  { path: /^\/api\/signup$/, methods: { POST: onJsonChange(signUpByJson) } },
  { path: /^\/api\/login$/, methods: { POST: onJsonChange(logInByJson) } },
  { path: /^\/api\/logout$/, methods: { POST: onJsonChange(logOutByJson) } },
  {
    path: /^\/api\/posts$/,
    methods: { GET: onJsonRead(getPosts), POST: onJsonChange(postByJson) },
  },
  { path: /^\/api\/posts\/([^/]+)$/, methods: { GET: onJsonRead(getPost) } },
  { path: /^\/api\/posts\/([^/]+)\/comments$/, methods: { POST: onJsonChange(commentByJson) } },
  {
    path: /^\/api\/posts\/([^/]+)\/like$/,
    methods: {
      PUT: onJsonChange(likeByJson(true)),
      DELETE: onJsonChange(likeByJson(false)),
    },
  },
  { path: /^\/api\/users\/([^/]+)$/, methods: { GET: onJsonRead(getUser) } },
  {
    path: /^\/api\/sessions$/,
    methods: { GET: onJsonRead(getSessions), DELETE: onJsonChange(endSessionsByJson) },
  },
  { path: /^\/api\/sessions\/([^/]+)$/, methods: { DELETE: onJsonChange(endSessionsByJson) } },
];

export function answerRequest(front: Front, request: SiteRequest): Promise<Answer> {
  const asset = siteAssets().get(request.path);
  const route =
    asset === undefined ? routes.find(({ path }) => path.test(request.path)) : undefined;
  const methods = asset === undefined ? (route?.methods ?? {}) : { GET: () => assetAnswer(asset) };
  const known = Object.keys(methods);
  if (known.length === 0) return problem(front, request, 404, 'There is nothing at this address.');
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const handler = Object.hasOwn(methods, method) ? methods[method] : undefined;
  if (handler !== undefined) {
    const [, ...params] = route?.path.exec(request.path) ?? [];
    return handler(front, request, params);
  }
  const allow = known.flatMap((name) => (name === 'GET' ? ['GET', 'HEAD'] : [name])).join(', ');
  const text = `This address takes ${allow}, not ${request.method}.`;
  return problem(front, request, 405, text, { Allow: allow });
}

/** In the form that the address is asked in. */
export function problem(
  front: Front,
  request: SiteRequest,
  status: number,
  ...[text, headers = {}]: readonly [string, Readonly<Record<string, string>>?]
): Promise<Answer> {
  if (request.path.startsWith('/api/')) {
    return Promise.resolve(jsonError(status, text, { headers }));
  }
  return problemPage(front, request, status, { text, extras: { headers } });
}

/** The path changes with what is in it. */
function assetAnswer({
  body,
  contentType,
}: {
  readonly body: Uint8Array;
  readonly contentType: string;
}): Promise<Answer> {
  return Promise.resolve(publicAnswer(body, contentType, 'public, max-age=31536000, immutable'));
}
