/**
 * One call that any server of the cluster can answer, and that may be made twice. The servers are
 * asked one after the other: the next one when the one before refuses, or when it is silent for a
 * while. A silent one may still answer first. When all have refused, they are asked again.
 */
import { must } from '../base/assert.js';
import { faultCode } from '../rpc/codec/fault-code.js';
import type { XmlValue } from '../rpc/xml-value.js';
import { describeServer } from './describe-server.js';
import { pause } from './pause.js';
import { toCallFailure } from './call-failure.js';
import { BlocksRefused, InvalidArgument, Unreachable } from './client-errors.js';
import type { ClientFailure } from './client-errors.js';
import type { RpcAnswer, RpcConnection, ServerEndpoint } from './rpc-connection.js';

export interface AnyServerRequest<Result> {
  readonly method: string;
  readonly params: readonly XmlValue[];
  /** What the answer means; undefined when it is not an answer to this question. */
  readonly read: (value: XmlValue) => Promise<Result | undefined>;
}

export interface AnyServerContext {
  readonly connections: ReadonlyMap<ServerEndpoint, RpcConnection>;
  /** After so long without success the call is given up, unless bytes are on their way. */
  readonly timeoutMs: number;
  /** A server that neither takes nor says anything for so long is silent. */
  readonly silenceMs: number;
  /** Fires when the client is closed. */
  readonly closing: AbortSignal;
}

/** `notFound`: servers say that there is no such block, and no other server has it. */
export type AnyServerAnswer<Result> =
  | { readonly kind: 'done'; readonly result: Result; readonly server: ServerEndpoint }
  | { readonly kind: 'notFound' };

type RoundEnd<Result> =
  | AnyServerAnswer<Result>
  | { readonly kind: 'refused' }
  | { readonly kind: 'wrong'; readonly error: ClientFailure };

/** As the reason of an abort, a text costs nothing; an error made for each call would. */
const roundIsOver = 'the round is over';

/** The first pause before all are asked again, and the longest; it doubles in between. */
const pauseMsMin = 50;
const pauseMsMax = 500;

export class AnyServerCall<Result> {
  readonly #request: AnyServerRequest<Result>;
  readonly #context: AnyServerContext;
  readonly #beganMs = performance.now();
  readonly #answered = new Set<ServerEndpoint>();
  #lastFailure = 'no server was asked';

  constructor(request: AnyServerRequest<Result>, context: AnyServerContext) {
    this.#request = request;
    this.#context = context;
  }

  /** Asks the servers in this order. Throws the errors of client-errors.ts. */
  async run(servers: readonly ServerEndpoint[]): Promise<AnyServerAnswer<Result>> {
    const { closing } = this.#context;
    let pauseMs = pauseMsMin;
    for (;;) {
      const end = await new Round(servers, this.#parts()).run();
      if (end.kind === 'done' || end.kind === 'notFound') return end;
      if (end.kind === 'wrong') throw end.error;
      if (closing.aborted || this.#leftMs() <= pauseMs) throw this.#finalError(servers.length);
      await pause(pauseMs, closing);
      pauseMs = Math.min(2 * pauseMs, pauseMsMax);
    }
  }

  #parts(): RoundParts<Result> {
    return {
      request: this.#request,
      context: this.#context,
      leftMs: () => this.#leftMs(),
      onAnswered: (server) => this.#answered.add(server),
      onFailure: (text) => {
        this.#lastFailure = text;
      },
    };
  }

  #leftMs(): number {
    return this.#context.timeoutMs - (performance.now() - this.#beganMs);
  }

  #finalError(serverCount: number): ClientFailure {
    const text = `${this.#answered.size} of ${serverCount} servers answered; ${this.#lastFailure}`;
    return this.#answered.size === 0 ? new Unreachable(text) : new BlocksRefused(text);
  }
}

interface RoundParts<Result> {
  readonly request: AnyServerRequest<Result>;
  readonly context: AnyServerContext;
  readonly leftMs: () => number;
  readonly onAnswered: (server: ServerEndpoint) => void;
  readonly onFailure: (text: string) => void;
}

/** Every server asked once, at most. */
class Round<Result> {
  readonly #servers: readonly ServerEndpoint[];
  readonly #parts: RoundParts<Result>;
  /** Calls that have not ended, silent ones too. */
  readonly #open = new Set<AbortController>();
  #askedCount = 0;
  /** Calls that have neither ended nor been silent. */
  #lively = 0;
  #isNotFound = false;
  #deadline: NodeJS.Timeout | undefined;
  #finish: ((end: RoundEnd<Result>) => void) | undefined;

  constructor(servers: readonly ServerEndpoint[], parts: RoundParts<Result>) {
    this.#servers = servers;
    this.#parts = parts;
  }

  run(): Promise<RoundEnd<Result>> {
    const { closing } = this.#parts.context;
    return new Promise((resolve) => {
      const stop = (): void => {
        this.#finish?.({ kind: 'refused' });
      };
      this.#finish = (end) => {
        this.#finish = undefined;
        clearTimeout(this.#deadline);
        closing.removeEventListener('abort', stop);
        for (const call of this.#open) call.abort(roundIsOver);
        resolve(end);
      };
      closing.addEventListener('abort', stop);
      this.#goOn();
    });
  }

  /** Asks the next server while nobody is at work on an answer; ends when there is none. */
  #goOn(): void {
    if (this.#finish === undefined || this.#lively > 0) return;
    const server = this.#servers[this.#askedCount];
    if (server !== undefined) {
      this.#askedCount += 1;
      void this.#ask(server);
    } else if (this.#isNotFound) this.#finish({ kind: 'notFound' });
    else if (this.#open.size === 0) this.#finish({ kind: 'refused' });
    else {
      // Only silent ones are left: they may have the rest of the time.
      this.#deadline ??= setTimeout(
        () => this.#finish?.({ kind: 'refused' }),
        Math.max(0, this.#parts.leftMs()),
      );
    }
  }

  async #ask(server: ServerEndpoint): Promise<void> {
    const { request, context } = this.#parts;
    const connection = must(context.connections.get(server), 'a server of this cluster');
    const call = new AbortController();
    let isLively = true;
    const fallSilent = (): void => {
      if (isLively) this.#lively -= 1;
      isLively = false;
      this.#goOn();
    };
    this.#open.add(call);
    this.#lively += 1;
    const answer = await connection.call(request.method, request.params, call.signal, {
      silenceMs: context.silenceMs,
      onSilence: () => {
        this.#parts.onFailure(`${describeServer(server)} is silent`);
        fallSilent();
      },
    });
    if (this.#finish === undefined) return;
    await this.#judge(server, answer);
    this.#open.delete(call);
    fallSilent();
  }

  async #judge(server: ServerEndpoint, answer: RpcAnswer): Promise<void> {
    const { request, onAnswered, onFailure } = this.#parts;
    if (answer.kind === 'value') {
      onAnswered(server);
      const result = await request.read(answer.value);
      if (result !== undefined) this.#finish?.({ kind: 'done', result, server });
      else onFailure(`${describeServer(server)} answers what nobody asked`);
      return;
    }
    const { error } = toCallFailure(answer, describeServer(server));
    onFailure(error.message);
    if (answer.kind !== 'fault') return;
    onAnswered(server);
    if (answer.fault.code === faultCode.blockNotFound) this.#isNotFound = true;
    if (error instanceof InvalidArgument) this.#finish?.({ kind: 'wrong', error });
  }
}
