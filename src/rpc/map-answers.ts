/**
 * Answers that are read from a frozen view of the files while they are sent. A view costs memory
 * for what is written after it, so they are few: reads of the same state share one, those that find
 * no room wait as pending calls do, and a client that takes its time is cut off once others have
 * waited for it. What is short is written at once and needs no view.
 *
 * A read that has waited is shown the files as they are then, which is later than when its barrier
 * opened and before its answer: as linearizable, as long as this server has not lost what it knew.
 */
import type { LogIndex } from '../base/ids.js';
import type { FrozenFiles } from '../files/frozen-files.js';
import type { HangUp, Refusal } from '../replica/outcome.js';
import {
  answerTurnMs,
  type AnswerPieces,
  measureInTurns,
  promptBytesMax,
  ReadyPieces,
  writeMeasured,
  WrittenPieces,
} from './answer-pieces.js';
import type { AnswerPart } from './codec/answer-part.js';
import { PartsMeter } from './codec/parts-meter.js';
import type { ClusterMembers } from './cluster-members.js';
import type { ClusterReplica } from './method-services.js';
import { nothingToHangUp, type Reply } from './method.js';
import { busyFault, refusalFault } from './refusal-fault.js';
import { Turns } from './turns.js';

export interface MapAnswerLimits {
  /** Frozen views that answers are read from; what finds no room waits. */
  readonly frozenViewsMax: number;
  /** While others wait, an answer that has been under way for so long is cut off. */
  readonly frozenViewHoldMs: number;
}

export interface MapAnswersOptions {
  readonly limits: MapAnswerLimits;
  readonly replica: ClusterReplica;
  readonly members: ClusterMembers;
}

/** An answer, and the files as they are now that it is read from; undefined for a single one. */
export interface FilesAnswer {
  readonly files: FrozenFiles | undefined;
  readonly parts: readonly AnswerPart[];
}

/** How often those who wait are looked after. */
const watchIntervalMs = 50;

/** A state of the files that answers are being read from. */
interface View {
  readonly files: FrozenFiles | undefined;
  readonly readers: Set<Reader>;
}

/** An answer under way. */
interface Reader {
  readonly beganMs: number;
  readonly cutOff: () => void;
}

interface Waiting {
  readonly take: () => FilesAnswer;
  readonly reply: Reply;
  /** What its barrier promised. */
  readonly lastApplied: LogIndex;
  hangUp: HangUp;
}

export class MapAnswers {
  readonly #options: MapAnswersOptions;
  readonly #turns = new Turns({ turnWorkMs: answerTurnMs });
  readonly #views = new Set<View>();
  /** The first is the next. As pending calls they are bounded by `pendingCallsMax`. */
  readonly #waiting = new Set<Waiting>();
  #watch: NodeJS.Timeout | undefined;
  #goesOnSoon = false;

  constructor(options: MapAnswersOptions) {
    this.#options = options;
  }

  /** Frozen views that answers are being read from. */
  get viewCount(): number {
    return this.#views.size;
  }

  /** Answers that wait for a view. */
  get waitingCount(): number {
    return this.#waiting.size;
  }

  /**
   * Answers with the files as `take` finds them: now, when this is called as a read barrier opens,
   * or later.
   */
  answer(take: () => FilesAnswer, reply: Reply): HangUp {
    const { files, parts } = take();
    const meter = new PartsMeter(parts);
    if (meter.run(promptBytesMax)) {
      reply({
        kind: 'pieces',
        pieces: new ReadyPieces(writeMeasured(parts, meter.bytes), meter.values),
      });
      return nothingToHangUp;
    }
    if (files === undefined) return this.#begin(undefined, { parts, meter, reply });
    // Those who came first and wait for another view must not wait for ever.
    const view = this.#find(files) ?? (this.#waiting.size === 0 ? this.#open(files) : undefined);
    if (view !== undefined) return this.#begin(view, { parts, meter, reply });
    return this.#wait(take, reply);
  }

  #find(files: FrozenFiles | undefined): View | undefined {
    for (const view of this.#views) if (view.files === files) return view;
    return undefined;
  }

