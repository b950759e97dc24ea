/** The pages that show something: the lists, a post, a user, one's own sessions; and the feed. */
import { findNameMistake } from '../../site/site-text.js';
import { pageAnswer, publicAnswer, type Answer } from './answer.js';
import { isId } from './fields.js';
import {
  frameOf,
  nobodyPage,
  problemPage,
  readAs,
  readFrom,
  withMore,
  type Front,
} from './front.js';
import { readListQuery, readPage } from './list-query.js';
import { renderFeed } from './pages/feed.js';
import { renderAccount, renderPost, renderPostList, renderUser } from './pages/render-pages.js';
import { newId } from './secrets.js';
import type { SiteRequest } from './site-request.js';

/** Also while nobody answers: it then says so. */
export async function listPage(front: Front, request: SiteRequest): Promise<Answer> {
  const asked = readListQuery(request.query);
  if ('mistake' in asked) return wrongAddress(front, request, asked.mistake);
  const { order, page } = asked;
  const reading = await readAs(front, request, { type: 'posts', order, page });
  const path = `/?sort=${order}${page > 1 ? `&page=${page}` : ''}`;
  const { frame, extras } = frameOf(front, request, reading, { path });
  const { posts, more } = reading?.answer ?? { posts: [], more: false };
  const cookies = reading && !reading.answer.viewer ? endedSession(front, request, reading) : [];
  const html = renderPostList(frame, { order, page, posts, more });
  return pageAnswer(200, html, withMore(extras, { cookies }));
}

/** A session that has certainly ended is forgotten by its browser, too. */
function endedSession(
  { cookies }: Front,
  request: SiteRequest,
  { isCurrent }: { readonly isCurrent: boolean },
): readonly string[] {
  return isCurrent && request.cookies.token !== undefined ? [cookies.endSession()] : [];
}

export async function postPage(
  front: Front,
  request: SiteRequest,
  [id = '']: readonly string[],
): Promise<Answer> {
  const page = readPage(request.query);
  if (typeof page !== 'number') return wrongAddress(front, request, page.mistake);
  if (!isId(id)) return problemPage(front, request, 404, { text: 'There is no such post.' });
  const reading = await readAs(front, request, { type: 'post', id, page });
  if (reading === undefined) return nobodyPage(front, request);
  const { post, comments, more } = reading.answer;
  if (post === null) return problemPage(front, request, 404, { text: 'There is no such post.' });
  const path = `/posts/${id}${page > 1 ? `?page=${page}` : ''}`;
  const { frame, extras } = frameOf(front, request, reading, { path });
  const html = renderPost(frame, { post, comments, page, more, draft: '', nextId: newId() });
  return pageAnswer(200, html, extras);
}

export async function userPage(
  front: Front,
  request: SiteRequest,
  [name = '']: readonly string[],
): Promise<Answer> {
  const page = readPage(request.query);
  if (typeof page !== 'number') return wrongAddress(front, request, page.mistake);
  const noSuchUser = { text: 'There is no such user.' };
  if (findNameMistake(name) !== undefined) return problemPage(front, request, 404, noSuchUser);
  const reading = await readAs(front, request, { type: 'user', name, page });
  if (reading === undefined) return nobodyPage(front, request);
  const { user, posts, more } = reading.answer;
  if (user === null) return problemPage(front, request, 404, noSuchUser);
  const path = `/users/${name}${page > 1 ? `?page=${page}` : ''}`;
  const { frame, extras } = frameOf(front, request, reading, { path });
  return pageAnswer(200, renderUser(frame, { user, posts, page, more }), extras);
}

export async function accountPage(front: Front, request: SiteRequest): Promise<Answer> {
  const reading = await readAs(front, request, { type: 'sessions' });
  if (reading === undefined) return nobodyPage(front, request);
  const { viewer, sessions } = reading.answer;
  if (viewer === null) {
    const text = 'Your sessions are shown to you alone. Log in to see them.';
    return problemPage(front, request, 401, { text });
  }
  const { frame, extras } = frameOf(front, request, reading, { path: '/account' });
  return pageAnswer(200, renderAccount(frame, { sessions }), extras);
}

const feedSeconds = 60;

/** The same for everybody: nobody's likes are in it. */
export async function feed(front: Front, request: SiteRequest): Promise<Answer> {
  const asked = readListQuery(request.query);
  if ('mistake' in asked) return wrongAddress(front, request, asked.mistake);
  const { order, page } = asked;
  const reading = await front.reader.read({ type: 'posts', order, page }, { atLeastIndex: 0 });
  if (reading === undefined) return nobodyPage(front, request);
  const { posts, more } = reading.answer;
  const now = Math.max(front.nowMs(), reading.answer.now);
  const xml = renderFeed(baseOf(front, request), { order, page, posts, more }, now);
  const type = 'application/rss+xml; charset=utf-8';
  const answer = publicAnswer(xml, type, `public, max-age=${feedSeconds}`);
  return { ...answer, headers: { ...answer.headers, ...readFrom(reading) } };
}

/** The address that the site was asked at. */
function baseOf({ isSecure }: Front, request: SiteRequest): string {
  const host = request.header('host') ?? '';
  const scheme = isSecure ? 'https' : 'http';
  return /^[\w.-]+(:\d+)?$|^\[[\da-f:.]+\](:\d+)?$/i.test(host) ? `${scheme}://${host}` : '';
}

function wrongAddress(front: Front, request: SiteRequest, mistake: string): Promise<Answer> {
  return problemPage(front, request, 400, { text: `In this address ${mistake}.` });
}
