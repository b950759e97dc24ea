/** A request as the handlers see it: what it asks for, who sends it, and its body, bounded. */
import type { IncomingMessage } from 'node:http';
import { agentLabel } from './agent-label.js';
import { isLoopback, limitKeyOf } from './client-address.js';
import { readCookies, tokenHashIn, type BrowserCookies } from './cookies.js';
import { bodyBytesMax, refusedBytesMax } from './front-limits.js';
import type { Actor } from './site-actions.js';

export type ReadBody =
  | { readonly kind: 'ok'; readonly body: Buffer }
  | { readonly kind: 'tooLong' }
  | { readonly kind: 'brokenOff' };

/** What proxies add to the requests of others. */
const forwardingHeaders = ['forwarded', 'via', 'x-forwarded-for', 'x-real-ip'] as const;

export class SiteRequest {
  readonly method: string;
  /** As it was sent. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly cookies: BrowserCookies;
  readonly label: string;
  readonly #incoming: IncomingMessage;

  constructor(incoming: IncomingMessage) {
    const { url = '/', method = 'GET', headers } = incoming;
    const at = url.indexOf('?');
    this.#incoming = incoming;
    this.method = method;
    this.path = at < 0 ? url : url.slice(0, at);
    this.query = new URLSearchParams(at < 0 ? '' : url.slice(at + 1));
    this.cookies = readCookies(headers.cookie);
    this.label = agentLabel(headers['user-agent']);
  }

  get isRead(): boolean {
    return this.method === 'GET' || this.method === 'HEAD';
  }

  /** Somebody on the front's own machine asks, and not for somebody else, as a proxy would. */
  get isOfThisMachine(): boolean {
    const { headers, socket } = this.#incoming;
    const isForwarded = forwardingHeaders.some((name) => headers[name] !== undefined);
    return !isForwarded && isLoopback(socket.remoteAddress);
  }

  /** A header that may come once; its name in small letters. */
  header(name: string): string | undefined {
    const value = this.#incoming.headers[name];
    return typeof value === 'string' ? value : undefined;
  }

  /** Whether it says more than one host: one of them may be believed by whoever passed it on. */
  get hasSeveralHosts(): boolean {
    return (this.#incoming.headersDistinct['host'] ?? []).length > 1;
  }

  /** Whether a browser says that a page of another site, or of another port, sends it. */
  get isFromElsewhere(): boolean {
    return ['cross-site', 'same-site'].includes(this.header('sec-fetch-site') ?? '');
  }

  /** Without its parameters, in small letters; undefined when the body is not plain UTF-8. */
  get contentType(): string | undefined {
    const encoding = this.header('content-encoding') ?? 'identity';
    if (encoding.toLowerCase() !== 'identity') return undefined;
    const [type = '', ...parameters] = (this.header('content-type') ?? '').toLowerCase().split(';');
    const charset = parameters
      .map((text) => text.trim())
      .find((text) => text.startsWith('charset='));
    const isPlain = charset === undefined || /^charset="?utf-?8"?$/.test(charset);
    return isPlain ? type.trim() : undefined;
  }

  /** Whoever has the session of the cookie. */
  get actor(): Actor {
    return { ...this.visitor, tokenHash: tokenHashIn(this.cookies) };
  }

  /** The same client, not logged in. */
  get visitor(): Actor {
    const address = limitKeyOf(this.#incoming.socket.remoteAddress);
    return { tokenHash: undefined, address, seen: this.cookies.seen };
  }

  /**
   * The whole body. One that is too long is read on for a while and thrown away, so that its
   * sender comes to read the answer.
   */
  async body(): Promise<ReadBody> {
    const chunks: Buffer[] = [];
    let bytes = 0;
    try {
      // Whoever asks before they send would wait for our answer, and we for their body.
      const asksFirst = this.header('expect') !== undefined;
      const announcedMax = asksFirst ? bodyBytesMax : refusedBytesMax;
      if (Number(this.header('content-length') ?? 0) > announcedMax) return { kind: 'tooLong' };
      for await (const chunk of this.#incoming as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        if (bytes > refusedBytesMax) break;
        if (bytes <= bodyBytesMax) chunks.push(chunk);
      }
    } catch {
      return { kind: 'brokenOff' };
    }
    return bytes > bodyBytesMax ? { kind: 'tooLong' } : { kind: 'ok', body: Buffer.concat(chunks) };
  }
}