  #open(files: FrozenFiles | undefined): View | undefined {
    if (this.#views.size >= this.#options.limits.frozenViewsMax) return undefined;
    const view = { files, readers: new Set<Reader>() };
    this.#views.add(view);
    return view;
  }

  #begin(view: View | undefined, { parts, meter, reply }: Begun): HangUp {
    let pieces: AnswerPieces | undefined;
    let stopMeasuring = nothingToHangUp;
    const end = (): void => {
      stopMeasuring();
      pieces?.close();
      if (view?.readers.delete(reader) === true) this.#left(view);
    };
    const cutOff = (): void => {
      end();
      // Who is being answered already finds the pieces at an end.
      if (pieces === undefined) reply({ kind: 'fault', fault: busyFault('it took too long') });
    };
    const reader = { beganMs: performance.now(), cutOff };
    view?.readers.add(reader);
    stopMeasuring = measureInTurns(meter, this.#turns, (measured) => {
      if (measured.kind === 'bug') {
        end();
        reply(measured);
        return;
      }
      pieces = new WrittenPieces(parts, measured.size, end);
      reply({ kind: 'pieces', pieces });
    });
    return end;
  }

  #left(view: View): void {
    if (view.readers.size > 0) return;
    this.#views.delete(view);
    this.#goOn();
  }

  #wait(take: () => FilesAnswer, reply: Reply): HangUp {
    const { lastApplied } = this.#options.replica.status();
    const waiting: Waiting = {
      take,
      reply,
      lastApplied,
      hangUp: () => {
        this.#forget(waiting);
      },
    };
    this.#waiting.add(waiting);
    this.#watch ??= setInterval(() => {
      this.#lookAfter();
    }, watchIntervalMs);
    return () => {
      waiting.hangUp();
    };
  }

  #forget(waiting: Waiting): void {
    this.#waiting.delete(waiting);
    if (this.#waiting.size > 0) return;
    clearInterval(this.#watch);
    this.#watch = undefined;
  }

  /** Begins those who wait, one at a time, for as long as there is room. */
  #goOn(): void {
    if (this.#waiting.size === 0 || this.#goesOnSoon) return;
    this.#goesOnSoon = true;
    this.#turns.take(() => {
      this.#goesOnSoon = false;
      const [first] = this.#waiting;
      if (first !== undefined && this.#beginWaiting(first)) this.#goOn();
    });
  }

  /** False when it must wait on. */
  #beginWaiting(waiting: Waiting): boolean {
    const { take, reply } = waiting;
    if (this.#refuse(waiting)) return true;
    try {
      const { files, parts } = take();
      const view = this.#find(files) ?? this.#open(files);
      if (view === undefined) return false;
      this.#forget(waiting);
      waiting.hangUp = this.#begin(view, { parts, meter: new PartsMeter(parts), reply });
    } catch (error) {
      this.#forget(waiting);
      reply({ kind: 'bug', error });
    }
    return true;
  }

  /** Ends a call that this server cannot answer any more. */
  #refuse(waiting: Waiting): boolean {
    const { replica, members } = this.#options;
    const refusal = findRefusal(replica, waiting);
    if (refusal === undefined) return false;
    this.#forget(waiting);
    waiting.reply({ kind: 'fault', fault: refusalFault(refusal, members) });
    return true;
  }

  #lookAfter(): void {
    for (const waiting of [...this.#waiting]) this.#refuse(waiting);
    if (this.#waiting.size === 0) return;
    const latestMs = performance.now() - this.#options.limits.frozenViewHoldMs;
    for (const { readers } of [...this.#views]) {
      for (const { beganMs, cutOff } of [...readers]) if (beganMs <= latestMs) cutOff();
    }
  }
}

interface Begun {
  readonly parts: readonly AnswerPart[];
  readonly meter: PartsMeter;
  readonly reply: Reply;
}

/** A disk that failed may have taken with it what a waiting read was promised to see. */
function findRefusal(replica: ClusterReplica, { lastApplied }: Waiting): Refusal | undefined {
  if (replica.isCrashed()) return { kind: 'crashed', logged: false };
  const status = replica.status();
  if (status.role === 'leader' && status.lastApplied >= lastApplied) return undefined;
  return { kind: 'notLeader', leaderId: status.leaderId };
}
