/**
 * `system.multicall`: several calls in one, run one after the other in their order, each with its
 * own result or fault. A call that blocks holds up those behind it, and a hang-up ends them all.
 */
import type { HangUp } from '../../replica/outcome.js';
import { busyFault } from '../refusal-fault.js';
import { faultCode } from '../codec/fault-code.js';
import type { Introspection } from '../introspection.js';
import {
  defineMethod,
  type Caller,
  type Method,
  type MethodOutcome,
  type Reply,
} from '../method.js';
import { methodKey } from '../method-name.js';
import { ArgumentError, unexpected, type Param } from '../param.js';
import { isXmlArray, isXmlStruct } from '../xml-type.js';
import type { Fault, XmlCall, XmlStruct, XmlValue } from '../xml-value.js';

/** Calls in one `system.multicall`. */
export const multicallCallsMax = 1_000;

/** Values in the answers of one multicall; beyond that, the calls that remain are not run. */
export const multicallValuesMax = 100_000;

/** A text counts as one value more for each of so many characters. */
const charactersPerValue = 160;

/** Its own key: see `methodKey`. */
const multicallName = 'system.multicall';

export function multicall(introspection: Introspection): Method {
  return defineMethod({
    name: multicallName,
    group: 'system',
    params: [callsParam],
    result: 'array',
    help:
      'Runs several calls in order. The answer has one item per call: [result], or a struct ' +
      `{faultCode, faultString}. At most ${multicallCallsMax} calls, none of them ` +
      `${multicallName} itself.`,
    wait: 'calls',
    longAnswer: 'ofAny',
    leaderOnly: false,
    answersWhenCrashed: true,
    run: ([calls], reply, caller) =>
      new MulticallRun({ introspection, calls, caller, reply }).start(),
  });
}

/** A call that is to run, or the fault of one that cannot. */
type PlannedCall = XmlCall | Fault;

const callsParam: Param<readonly PlannedCall[]> = {
  name: 'calls',
  type: 'array',
  help: 'structs {methodName, params}',
  optional: false,
  read: (value) => {
    if (!isXmlArray(value)) throw unexpected(value, 'an array of structs {methodName, params}');
    if (value.length > multicallCallsMax) {
      throw new ArgumentError(`expected at most ${multicallCallsMax} calls, not ${value.length}`);
    }
    return value.map(planCall);
  },
};

/** One malformed call must not spoil the others: it becomes a fault in its place. */
function planCall(item: XmlValue): PlannedCall {
  const methodName = isXmlStruct(item) ? item.get('methodName') : undefined;
  const params = isXmlStruct(item) ? (item.get('params') ?? []) : undefined;
  if (typeof methodName !== 'string' || params === undefined || !isXmlArray(params)) {
    return {
      code: faultCode.invalidParams,
      text: 'expected a struct with methodName (a string) and params (an array)',
    };
  }
  if (methodKey(methodName) === multicallName) {
    return { code: faultCode.invalidCall, text: `${multicallName} may not call itself` };
  }
  return { methodName, params };
}

interface RunOptions {
  readonly introspection: Introspection;
  readonly calls: readonly PlannedCall[];
  readonly caller: Caller;
  readonly reply: Reply;
}

/** One multicall under way. */
class MulticallRun {
  readonly #options: RunOptions;
  readonly #results: XmlValue[] = [];
  #valueCount = 0;
  #hungUp = false;
  #hangUpCurrent: HangUp | undefined;
  /** Whether `#runOn` is on the stack: an answer that comes at once must not call it again. */
  #running = false;

  constructor(options: RunOptions) {
    this.#options = options;
  }

  start(): HangUp {
    this.#runOn();
    return () => {
      this.#hungUp = true;
      this.#hangUpCurrent?.();
    };
  }

  #runOn(): void {
    const { calls, reply } = this.#options;
    this.#running = true;
    while (this.#results.length < calls.length) {
      const before = this.#results.length;
      this.#runNext(calls[before]);
      if (this.#results.length === before) {
        this.#running = false;
        return;
      }
    }
    reply({ kind: 'value', value: this.#results });
  }

  #runNext(call: PlannedCall | undefined): void {
    if (call === undefined) return;
    if (this.#valueCount > multicallValuesMax) {
      this.#results.push(faultValue(busyFault('the answers of this multicall are too many')));
    } else if ('code' in call) {
      this.#results.push(faultValue(call));
    } else {
      const { introspection, caller } = this.#options;
      this.#hangUpCurrent = introspection.dispatch(call, caller, (outcome) => {
        this.#take(outcome);
      });
    }
  }

  #take(outcome: MethodOutcome): void {
    if (this.#hungUp) return;
    switch (outcome.kind) {
      case 'value':
        this.#valueCount += countValues(outcome.value, multicallValuesMax);
        this.#results.push([outcome.value]);
        break;
      case 'fault':
        this.#results.push(faultValue(outcome.fault));
        break;
      case 'closed':
        this.#hungUp = true;
        this.#options.reply(outcome);
        return;
    }
    if (!this.#running) this.#runOn();
  }
}

function faultValue(fault: Fault): XmlStruct {
  return new Map<string, XmlValue>([
    ['faultCode', fault.code],
    ['faultString', fault.text],
  ]);
}

/** How many values `root` counts as; stops counting beyond `enough`. */
function countValues(root: XmlValue, enough: number): number {
  const open: XmlValue[] = [root];
  let count = 0;
  for (let value = open.pop(); value !== undefined && count <= enough; value = open.pop()) {
    count += 1;
    if (typeof value === 'string') count += Math.floor(value.length / charactersPerValue);
    if (isXmlArray(value)) for (const item of value) open.push(item);
    else if (isXmlStruct(value)) for (const item of value.values()) open.push(item);
  }
  return count;
}
