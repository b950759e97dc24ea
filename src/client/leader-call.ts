/**
 * One operation that only the leader can carry out: finds the leader, follows hints, waits while
 * the cluster has no majority, and repeats what may be repeated.
 *
 * A call that blocks is not a failure: without a majority the contract has the leader keep it. So
 * whenever a call has been silent for a while, the servers are asked on the side who leads. As long
 * as the server says that it leads, and no other does, that is progress, however long it lasts.
 */
import { faultCode } from '../rpc/codec/fault-code.js';
import type { XmlValue } from '../rpc/xml-value.js';
import { describeServer } from './describe-server.js';
import { pause } from './pause.js';
import { toCallFailure } from './call-failure.js';
import type { CallFailure } from './call-failure.js';
import { NotLeader, OutcomeUnknown, Unreachable } from './client-errors.js';
import type { ClientFailure } from './client-errors.js';
import type { ClusterView, Survey } from './cluster-view.js';
import type { RpcAnswer, RpcConnection, ServerEndpoint } from './rpc-connection.js';

export interface LeaderRequest {
  readonly method: string;
  readonly params: readonly XmlValue[];
  /** May be sent again although an earlier attempt may have taken effect. */
  readonly isRepeatable: boolean;
  /** Set for updates that carry an id; part of `OutcomeUnknown`. */
  readonly requestId: string | undefined;
  readonly isUpdate: boolean;
}

export interface LeaderCallContext {
  readonly view: ClusterView;
  readonly connectionTo: (server: ServerEndpoint) => RpcConnection;
  /** Without any sign of progress for so long, the operation fails. */
  readonly timeoutMs: number;
  /** A call that is silent for so long makes the client ask who leads. */
  readonly silenceMs: number;
  /** Fires when the operation is to end: the client is closed, or its caller waits no longer. */
  readonly closing: AbortSignal;
}

/** As the reason of an abort, a text costs nothing; an error made for each call would. */
const answerCame = 'the answer came';

/** The first pause before another attempt, and the longest; it doubles in between. */
const pauseMsMin = 20;
const pauseMsMax = 500;

export class LeaderCall {
  readonly #request: LeaderRequest;
  readonly #context: LeaderCallContext;
  #progressAtMs = performance.now();
  #pauseMs = pauseMsMin;
  #failures = 0;
  /** An earlier attempt may still take effect. */
  #isUncertain = false;
  /** Undefined while no attempt has failed. */
  #lastError: ClientFailure | undefined;

  constructor(request: LeaderRequest, context: LeaderCallContext) {
    this.#request = request;
    this.#context = context;
  }

  /** The answer and who gave it, starting with `first`. Throws the errors of client-errors.ts. */
  async run(first: ServerEndpoint): Promise<{ value: XmlValue; leader: ServerEndpoint }> {
    let server: ServerEndpoint | undefined = first;
    while (!this.#isOver()) {
      if (server !== undefined) {
        const answer = await this.#attempt(server);
        if (answer.kind === 'value') return { value: answer.value, leader: server };
        server = await this.#next(server, answer);
      } else {
        await this.#pause();
        server = await this.#findLeader();
      }
    }
    throw this.#finalError();
  }

  /** Whom to ask next after an answer without a value; undefined when nobody leads. */
  async #next(
    server: ServerEndpoint,
    answer: Exclude<RpcAnswer, { readonly kind: 'value' }>,
  ): Promise<ServerEndpoint | undefined> {
    const { view, closing } = this.#context;
    const failure = toCallFailure(answer, describeServer(server));
    this.#remember(failure);
    const isHint = answer.kind === 'fault' && answer.fault.code === faultCode.notLeader;
    const hint = isHint ? view.hintIn(answer.fault.text) : undefined;
    // The first hint is followed at once. Hints can go in a circle, and a leader can refuse again
    // and again: pauses keep all that from becoming a storm.
    this.#failures += 1;
    if (hint === undefined || this.#failures > 1) await this.#pause();
    if (closing.aborted) return undefined;
    if (failure.advice === 'tryAgain') return server;
    return hint ?? this.#findLeader(server);
  }

  /** Takes note of a failed attempt; throws when there must not be another one. */
  #remember(failure: CallFailure): void {
    this.#lastError = failure.error;
    if (failure.advice === 'giveUp') throw this.#finalError();
    if (failure.isWithoutEffect || !this.#request.isUpdate) return;
    this.#isUncertain = true;
    if (!this.#request.isRepeatable) throw this.#finalError();
  }

  #finalError(): ClientFailure {
    const lastError = this.#lastError ?? new Unreachable('no server was asked');
    if (!this.#isUncertain) return lastError;
    const { requestId } = this.#request;
    return new OutcomeUnknown(`outcome unknown: ${lastError.message}`, requestId);
  }

  #isOver(): boolean {
    const { timeoutMs, closing } = this.#context;
    return closing.aborted || performance.now() - this.#progressAtMs >= timeoutMs;
  }

  async #pause(): Promise<void> {
    await pause(this.#pauseMs, this.#context.closing);
    this.#pauseMs = Math.min(this.#pauseMs * 2, pauseMsMax);
  }

  /** A server that says that it leads, if possible another than `current`. */
  async #findLeader(current?: ServerEndpoint): Promise<ServerEndpoint | undefined> {
    const survey = await this.#context.view.survey();
    const leading = leadersIn(survey);
    const isReachable = survey.some(({ answer }) => answer === 'notLeading');
    if (leading.length === 0 && isReachable && this.#lastError instanceof Unreachable) {
      this.#lastError = new NotLeader('no server that can be reached leads');
    }
    return leading.find((server) => server !== current) ?? leading[0];
  }

  /** One call; ends early when waiting for it has no point any more. */
  async #attempt(server: ServerEndpoint): Promise<RpcAnswer> {
    const { connectionTo, silenceMs, closing } = this.#context;
    const { method, params } = this.#request;
    const givingUp = new AbortController();
    const giveUp = (): void => {
      givingUp.abort();
    };
    closing.addEventListener('abort', giveUp);
    const answer = connectionTo(server).call(method, params, givingUp.signal);
    const answered = new AbortController();
    void answer.then(() => {
      closing.removeEventListener('abort', giveUp);
      answered.abort(answerCame);
    });
    for (;;) {
      await pause(silenceMs, answered.signal);
      if (answered.signal.aborted) return answer;
      const survey = await Promise.race([answer, this.#context.view.survey()]);
      if ('kind' in survey) return survey;
      if (!this.#isWorthWaiting(server, survey)) giveUp();
    }
  }

  /** Judges a call that is silent by what the servers say on the side. */
  #isWorthWaiting(server: ServerEndpoint, survey: Survey): boolean {
    const own = survey.find((entry) => entry.server === server);
    const leading = leadersIn(survey);
    const isOnlyLeader = own?.answer === 'leading' && leading.length === 1;
    if (isOnlyLeader) this.#progressAtMs = performance.now();
    if (this.#isOver() || own?.answer === 'silent') return false;
    return isOnlyLeader || !this.#request.isRepeatable;
  }
}

function leadersIn(survey: Survey): ServerEndpoint[] {
  return survey.filter(({ answer }) => answer === 'leading').map(({ server }) => server);
}
