/**
 * Single requests to an S3 service, over connections that are kept. Nothing is repeated here. A
 * request ends: in an answer that is there as a whole, or in the reason why there is none.
 */
import { Agent, request } from 'node:http';
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Agent as TlsAgent, request as requestTls } from 'node:https';

export interface S3Request {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'DELETE';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** A longer body of a good answer is not read. */
  readonly answerBytesMax: number;
}

export type S3Answer =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers: IncomingHttpHeaders;
      readonly body: Uint8Array;
    }
  /** A good answer, whose body is longer than asked for. */
  | { readonly kind: 'too long' }
  | {
      readonly kind: 'failed';
      readonly reason: string;
      /** It took too long; to wait for as long once more would help nobody. */
      readonly isLate: boolean;
    };

export interface S3ConnectionTimes {
  /** So long nothing may be sent or received. */
  readonly silenceMs: number;
  /** So long a request may take, from the moment that it has a connection. */
  readonly requestMs: number;
}

/** Requests at a time; further ones wait for a connection in their order. */
const connectionsMax = 32;

/** Errors are short; what is longer is no error of S3, and read only so far. */
const errorBytesMax = 64 * 1024;

const timesDefault: S3ConnectionTimes = { silenceMs: 10_000, requestMs: 60_000 };

class LateAnswer extends Error {}

export class S3Connection {
  readonly #agent: Agent;
  readonly #request: typeof request;
  readonly #times: S3ConnectionTimes;
  readonly #inProgress = new Set<ClientRequest>();

  constructor(endpoint: URL, times: S3ConnectionTimes = timesDefault) {
    const isTls = endpoint.protocol === 'https:';
    const options = { keepAlive: true, maxSockets: connectionsMax };
    this.#agent = isTls ? new TlsAgent(options) : new Agent(options);
    this.#request = isTls ? requestTls : request;
    this.#times = times;
  }

  ask(asked: S3Request): Promise<S3Answer> {
    const { silenceMs } = this.#times;
    return new Promise((resolve) => {
      const outgoing = this.#request(asked.url, {
        agent: this.#agent,
        method: asked.method,
        headers: { ...asked.headers, 'content-length': asked.body.length },
        timeout: silenceMs,
      });
      this.#inProgress.add(outgoing);
      const fail = (error: NodeJS.ErrnoException): void => {
        // Of several addresses that all refused there is only a code.
        const isLate = error instanceof LateAnswer;
        resolve({ kind: 'failed', reason: error.message || (error.code ?? 'unknown'), isLate });
      };
      outgoing.on('timeout', () => {
        outgoing.destroy(new LateAnswer(`no answer within ${silenceMs} ms`));
      });
      outgoing.on('error', fail);
      outgoing.on('response', (incoming) => {
        readAnswer(incoming, asked, resolve, fail);
      });
      this.#limitTime(outgoing);
      outgoing.end(asked.body);
    });
  }

  /** Ends everything; requests in progress fail. */
  close(): void {
    for (const outgoing of this.#inProgress) outgoing.destroy(new Error('the store was closed'));
    this.#agent.destroy();
  }

  #limitTime(outgoing: ClientRequest): void {
    const { requestMs } = this.#times;
    let timeout: NodeJS.Timeout | undefined;
    outgoing.on('socket', () => {
      timeout = setTimeout(() => {
        outgoing.destroy(new LateAnswer(`not done within ${requestMs} ms`));
      }, requestMs);
    });
    outgoing.on('close', () => {
      clearTimeout(timeout);
      this.#inProgress.delete(outgoing);
    });
  }
}

function readAnswer(
  incoming: IncomingMessage,
  asked: S3Request,
  resolve: (answer: S3Answer) => void,
  fail: (error: Error) => void,
): void {
  const { statusCode: status = 0, headers } = incoming;
  const isGood = status >= 200 && status < 300;
  const bytesMax = isGood ? asked.answerBytesMax : errorBytesMax;
  const chunks: Buffer[] = [];
  let length = 0;
  const giveUp = (): void => {
    resolve(isGood ? { kind: 'too long' } : { kind: 'answer', status, headers, body: nothing });
    incoming.destroy();
  };
  // A body that is cut off ends in this, never in a short answer.
  incoming.on('error', fail);
  if (Number(headers['content-length']) > bytesMax) {
    giveUp();
    return;
  }
  incoming.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length <= bytesMax) {
      chunks.push(chunk);
      return;
    }
    giveUp();
  });
  incoming.on('end', () => {
    resolve({ kind: 'answer', status, headers, body: Buffer.concat(chunks) });
  });
}

const nothing = new Uint8Array();
