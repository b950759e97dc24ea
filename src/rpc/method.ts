/**
 * What a method is: everything that dispatch, argument checks, introspection and docs need to know
 * of it, in one value.
 */
import type { ServerId } from '../base/ids.js';
import type { HangUp } from '../replica/outcome.js';
import type { AnswerPieces } from './answer-pieces.js';
import { faultCode } from './codec/fault-code.js';
import type { PageKind } from './live/page-origins.js';
import { ArgumentError, type Param } from './param.js';
import { RpcFault } from './rpc-fault.js';
import type { XmlType } from './xml-type.js';
import type { Fault, ReadArguments, XmlValue } from './xml-value.js';

/**
 * How a call ends. `pieces`: by a value that is written while it is sent; whoever gets it closes
 * the pieces. `closed`: no answer, the connection ends.
 */
export type MethodOutcome =
  /** `text`: the whole response, where it is encoded already. */
  | { readonly kind: 'value'; readonly value: XmlValue; readonly text?: string | undefined }
  | { readonly kind: 'pieces'; readonly pieces: AnswerPieces }
  | { readonly kind: 'fault'; readonly fault: Fault }
  | { readonly kind: 'closed' };

/** What a handler tells: an outcome, or the error of ours that kept it from one. */
export type HandlerOutcome = MethodOutcome | { readonly kind: 'bug'; readonly error: unknown };

/** Receives a handler's outcome, once; it may be called before the handler returns. */
export type Reply = (outcome: HandlerOutcome) => void;

/** Who calls. */
export interface Caller {
  /** The server that the request's peer header names; undefined for clients. */
  readonly peerId: ServerId | undefined;
  /** Why the call cannot come from a server of this cluster; undefined when it may. */
  readonly peerMistake: string | undefined;
  /** Whether it has proved to be of this cluster, by a secret or a certificate. */
  readonly isProven: boolean;
  /** Where the connection comes from: an IP address, or empty when that is not known. */
  readonly address: string;
  /** For which page a browser makes the call, if one does. */
  readonly page: PageKind;
}

/** Somebody of whom nothing is known yet. */
export const unknownCaller: Caller = {
  peerId: undefined,
  peerMistake: undefined,
  isProven: false,
  address: '',
  page: 'none',
};

/** The chapter of the contract that a method belongs to. */
type MethodGroup = 'client' | 'site' | 'block' | 'store' | 'peer' | 'member' | 'tester' | 'system';

/**
 * How long an answer can take: `never` answers before the handler returns, `moment` within some ms,
 * `calls` waits for the cluster and counts as a pending call, `peer` waits for this server's disk.
 */
type MethodWait = 'never' | 'moment' | 'calls' | 'peer';

/**
 * The method's answer may have many bytes. `ofRead`: the call changes nothing, and may be refused
 * even when its answer is known.
 */
type LongAnswer = 'ofRead' | 'ofAny';

interface MethodFacts {
  /** As people write it; calls may spell it otherwise. */
  readonly name: string;
  /** Other names that reach it. */
  readonly aliases?: readonly string[];
  readonly group: MethodGroup;
  readonly result: XmlType;
  /**
   * The types of the arguments, for each way to call it; left out, they are those of the params.
   */
  readonly argumentTypes?: readonly (readonly XmlType[])[];
  /** Sentences for people: what it does, what it answers. */
  readonly help: string;
  readonly wait: MethodWait;
  readonly longAnswer?: LongAnswer;
  /** Other servers answer fault 1. */
  readonly leaderOnly: boolean;
  /** Otherwise fault 2 while the crash switch is on. */
  readonly answersWhenCrashed: boolean;
}

export interface Method extends MethodFacts {
  readonly params: readonly Param<unknown>[];
  /** Checks the arguments and runs the method. Throws `RpcFault` for what the caller did wrong. */
  readonly invoke: (args: readonly XmlValue[], caller: Caller, reply: Reply) => HangUp;
  /** The same for a call whose arguments were read, and checked, along with its document. */
  readonly invokeRead?: (read: ReadArguments, caller: Caller, reply: Reply) => HangUp;
}

type ParamValues<Params extends readonly Param<unknown>[]> = {
  readonly [Position in keyof Params]: Params[Position] extends Param<infer Value> ? Value : never;
};

interface MethodDefinition<Params extends readonly Param<unknown>[]> extends MethodFacts {
  readonly params: Params;
  readonly run: (values: ParamValues<Params>, reply: Reply, caller: Caller) => HangUp;
}

/** The hang-up of a call that has nothing to give up. */
export const nothingToHangUp: HangUp = () => undefined;

/** A method whose handler receives its arguments already checked and typed. */
export function defineMethod<const Params extends readonly Param<unknown>[]>(
  definition: MethodDefinition<Params>,
): Method {
  const { run, ...facts } = definition;
  const required = facts.params.filter(({ optional }) => !optional).length;
  return {
    ...facts,
    invoke: (args, caller, reply) => {
      const values = readArguments(facts, required, args);
      return run(values as ParamValues<Params>, reply, caller);
    },
  };
}

/** Answers with `value` at once. */
export function replyNow(reply: Reply, value: XmlValue): HangUp {
  reply({ kind: 'value', value });
  return nothingToHangUp;
}

/** One line: `updatefile(name, version, hashlist [, requestId])`. */
export function describeUsage(name: string, params: readonly Param<unknown>[]): string {
  const words = params.map((param, position) => {
    const separator = position === 0 ? '' : ', ';
    return param.optional ? ` [${separator}${param.name}]` : `${separator}${param.name}`;
  });
  return `${name}(${words.join('').trim()})`;
}

function readArguments(
  { name, params }: Pick<Method, 'name' | 'params'>,
  required: number,
  args: readonly XmlValue[],
): unknown[] {
  if (args.length < required || args.length > params.length) {
    const counts =
      required === params.length ? String(required) : `${required} to ${params.length}`;
    throw new RpcFault(
      faultCode.invalidParams,
      `wrong number of arguments: ${describeUsage(name, params)} takes ${counts}, ` +
        `not ${args.length}`,
    );
  }
  const values: unknown[] = [];
  for (const param of params) {
    const value = args[values.length];
    values.push(value === undefined ? undefined : readArgument(name, values.length, param, value));
  }
  return values;
}

function readArgument(
  name: string,
  position: number,
  param: Param<unknown>,
  value: XmlValue,
): unknown {
  try {
    return param.read(value);
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    throw new RpcFault(
      faultCode.invalidParams,
      `argument ${position + 1} (${param.name}) of ${name}: ${error.message}`,
    );
  }
}
