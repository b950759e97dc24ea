/**
 * What a browser is to the fronts: it keeps cookies and connections, and times every request. Each
 * question may go to another front.
 */
import { Agent, request, type IncomingMessage } from 'node:http';
import { host } from '../systems/world.js';

/** Longer than a front takes for anything, also for passwords on a busy machine. */
const answerMsMax = 300_000;

export type VisitKind = 'page' | 'change';

/** One request, and what came of it. Times are of `performance.now()`. */
export interface Visit {
  readonly kind: VisitKind;
  readonly beganMs: number;
  readonly endedMs: number;
  /** 0: there was no whole answer. */
  readonly status: number;
}

export interface WebQuestion {
  readonly path: string;
  /** GET unless given; POST with a form. */
  readonly method?: 'POST' | 'PUT' | 'DELETE';
  readonly form?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: unknown;
}

export interface WebAnswer {
  /** 0: there was no whole answer. */
  readonly status: number;
  /** Where there was no answer, why. */
  readonly text: string;
  /** Of a redirect. */
  readonly location: string | undefined;
  /** What a 503 asks for. */
  readonly retryAfterMs: number;
}

const retryAfterMsDefault = 1_000;

export class WebClient {
  readonly cookies = new Map<string, string>();
  readonly #agent = new Agent({ keepAlive: true });
  readonly #onVisit: (visit: Visit) => void;

  constructor(onVisit: (visit: Visit) => void) {
    this.#onVisit = onVisit;
  }

  /** Asks the front at a port. Never rejects. */
  async ask(kind: VisitKind, port: number, question: WebQuestion): Promise<WebAnswer> {
    const beganMs = performance.now();
    const answer = await this.#send(port, question).catch((error: unknown): WebAnswer => {
      return { status: 0, text: String(error), location: undefined, retryAfterMs: 0 };
    });
    this.#onVisit({ kind, beganMs, endedMs: performance.now(), status: answer.status });
    return answer;
  }

  /** Ends the connections; the next question opens new ones. */
  close(): void {
    this.#agent.destroy();
  }

  #send(port: number, { path, method, form, json }: WebQuestion): Promise<WebAnswer> {
    const body = form === undefined ? bodyOf(json) : new URLSearchParams(form).toString();
    const type = form === undefined ? 'application/json' : 'application/x-www-form-urlencoded';
    const isChange = method !== undefined || form !== undefined;
    const headers: Record<string, string> = { Cookie: this.#cookieHeader() };
    if (isChange) {
      headers['Content-Type'] = type;
      headers['Content-Length'] = String(Buffer.byteLength(body));
    }
    return new Promise((resolve, reject) => {
      const options = { agent: this.#agent, host, port, path, headers, timeout: answerMsMax };
      const asking = request({ ...options, method: method ?? (isChange ? 'POST' : 'GET') });
      asking.on('timeout', () => asking.destroy(new Error(`no answer within ${answerMsMax} ms`)));
      asking.on('error', reject);
      asking.on('response', (response: IncomingMessage) => {
        this.#receive(response).then(resolve, reject);
      });
      asking.end(body);
    });
  }

  async #receive(response: IncomingMessage): Promise<WebAnswer> {
    const { statusCode = 0, headers } = response;
    response.setEncoding('utf8');
    let text = '';
    for await (const part of response) text += String(part);
    for (const line of headers['set-cookie'] ?? []) this.#keep(line);
    const seconds = Number(headers['retry-after'] ?? Number.NaN);
    const retryAfterMs = Number.isFinite(seconds) ? seconds * 1_000 : retryAfterMsDefault;
    return { status: statusCode, text, location: headers.location, retryAfterMs };
  }

  #cookieHeader(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  #keep(line: string): void {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    if (/; Max-Age=0(;|$)/.test(line)) this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}

function bodyOf(json: unknown): string {
  return json === undefined ? '' : JSON.stringify(json);
}
