/**
 * Answers that say why there is no file: a short page for people, a line for programs, or an object
 * for those who ask for JSON. Nothing of the request but its own words' meaning is repeated.
 */
import { STATUS_CODES, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { escapeHtml } from '../base/escape-html.js';
import { page, pagePolicy } from './html-page.js';
import { onePiece } from './one-piece.js';
import { preferredType } from './negotiation.js';
import type { Answer } from './send-answer.js';

/** `reason`: a sentence without its full stop. */
export function problemAnswer(
  request: IncomingMessage,
  status: number,
  reason: string,
  headers: OutgoingHttpHeaders = {},
): Answer {
  const { type, text } = describe(request.headers.accept, status, reason);
  const bytes = Buffer.from(text);
  return {
    status,
    headers: {
      'content-type': type,
      'content-length': bytes.length,
      'cache-control': 'no-store',
      ...(type.startsWith('text/html') ? { 'content-security-policy': pagePolicy } : {}),
      'x-content-type-options': 'nosniff',
      ...headers,
    },
    ...(request.method === 'HEAD' ? {} : { body: onePiece(bytes) }),
  };
}

function describe(
  accept: string | undefined,
  status: number,
  reason: string,
): { readonly type: string; readonly text: string } {
  const name = STATUS_CODES[status] ?? 'Error';
  const types = ['text/plain', 'text/html', 'application/json'] as const;
  switch (preferredType(accept, [...types])) {
    case 'text/html':
      return {
        type: 'text/html; charset=utf-8',
        text: page(`${status} ${name}`, `<p>${escapeHtml(reason)}.</p>`),
      };
    case 'application/json':
      return { type: 'application/json', text: `${JSON.stringify({ error: reason })}\n` };
    case 'text/plain':
      return { type: 'text/plain; charset=utf-8', text: `${status} ${name}: ${reason}.\n` };
  }
}
