/**
 * Answers that are written into memory, a piece at a time, because they are wanted whole: as a part
 * of another answer, or without a hold on what they are read from. One is written at a time, so
 * that no more memory is taken than has been counted, and refused once there is too much of it.
 */
import { Fifo } from '../base/fifo.js';
import type { HangUp } from '../replica/outcome.js';
import { answerTurnMs, measureInTurns, WrittenPieces, type AnswerPieces } from './answer-pieces.js';
import type { AnswerPart } from './codec/answer-part.js';
import { PartsMeter } from './codec/parts-meter.js';
import { Turns } from './turns.js';

export type Gathered =
  | { readonly kind: 'whole'; readonly bytes: Uint8Array; readonly values: number }
  /** Clients have left too much unread, or others waited for what this was read from. */
  | { readonly kind: 'refused' }
  | { readonly kind: 'bug'; readonly error: unknown };

interface Job {
  readonly open: () => AnswerPieces | readonly AnswerPart[];
  readonly done: (gathered: Gathered) => void;
  isOver: boolean;
}

export class GatheredAnswers {
  readonly #isOverloaded: () => boolean;
  readonly #turns = new Turns({ turnWorkMs: answerTurnMs });
  /** As open requests they are bounded by `openRequestsMax`. */
  readonly #waiting = new Fifo<Job>();
  #isBusy = false;

  constructor(isOverloaded: () => boolean) {
    this.#isOverloaded = isOverloaded;
  }

  /** Opens an answer, perhaps later, and calls `done` once, perhaps before this returns. */
  gather(open: Job['open'], done: Job['done']): HangUp {
    const job: Job = { open, done, isOver: false };
    if (this.#isBusy) this.#waiting.push(job);
    else this.#begin(job);
    return () => {
      job.isOver = true;
    };
  }

  #begin(job: Job): void {
    this.#isBusy = true;
    if (job.isOver || this.#isOverloaded()) {
      this.#end(job, { kind: 'refused' });
      return;
    }
    try {
      const opened = job.open();
      if ('next' in opened) this.#write(job, opened);
      else this.#measure(job, opened);
    } catch (error) {
      this.#end(job, { kind: 'bug', error });
    }
  }

  #measure(job: Job, parts: readonly AnswerPart[]): void {
    measureInTurns(new PartsMeter(parts), this.#turns, (measured) => {
      if (measured.kind === 'bug') this.#end(job, measured);
      else if (job.isOver) this.#end(job, { kind: 'refused' });
      else this.#write(job, new WrittenPieces(parts, measured.size));
    });
  }

  #write(job: Job, pieces: AnswerPieces): void {
    this.#goOn(job, pieces, { bytes: new Uint8Array(pieces.size.bytes), at: 0 });
  }

  #goOn(job: Job, pieces: AnswerPieces, whole: { bytes: Uint8Array; at: number }): void {
    const { bytes } = whole;
    const piece = job.isOver ? undefined : pieces.next();
    if (piece !== undefined) {
      bytes.set(piece, whole.at);
      whole.at += piece.length;
      if (whole.at < bytes.length) {
        this.#turns.take(() => this.#goOn(job, pieces, whole));
        return;
      }
    }
    pieces.close();
    const { values } = pieces.size;
    this.#end(
      job,
      whole.at < bytes.length ? { kind: 'refused' } : { kind: 'whole', bytes, values },
    );
  }

  #end(job: Job, gathered: Gathered): void {
    this.#isBusy = false;
    const next = this.#waiting.shift();
    if (next !== undefined) {
      this.#isBusy = true;
      this.#turns.take(() => this.#begin(next));
    }
    if (!job.isOver) job.done(gathered);
  }
}
