/**
 * `system.multicall`: several calls in one, run one after the other in their order, each with its
 * own result or fault. A call that blocks holds up those behind it, and a hang-up ends them all.
 */
import type { HangUp } from '../../replica/outcome.js';
import { busyFault, unreadFault } from '../refusal-fault.js';
import { WrittenPieces, type AnswerPieces } from '../answer-pieces.js';
import { textPart } from '../codec/answer-part.js';
import { encodeValue, responseEnd, responseStart, valueInResponse } from '../codec/encode.js';
import { faultCode } from '../codec/fault-code.js';
import { charactersPerValue } from '../codec/parts-meter.js';
import type { Gathered, GatheredAnswers } from '../gathered-answers.js';
import type { Introspection } from '../introspection.js';
import {
  defineMethod,
  type Caller,
  type HandlerOutcome,
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

/** Its own key: see `methodKey`. */
const multicallName = 'system.multicall';

export function multicall(introspection: Introspection, gathered: GatheredAnswers): Method {
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
      new MulticallRun({ introspection, gathered, calls, caller, reply }).start(),
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
  /** Writes the long answers of the calls into memory: they may not wait for each other. */
  readonly gathered: GatheredAnswers;
  readonly calls: readonly PlannedCall[];
  readonly caller: Caller;
  readonly reply: Reply;
}

/** One multicall under way. */
class MulticallRun {
  readonly #options: RunOptions;
  /** The results so far, as they will be sent; a long one in three parts, to spare a copy. */
  readonly #results: Uint8Array[] = [];
  #resultCount = 0;
  #valueCount = 0;
  #hungUp = false;
  #hangUpCurrent: HangUp | undefined;
  #stopGathering: HangUp | undefined;
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
      this.#stopGathering?.();
    };
  }

  #runOn(): void {
    const { calls, reply } = this.#options;
    this.#running = true;
    while (this.#resultCount < calls.length && !this.#hungUp) {
      const before = this.#resultCount;
      this.#runNext(calls[before]);
      if (this.#resultCount === before) {
        this.#running = false;
        return;
      }
    }
    if (!this.#hungUp) reply({ kind: 'pieces', pieces: joined(this.#results, this.#valueCount) });
  }

  #runNext(call: PlannedCall | undefined): void {
    if (call === undefined) return;
    if (this.#valueCount > multicallValuesMax) {
      this.#addFault(busyFault('the answers of this multicall are too many'));
    } else if ('code' in call) {
      this.#addFault(call);
    } else {
      const { introspection, caller } = this.#options;
      this.#hangUpCurrent = introspection.dispatch(call, caller, (outcome) => {
        this.#take(outcome);
      });
    }
  }

  #take(outcome: MethodOutcome): void {
    if (this.#hungUp) {
      if (outcome.kind === 'pieces') outcome.pieces.close();
      return;
    }
    switch (outcome.kind) {
      case 'value':
        this.#valueCount += countValues(outcome.value, multicallValuesMax);
        this.#addValue(outcome.value);
        break;
      case 'pieces':
        this.#gather(outcome.pieces);
        return;
      case 'fault':
        this.#addFault(outcome.fault);
        break;
      case 'closed':
        this.#end(outcome);
        return;
    }
    this.#goOn();
  }

  #gather(pieces: AnswerPieces): void {
    const stop = this.#options.gathered.gather(
      () => pieces,
      (gathered) => {
        pieces.close();
        if (this.#hungUp) return;
        if (gathered.kind === 'bug') {
          this.#end(gathered);
          return;
        }
        if (gathered.kind === 'whole') this.#addWhole(gathered);
        else this.#addFault(unreadFault);
        this.#goOn();
      },
    );
    this.#stopGathering = () => {
      stop();
      pieces.close();
    };
  }

  #goOn(): void {
    if (!this.#running) this.#runOn();
  }

  #end(outcome: HandlerOutcome): void {
    this.#hungUp = true;
    this.#options.reply(outcome);
  }

  #addWhole({ bytes, values }: Extract<Gathered, { kind: 'whole' }>): void {
    const value = valueInResponse(bytes);
    this.#valueCount += values;
    this.#add(resultStart, value, resultEnd);
  }

  #addValue(value: XmlValue): void {
    try {
      this.#add(textPart(encodeValue([value])));
    } catch (error) {
      this.#end({ kind: 'bug', error });
    }
  }

  #addFault(fault: Fault): void {
    this.#add(textPart(encodeValue(faultValue(fault))));
  }

  #add(...parts: readonly Uint8Array[]): void {
    this.#results.push(...parts);
    this.#resultCount += 1;
  }
}

const arrayStart = '<value><array><data>';
const arrayEnd = '</data></array></value>';
const resultStart = textPart(arrayStart);
const resultEnd = textPart(arrayEnd);

function joined(results: readonly Uint8Array[], values: number): AnswerPieces {
  const parts = [
    textPart(`${responseStart}${arrayStart}`),
    ...results,
    textPart(`${arrayEnd}${responseEnd}`),
  ];
  const bytes = parts.reduce((sum, part) => sum + part.length, 0);
  return new WrittenPieces(parts, { bytes, values });
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
