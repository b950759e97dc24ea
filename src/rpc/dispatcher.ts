/**
 * Runs calls: finds the method, holds the bounds on what may be pending, checks the arguments and
 * turns whatever happens into exactly one outcome. It knows nothing of HTTP or XML.
 */
import { AssertionError, must } from '../base/assert.js';
import type { BlockService } from '../blocks/block-service.js';
import type { HangUp } from '../replica/outcome.js';
import type { CallEnd, CallObserver } from './call-observer.js';
import { faultCode } from './codec/fault-code.js';
import { GatheredAnswers } from './gathered-answers.js';
import { MapAnswers, type MapAnswerLimits } from './map-answers.js';
import { buildMethodTable, fullName, type MethodTable, type TesterApi } from './method-table.js';
import type { MethodServices } from './method-services.js';
import {
  nothingToHangUp,
  type Caller,
  type HandlerOutcome,
  type Method,
  type MethodOutcome,
  type Reply,
} from './method.js';
import { busyFault, unreadFault } from './refusal-fault.js';
import { RpcFault } from './rpc-fault.js';
import type { Fault, XmlCall } from './xml-value.js';

/**
 * Calls of peers that may wait for this server's disk, above those of clients: clients who fill
 * their queue must not silence the cluster.
 */
export const pendingPeerCallsMax = 1_000;

/** Hears of what must not happen; the caller only learns that it did. */
export type BugListener = (error: unknown, where: string) => void;

export interface DispatcherOptions {
  /** Left out for a stand-alone block store. */
  readonly services?: MethodServices | undefined;
  readonly blocks?: BlockService | undefined;
  readonly testerApi: TesterApi;
  /** Pending calls of clients before `busy`. */
  readonly pendingCallsMax: number;
  /** Whether clients have left so much unread that only short answers are given. */
  readonly isOverloaded: () => boolean;
  readonly mapAnswerLimits: MapAnswerLimits;
  readonly observer: CallObserver;
  readonly onBug: BugListener;
}

interface Run {
  readonly method: Method;
  readonly call: XmlCall;
  readonly caller: Caller;
  readonly reply: (outcome: MethodOutcome) => void;
  /** What the observer is to be told at the end. */
  readonly began: number;
}

