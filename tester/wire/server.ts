/**
 * One server of the judged cluster and the calls that can be made to it. A call never throws for
 * what the server did: its reply carries the answer, and the words to report it with.
 */
import serializer from 'xmlrpc/lib/serializer.js';
import { openAccess, type Access } from './access.js';
import { formatAddress, type Address } from './address.js';
import { decodeAnswer, describeValue, type Answer } from './answer.js';
import type { CallScope } from './call-scope.js';
import { exchange, type HttpOutcome } from './http-exchange.js';
import { RawConnection } from './raw-connection.js';
import type { Spelling } from './spelling.js';

/** A server's place in the configuration. */
export interface Seat {
  readonly id: number;
  readonly address: Address;
}

export interface Reply {
  readonly server: Server;
  /** The call as a person would write it. */
  readonly call: string;
  readonly answer: Answer;
  readonly elapsedMs: number;
}

/** A request that need not be a well-formed call. */
export interface RawRequest {
  readonly verb?: string;
  readonly path?: string;
  readonly contentType?: string;
  readonly body: string | Buffer;
  /** What the report calls this request. */
  readonly describedAs: string;
}

export interface ServerLink {
  readonly spelling: Spelling;
  readonly callMs: number;
  readonly scope: CallScope;
  /** Plain HTTP, if left out. */
  readonly access?: Access | undefined;
}

export class Server {
  readonly seat: Seat;
  readonly #link: ServerLink;

  constructor(seat: Seat, link: ServerLink) {
    this.seat = seat;
    this.#link = link;
  }

  get #access(): Access {
    return this.#link.access ?? openAccess;
  }

  get label(): string {
    return `server ${this.seat.id} (${formatAddress(this.seat.address)})`;
  }

  /** Calls a method of the API by the name under which this cluster serves it. */
  call(method: string, params: readonly unknown[], timeoutMs?: number): Promise<Reply> {
    return this.callByName(this.#link.spelling.nameOf(method), params, timeoutMs);
  }

  /** Calls exactly this name. Throws for params that XML cannot carry: a bug of the tester. */
  callByName(name: string, params: readonly unknown[], timeoutMs?: number): Promise<Reply> {
    const reply = this.#callByName(name, params, timeoutMs);
    // A check that fails leaves calls behind, which its closing scope rejects: nobody waits then.
    reply.catch(() => undefined);
    return reply;
  }

  async #callByName(
    name: string,
    params: readonly unknown[],
    timeoutMs: number | undefined,
  ): Promise<Reply> {
    const body = serializer.serializeMethodCall(name, params);
    const shownParams = params.map(describeValue).join(', ');
    const startedAt = performance.now();
    const outcome = await this.#exchange({ body, describedAs: name }, timeoutMs);
    return {
      server: this,
      call: `${name}(${shownParams})`,
      answer: decodeAnswer(outcome),
      elapsedMs: performance.now() - startedAt,
    };
  }

  /** Sends `request` as it is and reads what comes back as an XML-RPC answer. */
  async send(request: RawRequest): Promise<Reply & { readonly outcome: HttpOutcome }> {
    const startedAt = performance.now();
    const outcome = await this.#exchange(request);
    return {
      server: this,
      call: request.describedAs,
      answer: decodeAnswer(outcome),
      outcome,
      elapsedMs: performance.now() - startedAt,
    };
  }

  /** A connection that ends with the check at the latest. */
  connect(): RawConnection {
    return new RawConnection(this.seat.address, this.#link.scope, this.#access.tls);
  }

  ping(): Promise<Reply> {
    return this.call('ping', []);
  }

  isLeader(): Promise<Reply> {
    return this.call('isleader', []);
  }

  isCrashed(): Promise<Reply> {
    return this.call('iscrashed', []);
  }

  restore(): Promise<Reply> {
    return this.call('restore', []);
  }

  /** The version of `name` in this server's own applied map. */
  appliedVersion(name: string): Promise<Reply> {
    return this.call('tester_getversion', [name]);
  }

  fileInfoMap(timeoutMs?: number): Promise<Reply> {
    return this.call('getfileinfomap', [], timeoutMs);
  }

  update(update: Update, timeoutMs?: number): Promise<Reply> {
    return this.call('updatefile', [update.name, update.version, update.hashes], timeoutMs);
  }

  internalState(): Promise<Reply> {
    return this.call('getinternalstate', []);
  }

  #exchange(request: RawRequest, timeoutMs = this.#link.callMs): Promise<HttpOutcome> {
    return exchange(
      {
        address: this.seat.address,
        verb: request.verb ?? 'POST',
        path: request.path ?? '/RPC2',
        headers: { ...this.#access.headers, 'Content-Type': request.contentType ?? 'text/xml' },
        tls: this.#access.tls,
        body: request.body,
        timeoutMs,
      },
      this.#link.scope,
    );
  }
}

/** One `updatefile`. `hashes` is usually a list, but the API takes a bare "0" as well. */
export interface Update {
  readonly name: string;
  readonly version: number;
  readonly hashes: unknown;
}
