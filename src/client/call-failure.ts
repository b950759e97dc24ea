/**
 * What an answer without a value means for the operation: the error that it would end with, and
 * whether another attempt makes sense. The fault codes are those of docs/api.md.
 */
import { unreachable } from '../base/assert.js';
import { faultCode } from '../rpc/codec/fault-code.js';
import type { Fault } from '../rpc/xml-value.js';
import {
  BlocksRefused,
  Busy,
  Crashed,
  InvalidArgument,
  NotLeader,
  OutcomeUnknown,
  StorageRefused,
  UnexpectedAnswer,
  Unreachable,
  Unsupported,
} from './client-errors.js';
import type { ClientFailure } from './client-errors.js';
import type { RpcAnswer } from './rpc-connection.js';

export interface CallFailure {
  readonly error: ClientFailure;
  /** What to do about it: nothing, ask another server, or ask the same one after a pause. */
  readonly advice: 'giveUp' | 'tryAnother' | 'tryAgain';
  /** Certainly nothing was logged. */
  readonly isWithoutEffect: boolean;
}

/** Judges an answer that is not a value. `where` names the server in messages. */
export function toCallFailure(
  answer: Exclude<RpcAnswer, { readonly kind: 'value' }>,
  where: string,
): CallFailure {
  switch (answer.kind) {
    case 'fault':
      return toFaultFailure(answer.fault, where);
    case 'malformed':
      return {
        error: new UnexpectedAnswer(`${where}: ${answer.reason}`),
        advice: 'giveUp',
        isWithoutEffect: false,
      };
    case 'failed':
      return {
        error: new Unreachable(`${where}: ${answer.reason}`),
        advice: 'tryAnother',
        isWithoutEffect: !answer.mayHaveArrived,
      };
    default:
      return unreachable(answer);
  }
}

function toFaultFailure(fault: Fault, where: string): CallFailure {
  const text = `${where}: ${fault.text}`;
  switch (fault.code) {
    case faultCode.notLeader:
      return { error: new NotLeader(text), advice: 'tryAnother', isWithoutEffect: true };
    case faultCode.crashed: {
      const isWithoutEffect = !fault.text.includes('outcome unknown');
      return { error: new Crashed(text), advice: 'tryAnother', isWithoutEffect };
    }
    case faultCode.outcomeUnknown: {
      const error = new OutcomeUnknown(text, undefined);
      return { error, advice: 'tryAnother', isWithoutEffect: false };
    }
    case faultCode.busy:
      return { error: new Busy(text), advice: 'tryAgain', isWithoutEffect: true };
    case faultCode.storage:
      return { error: new StorageRefused(text), advice: 'tryAnother', isWithoutEffect: true };
    case faultCode.blockNotFound:
    case faultCode.tooFewBlockStores:
      return { error: new BlocksRefused(text), advice: 'tryAnother', isWithoutEffect: true };
    case faultCode.notWellFormed:
    case faultCode.invalidCall:
    case faultCode.invalidParams:
      return { error: new InvalidArgument(text), advice: 'giveUp', isWithoutEffect: true };
    case faultCode.methodNotFound: {
      const error = new Unsupported(
        `${where} is older than this program and cannot do this: ${fault.text}`,
      );
      return { error, advice: 'giveUp', isWithoutEffect: true };
    }
    default:
      return { error: new UnexpectedAnswer(text), advice: 'giveUp', isWithoutEffect: false };
  }
}
