/**
 * The site for programs: the same rules and the same cookies, in JSON. In place of the forms'
 * hidden field a change needs a content type that no form of another site can send, and, where
 * there is an `Origin`, that it is the site's own.
 */
import { findNameMistake } from '../../site/site-text.js';
import type { PostView } from '../../site/site-query.js';
import { jsonAnswer, type Answer, type AnswerExtras } from './answer.js';
import {
  commentRule,
  isId,
  logInRules,
  nonceRule,
  optionalField,
  parseJson,
  plainLines,
  postRules,
  readFields,
  signUpRules,
  type Fields,
  type ReadFields,
} from './fields.js';
import { loggedOutCookies } from './form-pages.js';
import { readAs, readFrom, readViewer, retryLater, type Front, type Handler } from './front.js';
import { readListQuery, readPage } from './list-query.js';
import { normalizeLink } from './normalize-link.js';
import type { LoggedIn, Outcome, Refusal } from './site-actions.js';
import type { SiteRequest } from './site-request.js';

export function jsonError(status: number, error: string, extras: AnswerExtras = {}): Answer {
  return jsonAnswer(status, { error }, extras);
}

/** Reads need nothing but the right origin. */
export function onJsonRead(handler: Handler): Handler {
  return (front, request, params) =>
    isOwnOrigin(request) ? handler(front, request, params) : Promise.resolve(wrongOrigin);
}

type Act = (
  front: Front,
  request: SiteRequest,
  fields: Fields,
  params: readonly string[],
) => Promise<Answer>;

/** Lets a change through that no page of another site can have sent. */
export function onJsonChange(act: Act): Handler {
  return async (front, request, params) => {
    const read = await request.body();
    if (read.kind === 'tooLong') {
      return jsonError(413, 'expected 64 KiB at most', { headers: { Connection: 'close' } });
    }
    if (read.kind === 'brokenOff') return jsonError(400, 'the body did not arrive as a whole');
    if (!isOwnOrigin(request)) return wrongOrigin;
    if (request.contentType !== 'application/json') {
      return jsonError(415, 'expected the content type application/json, in UTF-8');
    }
    const parsed = parseJson(read.body);
    if (parsed.kind === 'wrong') return jsonError(400, parsed.mistake);
    return act(front, request, parsed.fields, params);
  };
}

const wrongOrigin = jsonError(403, 'the header Origin names another site');

