/**
 * Answers that wait for each other: in the order of their requests, together in one write, counted
 * until they have left.
 */
import { expect } from 'chai';
import { AnswerText, bytesOf } from '../../src/rpc/answer-text.js';
import { OwedAnswers } from '../../src/rpc/owed-answers.js';
import { UnreadAnswers } from '../../src/rpc/unread-answers.js';
import { SlowSocket } from './support/slow-socket.js';

describe('the answers that a connection is owed', () => {
  let slow: SlowSocket;
  let unread: UnreadAnswers;
  let owed: OwedAnswers;
  let flushes: number;
  let lefts: number;
  let isClosing: boolean;

  beforeEach(() => {
    slow = new SlowSocket();
    [flushes, lefts, isClosing] = [0, 0, false];
    unread = new UnreadAnswers({
      connectionUnreadBytesMax: 100,
      unreadBytesMax: 1_000,
      openRequestsMax: 10,
      unreadTimeoutMs: 7,
    });
    owed = new OwedAnswers(slow.socket, {
      answers: new AnswerText(5_000),
      unread,
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
