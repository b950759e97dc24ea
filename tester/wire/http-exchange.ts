/**
 * One HTTP request and what became of it, on a connection of its own. Every exchange has a time-out
 * and never throws for anything the server did: a refusal, a closed connection, a silence and bytes
 * that are not HTTP are values, because the tester's task is to report them.
 */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { Address } from './address.js';
import { ScopeClosed, type CallScope } from './call-scope.js';

/** A longer answer is refused unread: no call of the tester has a right answer of this size. */
const answerBytesMax = 64 * 1024 * 1024;

export interface HttpRequest {
  readonly address: Address;
  readonly verb: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
  readonly timeoutMs: number;
}

export type HttpOutcome =
  | { readonly kind: 'response'; readonly status: number; readonly body: string }
  /** Nothing complete came within the time-out. */
  | { readonly kind: 'silent'; readonly afterMs: number }
  /** No connection, or one that ended before the answer did. */
  | { readonly kind: 'lost'; readonly detail: string }
  | { readonly kind: 'nonsense'; readonly detail: string };

function outcomeOfError(error: NodeJS.ErrnoException): HttpOutcome {
  const code = error.code ?? error.message;
  if (code.startsWith('HPE_')) {
    return { kind: 'nonsense', detail: `bytes that are not HTTP (${code})` };
  }
  if (code === 'ECONNREFUSED') return { kind: 'lost', detail: 'connection refused' };
  if (code === 'ECONNRESET' || code === 'EPIPE') {
    return { kind: 'lost', detail: 'the connection was closed without an answer' };
  }
  return { kind: 'lost', detail: `no connection (${code})` };
}

function collect(response: IncomingMessage, finish: (outcome: HttpOutcome) => void): void {
  const chunks: Buffer[] = [];
  let byteCount = 0;
  response.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    byteCount += chunk.length;
    if (byteCount > answerBytesMax) {
      finish({ kind: 'nonsense', detail: `an answer longer than ${answerBytesMax} bytes` });
    }
  });
  response.on('error', (error) => finish(outcomeOfError(error)));
  response.on('end', () => {
    const body = Buffer.concat(chunks).toString('utf8');
    finish({ kind: 'response', status: response.statusCode ?? 0, body });
  });
}

/** Rejects only with `ScopeClosed`, when `scope` closes first. */
export function exchange(request: HttpRequest, scope: CallScope): Promise<HttpOutcome> {
  return new Promise((resolve, reject) => {
    scope.throwIfClosed();
    const outgoing = httpRequest({
      host: request.address.host,
      port: request.address.port,
      path: request.path,
      method: request.verb,
      headers: { ...request.headers, 'Content-Length': Buffer.byteLength(request.body) },
      agent: false,
    });
    const settle = (end: () => void): void => {
      clearTimeout(timer);
      leaveScope();
      end();
      outgoing.destroy();
    };
    const finish = (outcome: HttpOutcome): void => settle(() => resolve(outcome));
    const timer = setTimeout(() => {
      finish({ kind: 'silent', afterMs: request.timeoutMs });
    }, request.timeoutMs);
    const leaveScope = scope.add(() =>
      settle(() => reject(new ScopeClosed('the check was ended'))),
    );
    outgoing.on('error', (error) => finish(outcomeOfError(error)));
    outgoing.on('response', (response) => collect(response, finish));
    outgoing.end(request.body);
  });
}
