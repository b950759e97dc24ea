/** What a request is answered: a page, JSON, a redirect, or bytes; and the headers of each. */
import { contentPolicy } from './pages/render-pages.js';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string | Uint8Array;
}

/** Headers of everything that the site answers. */
export const securityHeaders: Readonly<Record<string, string>> = {
  'Content-Security-Policy': contentPolicy,
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Referrer-Policy': 'same-origin',
};

/** What is added to any answer. */
export interface AnswerExtras {
  readonly cookies?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** Shows, or may show, a user: nobody may keep it. */
export function pageAnswer(status: number, html: string, extras: AnswerExtras = {}): Answer {
  return answer(status, html, 'text/html; charset=utf-8', extras);
}

export function jsonAnswer(status: number, value: unknown, extras: AnswerExtras = {}): Answer {
  return answer(status, `${JSON.stringify(value)}\n`, 'application/json', extras);
}

/** The body is for a client that shows it, for example `curl`. */
export function redirectAnswer(path: string, extras: AnswerExtras = {}): Answer {
  const headers = { ...extras.headers, Location: path };
  return answer(303, `See ${path}\n`, 'text/plain; charset=utf-8', { ...extras, headers });
}

/** The same for everybody. */
export function publicAnswer(
  body: string | Uint8Array,
  contentType: string,
  cacheControl: string,
): Answer {
  const headers = { 'Content-Type': contentType, 'Cache-Control': cacheControl };
  return { status: 200, headers, body };
}

function answer(
  status: number,
  body: string,
  contentType: string,
  { cookies = [], headers = {} }: AnswerExtras,
): Answer {
  return {
    status,
    headers: {
      'Content-Type': contentType,
      'Cache-Control': 'no-store',
      ...headers,
      ...(cookies.length > 0 && { 'Set-Cookie': cookies }),
    },
    body,
  };
}
