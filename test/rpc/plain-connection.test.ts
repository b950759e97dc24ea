/**
 * How long a plain connection may rest, and a request may take to arrive, by a clock of our own.
 */
import { expect } from 'chai';
import { AnswerText } from '../../src/rpc/answer-text.js';
import { CallRunner } from '../../src/rpc/call-runner.js';
import { encodeCall } from '../../src/rpc/codec/encode.js';
import { Dispatcher } from '../../src/rpc/dispatcher.js';
import { FairReading } from '../../src/rpc/fair-reading.js';
import { defaultHttpLimits } from '../../src/rpc/http-limits.js';
import type { OwedAnswers } from '../../src/rpc/owed-answers.js';
import { PlainConnection } from '../../src/rpc/plain-connection.js';
import { ServerMetrics } from '../../src/rpc/server-metrics.js';
import { UnreadAnswers } from '../../src/rpc/unread-answers.js';
import { FakeReplica } from './support/fake-replica.js';
import { post } from './support/raw-connection.js';
import { fakeServices } from './support/fake-services.js';
import { SlowSocket } from './support/slow-socket.js';

const ping = Buffer.from(post(encodeCall('ping', [])));
const limits = {
  ...defaultHttpLimits,
  ...{ headersTimeoutMs: 10, requestTimeoutMs: 60, idleTimeoutMs: 600 },
};

function newRunner(): CallRunner {
  const replica = new FakeReplica();
  const onBug = (error: unknown): void => {
    throw error;
  };
  const dispatcher = new Dispatcher({
    services: fakeServices(replica, () => 1),
    testerApi: 'open',
    pendingCallsMax: 9,
    mapAnswerLimits: limits,
    isOverloaded: () => false,
    observer: new ServerMetrics().calls,
    onBug,
  });
  const onPeerPiece = (): void => undefined;
  return new CallRunner({
    ...{ dispatcher, limits, onPeerPiece, onBug },
    hasPeers: true,
    clusterId: undefined,
    secret: undefined,
    neighbours: undefined,
  });
}

describe('a plain connection, by the clock', () => {
  let slow: SlowSocket;
  let connection: PlainConnection;
  let nowMs: number;
  let toFlush: OwedAnswers | undefined;

  beforeEach(() => {
    nowMs = 1_000;
    slow = new SlowSocket();
    connection = new PlainConnection(slow.socket, {
      runner: newRunner(),
      answers: new AnswerText(limits.idleTimeoutMs),
      unread: new UnreadAnswers(limits),
      reading: new FairReading({ now: () => nowMs, soon: () => undefined }),
      limits,
      now: () => nowMs,
      isClosing: () => false,
      flushSoon: (answers) => (toFlush = answers),
      leave: () => expect.fail('it is plain'),
      onClose: () => undefined,
    });
  });

  const receive = (bytes: Buffer): void => {
    slow.socket.emit('data', bytes);
    toFlush?.flush();
  };
  const check = (afterMs: number): void => {
    nowMs += afterMs;
    connection.checkTime(nowMs);
  };
  const told = (): string => slow.written.join('');

  it('waits for its first request as long as for headers', () => {
    check(9);
    expect(told()).to.equal('');
    check(1);
    expect(told()).to.match(/^HTTP\/1\.1 408 [^]*took too long/);
  });

  it('may rest from its last call on, whenever the one before was', () => {
    receive(ping);
    for (let call = 0; call < 3; call += 1) {
      check(1);
      check(599);
      expect(slow.socket.destroyed).to.equal(false);
      receive(ping);
    }
    check(1);
    check(600);
    expect(slow.socket.destroyed).to.equal(true);
    expect(told()).to.not.match(/408/);
  });

  it('counts the time of a request from its first byte, not from the one before', () => {
    receive(ping);
    check(500);
    receive(ping.subarray(0, 20));
    check(9);
    receive(ping.subarray(20, 30));
    expect(told()).to.not.match(/408/);
    check(1);
    expect(told()).to.match(/408/);
  });

  it('times a request no longer once it is whole', () => {
    for (const cut of [20, -5]) {
      receive(ping.subarray(0, cut));
      receive(ping.subarray(cut));
      check(100);
      expect(told()).to.match(/200 OK/);
      expect(told()).to.not.match(/408/);
    }
  });

  it('gives a body its own time, from the same byte on', () => {
    receive(ping.subarray(0, 20));
    check(9);
    receive(ping.subarray(20, -5));
    check(50);
    expect(told()).to.not.match(/408/);
    check(1);
    expect(told()).to.match(/408/);
    receive(ping.subarray(-5));
    expect(told()).to.not.match(/200/);
  });
});
