/**
 * Long answers on their way: in pieces, one at a time, no faster than they are taken, and beside
 * other work.
 */
import { expect } from 'chai';
import { Writable } from 'node:stream';
import {
  pieceBytesMax,
  ReadyPieces,
  sendPieces,
  WrittenPieces,
  type AnswerPieces,
} from '../../src/rpc/answer-pieces.js';
import { textPart } from '../../src/rpc/codec/answer-part.js';
import { GatheredAnswers, type Gathered } from '../../src/rpc/gathered-answers.js';
import { Turns } from '../../src/rpc/turns.js';
import { waitUntil } from './support/wait-until.js';

const piecesEach = 5;

/** Turns of an event loop that the test turns, with a clock that work makes go on. */
class ManualLoop {
  nowMs = 0;
  #soon: (() => void)[] = [];
  readonly turns = new Turns({
    turnWorkMs: 5,
    now: () => this.nowMs,
    soon: (action) => this.#soon.push(action),
  });

  /** One turn of the loop. */
  turn(): void {
    for (const action of this.#soon.splice(0)) action();
  }
}

/** Pieces of some bytes each, of which each takes some time to make. */
class SlowPieces implements AnswerPieces {
  readonly size = { bytes: piecesEach * pieceBytesMax, values: 1 };
  readonly heldBytes = pieceBytesMax;
  made = 0;
  closed = 0;
  readonly #make: () => void;
  /** Pieces that there are, if they are fewer than promised. */
  readonly #count: number;

  constructor(make: () => void = () => undefined, count = piecesEach) {
    this.#make = make;
    this.#count = count;
  }

  next(): Uint8Array | undefined {
    if (this.made === this.#count) return undefined;
    this.#make();
    this.made += 1;
    return Buffer.alloc(pieceBytesMax, this.made);
  }

  close(): void {
    this.closed += 1;
  }
}

/** Takes a piece when the test says so. */
class Sink {
  readonly taken: number[] = [];
  #taken: (() => void) | undefined;
  readonly stream = new Writable({
    highWaterMark: 1,
    write: (chunk: Buffer, _encoding, callback) => {
      expect(chunk.length).to.equal(pieceBytesMax);
      this.taken.push(chunk[0] ?? 0);
      this.#taken = callback;
    },
  });

