/**
 * Answers that wait for each other: in the order of their requests, together in one write, counted
 * until they have left.
 */
import { expect } from 'chai';
import type { AnswerPieces } from '../../src/rpc/answer-pieces.js';
import { AnswerText, bytesOf } from '../../src/rpc/answer-text.js';
import type { AnswerSize } from '../../src/rpc/codec/parts-meter.js';
import { OwedAnswer, OwedAnswers } from '../../src/rpc/owed-answers.js';
import { Turns } from '../../src/rpc/turns.js';
import { UnreadAnswers } from '../../src/rpc/unread-answers.js';
import { SlowSocket } from './support/slow-socket.js';

/** An answer of these pieces, each of which stands in memory only until the next one. */
class FakePieces implements AnswerPieces {
  readonly size: AnswerSize;
  readonly heldBytes = 5;
  isClosed = false;
  readonly #texts: string[];

  constructor(...texts: readonly string[]) {
    this.#texts = [...texts];
    this.size = { bytes: texts.join('').length, values: 1 };
  }

  next(): Uint8Array | undefined {
    const text = this.#texts.shift();
    return text === undefined ? undefined : Buffer.from(text);
  }

  close(): void {
    this.isClosed = true;
  }
}

describe('the answers that a connection is owed', () => {
  let slow: SlowSocket;
  let unread: UnreadAnswers;
  let owed: OwedAnswers;
  let flushes: number;
  let lefts: number;
  let isClosing: boolean;
  let nextTurn: (() => void)[];

  beforeEach(() => {
    slow = new SlowSocket();
    [flushes, lefts, isClosing] = [0, 0, false];
    nextTurn = [];
    unread = new UnreadAnswers({
      connectionUnreadBytesMax: 100,
      unreadBytesMax: 1_000,
      openRequestsMax: 10,
      unreadTimeoutMs: 7,
    });
    owed = new OwedAnswers(slow.socket, {
      answers: new AnswerText(5_000),
      unread,
      turns: new Turns({ soon: (action) => nextTurn.push(action) }),
      unreadTimeoutMs: 7,
      isClosing: () => isClosing,
      flushSoon: () => (flushes += 1),
      onLeft: () => (lefts += 1),
      onEnd: () => undefined,
    });
  });

  const bodies = (): string[] =>
    slow.written.map((text) =>
      [...text.matchAll(/\r\n\r\n([a-z]+)/g)].map(([, body]) => body).join(),
    );

  it('leave in the order of the requests, all of a turn in one write', () => {
    const [a, b, c] = [owed.begin(), owed.begin(), owed.begin()];
    owed.answer(b, 'b');
    expect(flushes).to.equal(0);
    owed.answer(a, 'a');
    owed.answer(c, 'c');
    expect(flushes).to.equal(1);
    expect(slow.written).to.deep.equal([]);
    owed.flush();
    expect(bodies()).to.deep.equal(['a,b,c']);
    owed.flush();
    expect(bodies()).to.have.lengthOf(1);
  });

  it('are counted from the moment they are known until they have left', async () => {
    slow.isSlow = true;
    const [a, b] = [owed.begin(), owed.begin()];
    owed.answer(b, 'b'.repeat(60));
    expect([unread.bytes, unread.openRequests]).to.deep.equal([60, 2]);
    owed.answer(a, 'a'.repeat(50));
    expect(unread.bytes).to.equal(110);
    expect(owed.mayRun).to.equal(false);
    owed.flush();
    expect([unread.bytes, unread.openRequests, slow.timeoutMs]).to.deep.equal([110, 2, 7]);
    const before = lefts;
    slow.send();
    await new Promise(setImmediate);
    expect(lefts).to.be.above(before);
    expect([unread.bytes, unread.openRequests, slow.timeoutMs]).to.deep.equal([0, 0, 0]);
    expect(owed.mayRun).to.equal(true);
  });

  it('are given up with their connection', () => {
    slow.isSlow = true;
    const given: string[] = [];
    const [a, b, c] = [owed.begin(), owed.begin(), owed.begin()];
    b.hangUp = () => given.push('b');
    c.hangUp = () => given.push('c');
    owed.answer(c, 'c');
    owed.answer(a, 'a');
    owed.flush();
    owed.close();
    expect(given).to.deep.equal(['b']);
    expect([unread.bytes, unread.openRequests]).to.deep.equal([0, 0]);
    owed.answer(b, 'b');
    owed.flush();
    expect(bodies()).to.deep.equal(['a']);
    expect(unread.bytes).to.equal(0);
  });

  it('do not pile up until the end of the turn when they are long', () => {
    owed.answer(owed.begin(), 'a'.repeat(40_000));
    expect(slow.written).to.have.lengthOf(1);
    expect(unread.bytes).to.equal(0);
  });

  it('that are written on their way leave piece by piece, in their place', async () => {
    const [a, long, b] = [owed.begin(), owed.begin(), owed.begin()];
    const pieces = new FakePieces('x'.repeat(70_000), 'y'.repeat(70_000));
    owed.answer(b, 'b');
    owed.answer(long, pieces);
    expect(unread.bytes).to.equal(6);
    owed.answer(a, 'a');
    expect(bodies(), 'what comes before it need not wait').to.deep.equal(['a']);
    expect(slow.written[0]).to.include('Content-Length: 140000\r\n');
    expect(slow.timeoutMs).to.equal(7);
    slow.isSlow = true;
    for (const first of ['x', 'y']) {
      nextTurn.shift()?.();
      expect(slow.written.at(-1)).to.equal(first.repeat(70_000));
      slow.send();
      await new Promise(setImmediate);
    }
    expect(pieces.isClosed).to.equal(true);
    slow.isSlow = false;
    owed.flush();
    expect(bodies().at(-1)).to.equal('b');
    expect([unread.bytes, unread.openRequests, slow.timeoutMs]).to.deep.equal([0, 0, 0]);
  });

  it('that are written on their way hold nothing back once their connection is gone', () => {
    const [first, second] = [new FakePieces('x'.repeat(140_000)), new FakePieces('y')];
    owed.answer(owed.begin(), first);
    owed.answer(owed.begin(), second);
    slow.socket.destroy();
    owed.close();
    slow.socket.emit('close');
    expect([first.isClosed, second.isClosed]).to.deep.equal([true, true]);
    const late = new FakePieces('z');
    owed.answer(new OwedAnswer(), late);
    expect(late.isClosed).to.equal(true);
    expect([unread.bytes, unread.openRequests]).to.deep.equal([0, 0]);
  });

  it('that are written on their way may be the last', async () => {
    isClosing = true;
    owed.answer(owed.begin(), new FakePieces('xy'));
    await new Promise(setImmediate);
    expect(slow.written.join('')).to.match(/Connection: close\r\n\r\nxy$/);
    expect(slow.socket.writableEnded).to.equal(true);
    expect([unread.bytes, unread.openRequests]).to.deep.equal([0, 0]);
  });

  it('end the connection with the last that is owed when it is to be closed', () => {
    isClosing = true;
    const [a, b] = [owed.begin(), owed.begin()];
    owed.answer(a, 'a');
    expect(owed.isEnding).to.equal(false);
    owed.answer(b, 'b');
    expect(owed.isEnding).to.equal(true);
    owed.answer(owed.begin(), 'c');
    owed.flush();
    expect(bodies()).to.deep.equal(['a,b']);
    expect(slow.written[0]).to.match(/keep-alive[^]*a[^]*Connection: close\r\n\r\nb$/);
    expect(slow.socket.writableEnded).to.equal(true);
  });
});

describe('the bytes of an answer', () => {
  it('stand in its text one each', () => {
    for (const text of ['ascii', 'caf\u00e9 \u{1d11e}', '\u00ff']) {
      expect(Buffer.from(bytesOf(text), 'latin1').toString()).to.equal(text);
    }
    const text = new AnswerText(5_999).of(bytesOf('\u00e9'), false);
    expect(text).to.match(/\r\nContent-Length: 2\r\nDate: .* GMT\r\nConnection: keep-alive\r\n/);
    expect(text).to.match(/\r\nKeep-Alive: timeout=5\r\n\r\n..$/);
  });
});