export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #table: MethodTable;
  /** Reads of many files, apart from those that are short; undefined where there are no files. */
  readonly mapAnswers: MapAnswers | undefined;
  #pendingCalls = 0;
  #pendingPeerCalls = 0;

  constructor(options: DispatcherOptions) {
    const { services, blocks, testerApi, mapAnswerLimits: limits } = options;
    this.#options = options;
    const mapAnswers = services && new MapAnswers({ limits, ...services });
    this.mapAnswers = mapAnswers;
    this.#table = buildMethodTable({
      cluster: services && mapAnswers && { services, mapAnswers },
      blocks,
      gathered: new GatheredAnswers(options.isOverloaded),
      introspection: {
        fullNames: () => this.#table.fullNames(),
        find: (name) => this.#table.find(name),
        dispatch: (call, caller, reply) => this.dispatch(call, caller, reply),
      },
      testerApi,
    });
  }

  get table(): MethodTable {
    return this.#table;
  }

  /** Calls that have no answer yet. */
  get pendingCalls(): number {
    return this.#pendingCalls + this.#pendingPeerCalls;
  }

  /**
   * Runs one call. `reply` is called once, perhaps before this returns, and never after the
   * hang-up. Throws nothing.
   */
  dispatch(call: XmlCall, caller: Caller, reply: (outcome: MethodOutcome) => void): HangUp {
    let method: Method;
    try {
      method = this.#table.find(call.methodName);
    } catch (error) {
      this.#options.observer.unknownMethod();
      reply(this.#outcomeOf(error, 'finding a method'));
      return nothingToHangUp;
    }
    const began = this.#options.observer.began(method);
    const fault = findForeignPage(method, caller) ?? this.#findFull(method);
    if (fault !== undefined) {
      this.#options.observer.ended(method, { kind: 'fault', fault }, began);
      reply({ kind: 'fault', fault });
      return nothingToHangUp;
    }
    return this.#run({ method, call, caller, reply, began });
  }

  #run({ method, call, caller, reply, began }: Run): HangUp {
    let state: 'invoking' | 'pending' | 'over' = 'invoking';
    const end = (how: CallEnd): void => {
      if (state === 'pending') this.#count(method, -1);
      state = 'over';
      this.#options.observer.ended(method, how, began);
    };
    const answer: Reply = (told) => {
      if (state === 'over') {
        if (told.kind === 'pieces') told.pieces.close();
        if (told.kind === 'bug') this.#outcomeOf(told.error, fullName(method));
        return;
      }
      const outcome = this.#finalOutcome(method, told);
      if (told.kind === 'pieces' && outcome.kind !== 'pieces') told.pieces.close();
      end(outcome);
      reply(outcome);
    };
    let hangUp = nothingToHangUp;
    try {
      hangUp = invoke(method, call, caller, answer);
    } catch (error) {
      answer({ kind: 'bug', error });
    }
    // The answer may have come during the call, which the compiler cannot see.
    if ((state as string) === 'over') return nothingToHangUp;
    state = 'pending';
    this.#count(method, 1);
    return () => {
      if (state === 'over') return;
      end({ kind: 'hungUp' });
      hangUp();
    };
  }

  /** What is full, so that the call may not be run; undefined when it may. */
  #findFull(method: Method): Fault | undefined {
    if (method.longAnswer !== undefined && this.#options.isOverloaded()) return unreadFault;
    const isFull =
      method.wait === 'peer'
        ? this.#pendingPeerCalls >= pendingPeerCallsMax
        : method.wait === 'calls' && this.#pendingCalls >= this.#options.pendingCallsMax;
    return isFull ? busyFault('the queue of pending calls is full') : undefined;
  }

  /** What is answered to a call that ended in `told`. */
  #finalOutcome(method: Method, told: HandlerOutcome): MethodOutcome {
    if (told.kind === 'bug') return this.#outcomeOf(told.error, fullName(method));
    // Many reads may have begun before their answers, all at once, became too many.
    const isAnswer = told.kind === 'value' || told.kind === 'pieces';
    if (isAnswer && method.longAnswer === 'ofRead' && this.#options.isOverloaded()) {
      return { kind: 'fault', fault: unreadFault };
    }
    return told;
  }

  #count(method: Method, change: 1 | -1): void {
    if (method.wait === 'peer') this.#pendingPeerCalls += change;
    else this.#pendingCalls += change;
  }

  /** A fault for the caller. A bug is reported; a broken invariant stops the process, later. */
  #outcomeOf(error: unknown, where: string): MethodOutcome {
    if (error instanceof RpcFault) return { kind: 'fault', fault: error.fault };
    this.#options.onBug(error, where);
    if (error instanceof AssertionError) rethrowLater(error);
    return {
      kind: 'fault',
      fault: { code: faultCode.internalError, text: 'internal error; the log of the server tells' },
    };
  }
}

/**
 * A page from anywhere can have its reader's browser call whatever that machine reaches. It cannot
 * read the answers, so nothing that is honest is lost when it is refused.
 */
function findForeignPage(method: Method, { page }: Caller): Fault | undefined {
  if (page !== 'foreign' || method.group === 'system' || method.name === 'ping') return undefined;
  const who = "programs and the cluster's own live page";
  return {
    code: faultCode.unauthorised,
    text: `unauthorised: this call is made by ${who}, not by pages from elsewhere`,
  };
}

function invoke(method: Method, call: XmlCall, caller: Caller, answer: Reply): HangUp {
  const { read, params } = call;
  if (read === undefined) return method.invoke(params, caller, answer);
  const invokeRead = must(method.invokeRead, () => `${method.name} takes what was read already`);
  return invokeRead(read, caller, answer);
}

/** Throws where nothing can catch it, once the present work is done. */
function rethrowLater(error: unknown): void {
  setImmediate(() => {
    throw error;
  });
}