  take(): void {
    const taken = this.#taken;
    this.#taken = undefined;
    taken?.();
  }
}

async function tick(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

describe('an answer in pieces', () => {
  it('is sent in order, and no piece is made before the one before it was taken', async () => {
    const loop = new ManualLoop();
    const [sink, pieces, ends] = [new Sink(), new SlowPieces(), new Array<boolean>()];
    const onEnd = (isWhole: boolean) => ends.push(isWhole);
    const hangUp = sendPieces(pieces, { to: sink.stream, turns: loop.turns, onEnd });
    expect(pieces.made).to.equal(0);
    for (let piece = 1; piece <= piecesEach; piece += 1) {
      loop.turn();
      loop.turn();
      await tick();
      expect(pieces.made).to.equal(piece);
      expect(sink.taken).to.have.lengthOf(piece);
      sink.take();
      await tick();
    }
    expect(sink.taken).to.deep.equal([1, 2, 3, 4, 5]);
    hangUp();
    loop.turn();
    expect(ends).to.deep.equal([true]);
    expect(pieces.closed).to.be.above(0);
  });

  it('is given up when its connection is gone', async () => {
    const loop = new ManualLoop();
    const [sink, pieces] = [new Sink(), new SlowPieces()];
    const onEnd = () => expect.fail('it did not end');
    const hangUp = sendPieces(pieces, { to: sink.stream, turns: loop.turns, onEnd });
    loop.turn();
    hangUp();
    expect(pieces.closed).to.equal(1);
    sink.take();
    await tick();
    loop.turn();
    expect(pieces.made).to.equal(1);
  });

  it('says when it ends too soon, so that nobody takes it for whole', async () => {
    const loop = new ManualLoop();
    const [sink, pieces] = [new Sink(), new SlowPieces(undefined, 2)];
    const ends: boolean[] = [];
    const onEnd = (isWhole: boolean) => ends.push(isWhole);
    sendPieces(pieces, { to: sink.stream, turns: loop.turns, onEnd });
    for (let turn = 0; turn < 3; turn += 1) {
      loop.turn();
      sink.take();
      await tick();
    }
    expect(ends).to.deep.equal([false]);
    expect(pieces.closed).to.equal(1);
  });

  it('is sent at once, whole, when it is short', () => {
    const [sink, ends] = [new Sink(), new Array<boolean>()];
    const pieces = new ReadyPieces(Buffer.alloc(pieceBytesMax, 9), 1);
    const onEnd = (isWhole: boolean) => ends.push(isWhole);
    sendPieces(pieces, { to: sink.stream, turns: new ManualLoop().turns, onEnd });
    expect([sink.taken, ends]).to.deep.equal([[9], [true]]);
  });

  it('leaves the rest of each turn to others, however many answers are under way', async () => {
    const loop = new ManualLoop();
    const workMs = 2;
    const answers = Array.from({ length: 8 }, () => {
      const pieces = new SlowPieces(() => (loop.nowMs += workMs));
      const to = new Writable({
        write(_chunk, _encoding, callback) {
          callback();
        },
      });
      sendPieces(pieces, { to, turns: loop.turns, onEnd: () => undefined });
      return pieces;
    });
    let turns = 0;
    while (answers.some(({ closed }) => closed === 0)) {
      const beganMs = loop.nowMs;
      loop.turn();
      turns += 1;
      // What is begun within the time is finished.
      expect(loop.nowMs - beganMs).to.be.within(workMs, 5 + workMs);
      await tick();
      const made = answers.map((pieces) => pieces.made);
      expect(Math.max(...made) - Math.min(...made)).to.be.at.most(1);
    }
    expect(turns).to.be.within((8 * piecesEach) / 4, (8 * piecesEach) / 2);
  });

  it('has one piece in memory, and what it is made of', () => {
    const parts = [textPart('x'.repeat(10)), textPart('y'.repeat(1_000_000))];
    const bytes = 1_000_010;
    let closed = 0;
    const pieces = new WrittenPieces(parts, { bytes, values: 1 }, () => (closed += 1));
    expect(pieces.heldBytes).to.equal(bytes + pieceBytesMax);
    const first = pieces.next();
    expect(first).to.have.lengthOf(pieceBytesMax);
    expect(pieces.next()?.buffer).to.equal(first?.buffer);
    pieces.close();
    pieces.close();
    expect(closed).to.equal(1);
    expect(pieces.next()).to.equal(undefined);
  });
});

describe('answers that are gathered in memory', () => {
  const isWhole = (gathered: Gathered | undefined): boolean =>
    gathered?.kind === 'whole' && gathered.bytes.length === piecesEach * pieceBytesMax;

  it('are made one at a time, in pieces', async () => {
    const answers = new GatheredAnswers(() => false);
    const all = [new SlowPieces(), new SlowPieces(), new SlowPieces()];
    const ends: Gathered[] = [];
    for (const pieces of all)
      answers.gather(
        () => pieces,
        (end) => ends.push(end),
      );
    await waitUntil(() => {
      const underWay = all.filter(({ made, closed }) => made > 0 && closed === 0);
      expect(underWay.length).to.be.at.most(1);
      return ends.length === all.length;
    });
    expect(ends.every(isWhole)).to.equal(true);
    expect(all.map(({ closed }) => closed)).to.deep.equal([1, 1, 1]);
  });

  it('are refused once too much is unread, and those behind them are not forgotten', async () => {
    let isOverloaded = false;
    const answers = new GatheredAnswers(() => isOverloaded);
    const ends: Gathered[] = [];
    const note = (end: Gathered): void => {
      ends.push(end);
      isOverloaded = !isOverloaded;
    };
    for (let job = 0; job < 3; job += 1) answers.gather(() => new SlowPieces(), note);
    await waitUntil(() => ends.length === 3);
    expect(ends.map(({ kind }) => kind)).to.deep.equal(['whole', 'refused', 'whole']);
  });

  it('are refused when they end too soon', async () => {
    const answers = new GatheredAnswers(() => false);
    const ends: Gathered[] = [];
    const pieces = new SlowPieces(undefined, 2);
    answers.gather(
      () => pieces,
      (end) => ends.push(end),
    );
    await waitUntil(() => ends.length === 1);
    expect(ends).to.deep.equal([{ kind: 'refused' }]);
    expect(pieces.closed).to.equal(1);
  });

  it('tell of a bug in one of them and go on', async () => {
    const answers = new GatheredAnswers(() => false);
    const ends: Gathered[] = [];
    const bug = new Error('a bug');
    const open = (): AnswerPieces => {
      throw bug;
    };
    answers.gather(open, (end) => ends.push(end));
    answers.gather(
      () => new SlowPieces(),
      (end) => ends.push(end),
    );
    await waitUntil(() => ends.length === 2);
    expect(ends[0]).to.deep.equal({ kind: 'bug', error: bug });
    expect(isWhole(ends[1])).to.equal(true);
  });

  it('are given up when they are wanted no longer', async () => {
    const answers = new GatheredAnswers(() => false);
    const [first, second] = [new SlowPieces(), new SlowPieces()];
    const ends: string[] = [];
    const hangUpFirst = answers.gather(
      () => first,
      () => ends.push('first'),
    );
    const hangUpSecond = answers.gather(
      () => second,
      () => ends.push('second'),
    );
    answers.gather(
      () => new SlowPieces(),
      () => ends.push('third'),
    );
    hangUpFirst();
    hangUpSecond();
    await waitUntil(() => ends.length === 1);
    expect(ends).to.deep.equal(['third']);
    expect([first.closed, first.made, second.made]).to.deep.equal([1, 1, 0]);
  });
});
