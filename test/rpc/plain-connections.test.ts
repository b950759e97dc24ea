/**
 * Connections that we read ourselves and their way to node:http: nobody at the other end can tell
 * who reads.
 */
import { expect } from 'chai';
import fc from 'fast-check';
import { encodeCall } from '../../src/rpc/codec/encode.js';
import type { HttpLimits } from '../../src/rpc/http-limits.js';
import { ClusterSecret } from '../../src/rpc/cluster-secret.js';
import { post, RawConnection } from './support/raw-connection.js';
import { ServedReplica, type ServeOptions } from './support/served-replica.js';
import { waitUntil } from './support/wait-until.js';

const ping = post(encodeCall('ping', []));
const update = post(encodeCall('updatefile', ['f', 1, []]));
const version = post(encodeCall('tester_getversion', ['f']));
const page = 'GET /livez HTTP/1.1\r\nHost: x\r\n\r\n';
const true1 = /<boolean>1<\/boolean>/;

/** Requests with some thing or other that may be odd, or wrong, about them. */
const strange = fc
  .record({
    line: fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom('POST /RPC2 HTTP/1.1', 'POST / HTTP/1.1') },
      fc.constantFrom(
        ...['POST /RPC2 HTTP/1.0', 'POST /RPC2?a HTTP/1.1', 'GET /livez HTTP/1.1', 'nonsense'],
        ...['POST /x HTTP/1.1', 'PUT / HTTP/1.1', 'POST  / HTTP/1.1', '\r\nPOST / HTTP/1.1'],
      ),
    ),
    length: fc.oneof(
      { weight: 6, arbitrary: fc.constant('Content-Length: #') },
      fc.constantFrom(
        ...[
          'content-length:\t0#  ',
          'Content-Length: #\r\nContent-Length: #',
          'Content-Length: +#',
        ],
        ...['Content-Length : #', 'Content-Length: 99999999999', 'Content-Length:'],
      ),
    ),
    headers: fc.array(
      fc.oneof(
        {
          weight: 3,
          arbitrary: fc.constantFrom('Host: x', 'Accept: */*', 'X-Y_Z:', 'Cookie: a=b'),
        },
        fc.constantFrom(
          ...['Content-Type: text/xml', 'content-type: Application/XML; charset=x', 'X: \u00e9'],
          ...['Content-Type: text/plain', 'Content-Encoding: gzip', 'Connection: close', ' fold'],
          ...['Connection: Keep-Alive', 'Connection: upgrade', 'Upgrade: h2c', 'X: \u0001', 'bad'],
          ...['Expect: 100-continue', 'Expect: x', 'X-SurfRaft-Peer: 1', 'X-SurfRaft-Peer: 9'],
          ...['Transfer-Encoding: chunked', 'Transfer-Encoding: x', 'b\u00e4d: x', 'X: a\nb'],
          ...['Proxy-Connection: close', 'Keep-Alive: 1', 'TE: x', `X: ${'x'.repeat(4_100)}`],
        ),
      ),
      { maxLength: 3 },
    ),
    body: fc.constantFrom(encodeCall('ping', []), encodeCall('nope', []), 'x', ''),
  })
  .map(({ line, length, headers, body }) => {
    const lines = [line, ...headers, length.replaceAll('#', String(body.length))];
    return `${lines.join('\r\n')}\r\n\r\n${body}`;
  });

/** Requests of which some are plain, and all are as they should be. */
const right = fc.constantFrom(
  ...[ping, version, page, post('<a/>'), post(''), post('x'), post(encodeCall('x', []), 'X:\r\n')],
  ...[post(encodeCall('ping', []), '', '/'), post(encodeCall('ping', []), '', '/RPC2?a=b')],
  ...[post(encodeCall('ping', []), 'X-SurfRaft-Peer: 1\r\n'), 'HEAD / HTTP/1.1\r\n\r\n'],
  ...['POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n'],
);

