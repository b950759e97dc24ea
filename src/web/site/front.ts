/**
 * What every handler works with: reading, acting, cookies, and the frame that each page has around
 * its content.
 */
import type { AnswerTo, SiteQuery } from '../../site/site-query.js';
import type { Answer, AnswerExtras } from './answer.js';
import { pageAnswer } from './answer.js';
import { tokenHashIn, type CookieWriter } from './cookies.js';
import { retryAfterSeconds } from './front-limits.js';
import type { Frame, Notice } from './page-models.js';
import { renderProblem } from './pages/render-pages.js';
import { csrfOf, newVisitorSecret } from './secrets.js';
import type { SiteActions } from './site-actions.js';
import type { SiteReader, SiteReading } from './site-reader.js';
import type { SiteRequest } from './site-request.js';

export interface Front {
  readonly reader: SiteReader;
  readonly actions: SiteActions;
  readonly cookies: CookieWriter;
  /** Browsers reach the site over HTTPS. */
  readonly isSecure: boolean;
  readonly nowMs: () => number;
}

/** Answers a request; `params` are the parts of the path that the route leaves open. */
export type Handler = (
  front: Front,
  request: SiteRequest,
  params: readonly string[],
) => Promise<Answer>;

/** Of a query that has a viewer. */
export type ViewedQuery = Exclude<SiteQuery, { readonly type: 'password' | 'counts' }>;
export type Reading = SiteReading<AnswerTo<ViewedQuery>>;

/** Reads as whoever sends the request. */
export function readAs<Query extends ViewedQuery>(
  { reader }: Front,
  { cookies }: SiteRequest,
  query: Query,
  seen = cookies.seen,
): Promise<SiteReading<AnswerTo<Query>> | undefined> {
  const viewed: Query = { ...query, tokenHash: tokenHashIn(cookies) };
  return reader.read(viewed, { atLeastIndex: seen });
}

/** What is read only to know who it is. */
export function readViewer(front: Front, request: SiteRequest): Promise<Reading | undefined> {
  return readAs(front, request, { type: 'viewer' });
}

/** A page's frame, and the headers that come with it. */
export interface Framed {
  readonly frame: Frame;
  readonly extras: AnswerExtras;
}

export interface FrameOptions {
  /** Where a form without JavaScript comes back to. */
  readonly path: string;
  readonly notice?: Notice | undefined;
}

const nobodyAnswers: Notice = {
  kind: 'problem',
  text: 'No server answers right now, so nothing can be shown or kept. Try again in a moment.',
};

/** `reading` is what the page shows, or at least who looks at it; undefined: nobody answers. */
export function frameOf(
  front: Front,
  request: SiteRequest,
  reading: Reading | undefined,
  { path, notice }: FrameOptions,
): Framed {
  const answer = reading?.answer;
  const viewer = answer?.viewer ?? undefined;
  const { token, visitor = newVisitorSecret() } = request.cookies;
  const cookies: string[] = [];
  // While nobody can tell whether the session lasts, the form is the session's.
  const isSession = token !== undefined && (viewer !== undefined || reading?.isCurrent !== true);
  if (!isSession && request.cookies.visitor === undefined) {
    cookies.push(front.cookies.visitor(visitor));
  }
  return {
    frame: {
      ...{ viewer, path },
      csrf: csrfOf(isSession ? token : visitor),
      now: Math.max(front.nowMs(), answer?.now ?? 0),
      source: reading?.source,
      notice: notice ?? (reading === undefined ? nobodyAnswers : undefined),
    },
    extras: { cookies, headers: readFrom(reading) },
  };
}

/** Names the server that answered. */
export function readFrom(reading: SiteReading | undefined): Record<string, string> {
  return reading === undefined ? {} : { 'X-Read-From': String(reading.source.server) };
}

/** More headers for an answer. */
export function withMore(extras: AnswerExtras, more: AnswerExtras): AnswerExtras {
  return {
    cookies: [...(extras.cookies ?? []), ...(more.cookies ?? [])],
    headers: { ...extras.headers, ...more.headers },
  };
}

const titles: Readonly<Record<number, string>> = {
  400: 'That cannot be read',
  401: 'Log in first',
  403: 'This form cannot be used',
  404: 'There is no such page',
  405: 'It does not work like this',
  409: 'That is there already',
  413: 'That is too much',
  414: 'That address is too long',
  415: 'That cannot be read',
  429: 'Too often',
  500: 'Something broke',
  503: 'Not right now',
};

/** A page that says why there is none. */
export async function problemPage(
  front: Front,
  request: SiteRequest,
  status: number,
  { text, quote, extras = {}, notice }: ProblemDetails,
): Promise<Answer> {
  const reading = await readViewer(front, request);
  const { frame, extras: own } = frameOf(front, request, reading, { path: '/', notice });
  const title = titles[status] ?? 'That did not work';
  // What is wrong is told once.
  const quiet = { ...frame, notice };
  return pageAnswer(
    status,
    renderProblem(quiet, { status, title, text, quote }),
    withMore(own, extras),
  );
}

export interface ProblemDetails {
  readonly text: string;
  readonly quote?: string | undefined;
  readonly extras?: AnswerExtras;
  readonly notice?: Notice;
}

/** What was asked for cannot be known while nobody answers. */
export function nobodyPage(front: Front, request: SiteRequest): Answer {
  const { frame, extras } = frameOf(front, request, undefined, { path: '/' });
  const model = { status: 503, title: titles[503] ?? '', text: nobodyAnswers.text };
  const html = renderProblem({ ...frame, notice: undefined }, model);
  return pageAnswer(503, html, withMore(extras, { headers: retryLater }));
}

export const retryLater = { 'Retry-After': String(retryAfterSeconds) };
