/**
 * One HTTP request and what became of it, on a connection of its own. Every exchange has a time-out
 * and never throws for anything the server did: a refusal, a closed connection, a silence and bytes
 * that are not HTTP are values, because the tester's task is to report them.
 */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Tls } from './access.js';
import type { Address } from './address.js';
import { ScopeClosed, type CallScope } from './call-scope.js';

/** A longer answer is read no further: no call of the tester has a right answer of this size. */
const answerBytesMax = 64 * 1024 * 1024;

export interface HttpRequest {
  readonly address: Address;
  readonly verb: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
  readonly timeoutMs: number;
  /** Undefined stands for plain HTTP. */
  readonly tls?: Tls | undefined;
}

/** Nothing complete came within the time-out. */
export interface Silence {
  readonly kind: 'silent';
  readonly afterMs: number;
  /** Bytes of the body that came in time; undefined when not even its head did. */
  readonly bytesSoFar?: number;
}

export type HttpOutcome =
  | { readonly kind: 'response'; readonly status: number; readonly body: string }
  | Silence
  /** No connection, or one that ended before the answer did. */
  | { readonly kind: 'lost'; readonly detail: string }
  | { readonly kind: 'nonsense'; readonly detail: string };

function outcomeOfError(error: NodeJS.ErrnoException, isTls: boolean): HttpOutcome {
  const code = error.code ?? error.message;
  if (code.startsWith('HPE_')) {
    return { kind: 'nonsense', detail: `bytes that are not HTTP (${code})` };
  }
  if (code === 'ECONNREFUSED') return { kind: 'lost', detail: 'connection refused' };
  if (code === 'ECONNRESET' || code === 'EPIPE') {
    return { kind: 'lost', detail: 'the connection was closed without an answer' };
  }
  const why = isTls ? describeTls(code, error.message) : undefined;
  return { kind: 'lost', detail: `no connection (${why ?? code})` };
}

function describeTls(code: string, message: string): string | undefined {
  if (message.includes('wrong version number')) return 'it speaks plain HTTP, no TLS';
  if (code.includes('CERTIFICATE_REQUIRED')) return 'it asks for a certificate: --tls-cert';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'its certificate is for other names';
  if (/SIGNED_CERT|ISSUER|VERIFY/.test(code)) {
    return `its certificate is of no authority of --tls-ca: ${code}`;
  }
  return undefined;
}

/** A body that comes in, as far as it has come. */
class Body {
  readonly #chunks: Buffer[] = [];
  #byteCount = 0;

  get byteCount(): number {
    return this.#byteCount;
  }

  /** Keeps what `response` brings until it ends, breaks off or grows too long. */
  collect(response: IncomingMessage, finish: (outcome: HttpOutcome) => void): void {
    response.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#byteCount += chunk.length;
      if (this.#byteCount <= answerBytesMax) return;
      finish({ kind: 'nonsense', detail: `an answer longer than ${answerBytesMax} bytes` });
    });
    response.on('error', () => {
      const detail = `the connection was closed after ${this.#byteCount} bytes of an answer`;
      finish({ kind: 'lost', detail });
    });
    response.on('end', () => finish(this.#outcome(response.statusCode ?? 0)));
  }

  #outcome(status: number): HttpOutcome {
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    try {
      const body = decoder.decode(Buffer.concat(this.#chunks));
      return { kind: 'response', status, body };
    } catch {
      // A fatal decoder throws for one reason only.
      return { kind: 'nonsense', detail: `${this.#byteCount} bytes that are not UTF-8` };
    }
  }
}

/** Rejects only with `ScopeClosed`, when `scope` closes first. */
export function exchange(request: HttpRequest, scope: CallScope): Promise<HttpOutcome> {
  return new Promise((resolve, reject) => {
    scope.throwIfClosed();
    const { tls } = request;
    const send = tls === undefined ? httpRequest : httpsRequest;
    const outgoing = send({
      ...tls,
      host: request.address.host,
      port: request.address.port,
      path: request.path,
      method: request.verb,
      headers: { ...request.headers, 'Content-Length': Buffer.byteLength(request.body) },
      agent: false,
    });
    let body: Body | undefined;
    const settle = (end: () => void): void => {
      clearTimeout(timer);
      leaveScope();
      end();
      outgoing.destroy();
    };
    const finish = (outcome: HttpOutcome): void => settle(() => resolve(outcome));
    const timer = setTimeout(() => {
      const silence = { kind: 'silent', afterMs: request.timeoutMs } as const;
      finish(body === undefined ? silence : { ...silence, bytesSoFar: body.byteCount });
    }, request.timeoutMs);
    const leaveScope = scope.add(() =>
      settle(() => reject(new ScopeClosed('the check was ended'))),
    );
    outgoing.on('error', (error) => finish(outcomeOfError(error, tls !== undefined)));
    outgoing.on('response', (response) => {
      body = new Body();
      body.collect(response, finish);
    });
    outgoing.end(request.body);
  });
}