describe('connections that we read ourselves', () => {
  let served: ServedReplica;
  const open: RawConnection[] = [];

  async function start(
    limits: Partial<HttpLimits> = {},
    options: ServeOptions = {},
  ): Promise<void> {
    served = await ServedReplica.start({ ...options, limits: { lingerMs: 50, ...limits } });
  }

  function connection(): RawConnection {
    const raw = new RawConnection(served.port);
    open.push(raw);
    return raw;
  }

  /** A connection of which node:http reads the requests. */
  async function nodeConnection(): Promise<RawConnection> {
    const raw = connection().write(page);
    await raw.until(/ok/);
    raw.received = '';
    return raw;
  }

  afterEach(async () => {
    for (const raw of open.splice(0)) raw.destroy();
    await served.close();
    expect(served.bugs).to.deep.equal([]);
  });

  describe('a plain connection', () => {
    it('stays one for as long as its calls are plain', async () => {
      await start();
      const raw = connection();
      for (const call of [ping, version, post('<a/>'), post(encodeCall('nope', [])), ping]) {
        raw.received = '';
        raw.write(call.slice(0, 30));
        await new Promise(setImmediate);
        raw.write(call.slice(30, -10));
        await new Promise(setImmediate);
        raw.write(call.slice(-10));
        await raw.until(/<\/methodResponse>/);
      }
      expect(served.server.plainConnectionCount).to.equal(1);
      raw.write(page);
      await raw.until(/ok/);
      expect(served.server.plainConnectionCount).to.equal(0);
      expect(served.server.connectionCount).to.equal(1);
      raw.received = '';
      await raw.write(ping).until(true1);
    });

    it('answers in the order of the calls, whichever ends first', async () => {
      await start();
      served.replica.isHolding = true;
      const raw = connection().write(
        ping + update + version + post(encodeCall('ping', [1])) + ping,
      );
      await waitUntil(() => answersOf(raw) === 1 && served.server.openRequests === 4);
      served.replica.release();
      await waitUntil(() => answersOf(raw) === 5);
      expect(raw.received).to.match(/>1<[^]*>1<[^]*>0<[^]*-32602[^]*>1</);
      expect(served.server.openRequests).to.equal(0);
    });

    it('is left to node:http only after all that it is owed', async () => {
      await start();
      served.replica.isHolding = true;
      const chunked = 'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n';
      const body = encodeCall('tester_getversion', ['f']);
      const last = `${chunked}${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
      const raw = connection().write(ping + update + page);
      await waitUntil(() => served.replica.heldCount === 1);
      raw.write(last + ping);
      await raw.until(true1);
      expect(served.server.plainConnectionCount).to.equal(1);
      served.replica.release();
      await waitUntil(() => answersOf(raw) === 4);
      expect(raw.received).to.match(/>1<[^]*>1<[^]*ok[^]*<int>1<[^]*>1</);
      expect(served.server.plainConnectionCount).to.equal(0);
    });

    it('asks anew who calls when the head changes', async () => {
      await start({}, { secret: new ClusterSecret('s3cret') });
      const vote = new Map(
        Object.entries({ term: 1, candidateId: 1, lastLogIndex: 0, lastLogTerm: 0 }),
      );
      const call = encodeCall('RequestVote', [vote]);
      const with1 = (secret: string): string =>
        `X-SurfRaft-Peer: 1\r\nX-SurfRaft-Secret: ${secret}\r\n`;
      const raw = connection();
      const answers: string[] = [];
      for (const headers of [with1('s3cret'), with1('s3creT'), '', with1('s3cret')]) {
        raw.received = '';
        await raw.write(post(call, headers)).until(/<\/methodResponse>/);
        answers.push(/voteGranted|unauthorised/.exec(raw.received)?.[0] ?? '');
      }
      const [yes, no] = ['voteGranted', 'unauthorised'];
      expect(answers).to.deep.equal([yes, no, no, yes]);
      expect(served.server.plainConnectionCount).to.equal(1);
    });
  });

  describe('a plain connection that is cut off', () => {
    it('gives the answers that are known, and no more', async () => {
      await start();
      served.replica.isHolding = true;
      const raw = connection();
      raw.socket.end(ping + version + update);
      expect(await raw.untilClosed()).to.match(/>1<[^]*<int>0</);
      expect(answersOf(raw)).to.equal(2);
      expect(served.replica.hangUpCount).to.equal(1);
    });

    it('in the middle of a request is told that this was none', async () => {
      await start();
      for (const part of [ping.slice(0, 20), ping.slice(0, -5)]) {
        const raw = connection();
        raw.socket.end(part);
        expect(await raw.untilClosed()).to.match(/^HTTP\/1\.1 400 [^]*Connection: close/);
        const second = connection();
        second.socket.end(ping + part);
        expect(await second.untilClosed()).to.match(/<boolean>1[^]*HTTP\/1\.1 400 /);
      }
    });

    it('forgets a long body', async () => {
      await start();
      const raw = connection().write(post(encodeCall('ping', ['x'.repeat(9_000)])).slice(0, -9));
      await waitUntil(() => served.server.heldBytes.partialCalls > 8_000);
      raw.destroy();
      await waitUntil(() => served.server.heldBytes.partialCalls === 0);
      await waitUntil(() => served.server.openRequests === 0);
    });
  });

  describe('the limits of plain connections', () => {
    it('end a request that comes too slowly behind others with 408, after them', async () => {
      const slow = { headersTimeoutMs: 40, requestTimeoutMs: 40, timeoutCheckIntervalMs: 10 };
      await start(slow);
      served.replica.isHolding = true;
      for (const part of [ping.slice(0, 30), ping.slice(0, -5)]) {
        const raw = connection().write(ping + update + part);
        const other = connection().write(ping + part);
        expect(await other.untilClosed()).to.match(/<boolean>1[^]*HTTP\/1\.1 408 /);
        expect(raw.received).to.not.match(/408/);
        served.replica.release();
        expect(await raw.untilClosed()).to.match(/<boolean>[^]*<boolean>[^]*HTTP\/1\.1 408 /);
        served.replica.isHolding = true;
      }
    });

    it('end a connection that rests, but not one whose call blocks', async () => {
      await start({ idleTimeoutMs: 10, timeoutCheckIntervalMs: 5 });
      served.replica.isHolding = true;
      const blocked = connection().write(update);
      const resting = connection().write(ping);
      expect(await resting.untilClosed()).to.match(true1);
      expect(blocked.isClosed).to.equal(false);
    });

    it('close one that reads nothing, but not one whose call blocks', async () => {
      await start({ unreadTimeoutMs: 30 });
      const long = { version: 1, hashlist: ['h'.repeat(8 * 1024 * 1024)] };
      served.replica.files.get = () => long;
      served.replica.isHolding = true;
      const blocked = connection().write(ping + update);
      await blocked.until(true1);
      served.replica.isHolding = false;
      const deaf = connection();
      deaf.socket.pause();
      deaf.write(post(encodeCall('getfileinfo', ['f'])));
      await waitUntil(() => served.server.heldBytes.unreadAnswers > 0);
      await waitUntil(() => served.server.connectionCount === 1);
      expect(served.server.heldBytes.unreadAnswers).to.equal(0);
      expect(blocked.isClosed).to.equal(false);
    });

    it('leave requests unread while answers are unread, and run all in the end', async () => {
      await start({ connectionUnreadBytesMax: 10 });
      let calls = 0;
      served.replica.isLeader = () => {
        calls += 1;
        return true;
      };
      const raw = connection().write(post(encodeCall('isleader', [])).repeat(20) + page);
      const most = await mostPerTurn(
        () => calls,
        () => /ok/.test(raw.received),
      );
      expect(most).to.be.within(1, 2);
      expect(answersOf(raw)).to.equal(20);
    });

    it('let no crowd of plain clients fill a turn', async () => {
      await start();
      let calls = 0;
      served.replica.isLeader = () => {
        calls += 1;
        for (const endMs = performance.now() + 6; performance.now() < endMs;);
        return true;
      };
      const crowd = Array.from({ length: 12 }, () => connection());
      await waitUntil(() => served.server.connectionCount === 12);
      for (const raw of crowd) raw.write(post(encodeCall('isleader', [])));
      const most = await mostPerTurn(
        () => calls,
        () => crowd.every((raw) => true1.test(raw.received)),
      );
      expect(most).to.be.within(1, 4);
    });
  });

  describe('closing', () => {
    it('ends connections at rest, and others with their last answer', async () => {
      await start({ closeGraceMs: 20_000 });
      served.replica.isHolding = true;
      const fresh = connection();
      const resting = connection().write(ping);
      await resting.until(true1);
      const pending = connection().write(update + version);
      const partial = connection().write(ping.slice(0, -5));
      await waitUntil(() => served.server.openRequests === 3);
      const closed = served.close();
      await Promise.all([resting.untilClosed(), fresh.untilClosed()]);
      partial.write(ping.slice(-5) + ping);
      expect(await partial.untilClosed()).to.match(/Connection: close[^]*<boolean>1/);
      expect(answersOf(partial)).to.equal(1);
      served.replica.release();
      expect(await pending.untilClosed()).to.match(
        /keep-alive[^]*>1<[^]*Connection: close[^]*<int>0</,
      );
      await closed;
    });
  });

  describe('the two ways to read requests', () => {
    const cuts = fc.array(fc.nat(), { maxLength: 3 });

    beforeEach(() => start({ headerBytesMax: 8_000 }));

    /** Sends the bytes in pieces; all that comes back. */
    async function exchange(raw: RawConnection, text: string, places: number[]): Promise<string> {
      const bytes = Buffer.from(text, 'latin1');
      const ends = [...places.map((place) => place % bytes.length), bytes.length];
      let at = 0;
      for (const end of ends.sort((a, b) => a - b)) {
        raw.write(bytes.subarray(at, end));
        at = end;
        await new Promise(setImmediate);
      }
      raw.socket.end();
      return (await raw.untilClosed()).replaceAll(/Date: .*/g, 'Date');
    }

    async function byNode(text: string, places: number[]): Promise<string> {
      return text === '' ? '' : exchange(await nodeConnection(), text, places);
    }

    it('answer the same to right requests in any order, wherever they are cut', async () => {
      let answers = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(right, { minLength: 1 }), cuts, async (requests, places) => {
          const raw = connection();
          const text = requests.join('');
          expect(await exchange(raw, text, places), text).to.equal(await byNode(text, places));
          answers += answersOf(raw);
        }),
        { numRuns: 200 },
      );
      expect(answers).to.be.above(400);
    });

    it('answer the same to whatever comes behind plain calls', async () => {
      let answers = 0;
      const plainOnes = fc.array(fc.constantFrom(ping, version), { maxLength: 2 });
      await fc.assert(
        fc.asyncProperty(plainOnes, strange, cuts, async (calls, last, places) => {
          const raw = connection();
          const text = calls.join('');
          // One after the other: what is no HTTP may cost node:http the answers right before it.
          const expected = (await byNode(text, [])) + (await byNode(last, places));
          expect(await exchange(raw, text + last, places), text + last).to.equal(expected);
          answers += answersOf(raw);
        }),
        { numRuns: 400 },
      );
      expect(answers).to.be.above(400);
    });
  });
});

/** By how much `count` rose at most in one turn of the event loop, until `isDone`. */
async function mostPerTurn(count: () => number, isDone: () => boolean): Promise<number> {
  let most = 0;
  while (!isDone()) {
    const before = count();
    await new Promise((resolve) => setImmediate(resolve));
    most = Math.max(most, count() - before);
  }
  return most;
}

function answersOf(raw: RawConnection): number {
  return raw.received.split('</methodResponse>').length - 1;
}