/** Ports that a scheme has by itself are left out of either. */
function isOwnOrigin(request: SiteRequest): boolean {
  const origin = request.header('origin');
  if (origin === undefined) return true;
  if (!/^https?:\/\//i.test(origin) || !URL.canParse(origin)) return false;
  const { protocol, host } = new URL(origin);
  const own = `${protocol}//${request.header('host') ?? ''}`;
  return URL.canParse(own) && new URL(own).host === host;
}

const nobodyAnswers = jsonError(503, 'no server answers right now', { headers: retryLater });

export async function getPosts(front: Front, request: SiteRequest): Promise<Answer> {
  const asked = readListQuery(request.query);
  if ('mistake' in asked) return jsonError(400, asked.mistake);
  const reading = await readAs(front, request, { type: 'posts', ...asked });
  if (reading === undefined) return nobodyAnswers;
  const { posts, more } = reading.answer;
  const body = { posts: posts.map(postOf), page: asked.page, more };
  return jsonAnswer(200, body, { headers: readFrom(reading) });
}

export async function getMe(front: Front, request: SiteRequest): Promise<Answer> {
  const reading = await readViewer(front, request);
  // A visitor is nobody, whoever answers.
  if (reading === undefined && request.cookies.token !== undefined) return nobodyAnswers;
  const user = reading?.answer.viewer ?? null;
  return jsonAnswer(200, { user }, { headers: readFrom(reading) });
}

export const getPost: Handler = async (front, request, [id = '']) => {
  const page = readPage(request.query);
  if (typeof page !== 'number') return jsonError(400, page.mistake);
  if (!isId(id)) return noSuchPost;
  const reading = await readAs(front, request, { type: 'post', id, page });
  if (reading === undefined) return nobodyAnswers;
  const { post, comments, more } = reading.answer;
  if (post === null) return noSuchPost;
  const body = { post: postOf(post), comments, page, more };
  return jsonAnswer(200, body, { headers: readFrom(reading) });
};

export const getUser: Handler = async (front, request, [name = '']) => {
  const page = readPage(request.query);
  if (typeof page !== 'number') return jsonError(400, page.mistake);
  if (findNameMistake(name) !== undefined) return noSuchUser;
  const reading = await readAs(front, request, { type: 'user', name, page });
  if (reading === undefined) return nobodyAnswers;
  const { user, posts, more } = reading.answer;
  if (user === null) return noSuchUser;
  const body = { user, posts: posts.map(postOf), page, more };
  return jsonAnswer(200, body, { headers: readFrom(reading) });
};

export async function getSessions(front: Front, request: SiteRequest): Promise<Answer> {
  const reading = await readAs(front, request, { type: 'sessions' });
  if (reading === undefined) return nobodyAnswers;
  const { viewer, sessions } = reading.answer;
  if (viewer === null) return jsonError(401, 'not logged in');
  return jsonAnswer(200, { sessions }, { headers: readFrom(reading) });
}

const noSuchPost = jsonError(404, 'there is no such post');
const noSuchUser = jsonError(404, 'there is no such user');

export const signUpByJson: Act = async (front, request, fields) => {
  const read = readFields(fields, signUpRules);
  if (read.kind === 'wrong') return wrongFields(read);
  const credentials = { ...read.values, label: request.label };
  return loggedIn(front, 201, await front.actions.signUp(request.actor, credentials));
};

export const logInByJson: Act = async (front, request, fields) => {
  const read = readFields(fields, logInRules);
  if (read.kind === 'wrong') return wrongFields(read);
  const credentials = { ...read.values, label: request.label };
  return loggedIn(front, 200, await front.actions.logIn(request.actor, credentials));
};

function loggedIn({ cookies }: Front, status: number, outcome: Outcome<LoggedIn>): Answer {
  if (outcome.kind === 'refused') return refusedJson(outcome);
  const { user, token } = outcome.value;
  return jsonAnswer(status, { user }, { cookies: cookies.session(token, outcome.index) });
}

export const logOutByJson: Act = async (front, request) => {
  const outcome = await front.actions.logOut(request.actor);
  if (outcome.kind === 'refused') return refusedJson(outcome);
  return jsonAnswer(200, { user: null }, { cookies: loggedOutCookies(front, outcome.index) });
};

export const postByJson: Act = async (front, request, fields) => {
  const { actor } = request;
  if (actor.tokenHash === undefined) return notLoggedIn;
  const { value: nonce, isWrong } = optionalField(fields, 'id', nonceRule);
  if (isWrong) return jsonError(400, 'id: expected 16 hexadecimal digits');
  const read = readFields(fields, postRules);
  if (read.kind === 'wrong') return wrongFields(read);
  const normal = normalizeLink(read.values.link);
  const link = normal.kind === 'ok' ? normal.link : read.values.link;
  const { title } = read.values;
  const outcome = await front.actions.post(actor, { title, link, nonce });
  if (outcome.kind === 'refused') return refusedJson(outcome);
  const { id } = outcome.value;
  const reading = await readAs(front, request, { type: 'post', id, page: 1 }, outcome.index);
  const post = reading?.answer.post ?? undefined;
  // It is committed, whether or not a server can tell more of it right now.
  const bare = { id, title, link, likes: 0, liked: false, by: null, at: null };
  const extras = { cookies: [front.cookies.seen(outcome.index)], headers: readFrom(reading) };
  return jsonAnswer(201, post === undefined ? bare : postOf(post), extras);
};

export function likeByJson(liked: boolean): Act {
  return async (front, request, _fields, [postId = '']) => {
    const { actor } = request;
    if (actor.tokenHash === undefined) return notLoggedIn;
    if (!isId(postId)) return noSuchPost;
    const outcome = await front.actions.like(actor, postId, liked);
    if (outcome.kind === 'refused') return refusedJson(outcome);
    return jsonAnswer(200, outcome.value, { cookies: [front.cookies.seen(outcome.index)] });
  };
}

export const commentByJson: Act = async (front, request, fields, [postId = '']) => {
  const { actor } = request;
  if (actor.tokenHash === undefined) return notLoggedIn;
  if (!isId(postId)) return noSuchPost;
  const { value: nonce, isWrong } = optionalField(fields, 'id', nonceRule);
  if (isWrong) return jsonError(400, 'id: expected 16 hexadecimal digits');
  const read = readFields(fields, { text: commentRule });
  if (read.kind === 'wrong') return wrongFields(read);
  const text = plainLines(read.values.text);
  const outcome = await front.actions.comment(actor, { postId, text, nonce });
  if (outcome.kind === 'refused') return refusedJson(outcome);
  const cookies = [front.cookies.seen(outcome.index)];
  return jsonAnswer(201, { id: outcome.value.id, text }, { cookies });
};

export const endSessionsByJson: Act = async (front, request, _fields, [sessionId]) => {
  if (sessionId !== undefined && !isId(sessionId)) return jsonError(404, 'no such session');
  const outcome = await front.actions.endSessions(request.actor, sessionId);
  if (outcome.kind === 'refused') return refusedJson(outcome);
  const cookies =
    sessionId === undefined
      ? loggedOutCookies(front, outcome.index)
      : [front.cookies.seen(outcome.index)];
  return jsonAnswer(200, { ended: sessionId ?? 'all' }, { cookies });
};

const notLoggedIn = jsonError(401, 'not logged in');

/** What the contract names, and nothing else. */
function postOf({ id, title, link, likes, liked, by, at }: PostView) {
  return { id, title, link, likes, liked, by, at };
}

function wrongFields<Name extends string>(
  read: Extract<ReadFields<Name>, { readonly kind: 'wrong' }>,
): Answer {
  const mistakes = Object.entries(read.mistakes);
  return jsonError(400, mistakes.map(([name, text]) => `${name}: ${String(text)}`).join('; '));
}

function refusedJson({ status, text, retryAfterSeconds, earlier }: Refusal): Answer {
  const headers: Record<string, string> =
    retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) };
  // On a page the colon leads to the earlier post.
  const error = text.replace(/:$/, '.');
  const body = earlier === undefined ? { error } : { error, post: earlier };
  return jsonAnswer(status, body, { headers });
}
