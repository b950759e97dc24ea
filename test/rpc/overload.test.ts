/**
 * Clients that ask for more than they read, or than the cluster can do: what they make the server
 * hold is bounded, the others are served meanwhile, and all is as before once they are gone.
 */
import { expect } from 'chai';
import { encodeCall } from '../../src/rpc/codec/encode.js';
import type { HttpLimits } from '../../src/rpc/http-limits.js';
import { post, RawConnection } from './support/raw-connection.js';
import { ServedReplica } from './support/served-replica.js';
import { waitUntil } from './support/wait-until.js';

const ping = post(encodeCall('ping', []));
const read = post(encodeCall('getfileinfo', ['f']));
const answerBytes = 100_000;

describe('a server under more load than it can serve', () => {
  let served: ServedReplica;
  const open: RawConnection[] = [];

  async function start(limits: Partial<HttpLimits>): Promise<void> {
    served = await ServedReplica.start({ limits });
    const hashlist = ['h'.repeat(answerBytes)];
    const command = { type: 'updatefile', name: 'f', version: 1, hashlist } as const;
    const { files } = served.replica;
    files.apply(files.encode({ ...command, requestId: undefined, timeMs: 0 }));
  }

  function connection(): RawConnection {
    const raw = new RawConnection(served.port);
    open.push(raw);
    return raw;
  }

  /** Sends and does not read. */
  function deafConnection(bytes: string): RawConnection {
    const raw = connection();
    raw.socket.pause();
    return raw.write(bytes);
  }

  function unreadBytes(): number {
    return served.server.heldBytes.unreadAnswers;
  }

  /** The most that was unread at any turn of the event loop until `condition` held. */
  async function mostUnreadUntil(condition: () => boolean): Promise<number> {
    let most = 0;
    while (!condition()) {
      most = Math.max(most, unreadBytes());
      await new Promise((resolve) => setImmediate(resolve));
    }
    return most;
  }

  afterEach(async () => {
    for (const raw of open.splice(0)) raw.destroy();
    const isFree = (): boolean =>
      Object.values(served.server.heldBytes).every((held) => held === 0);
    await waitUntil(isFree);
    await served.close();
  });

  it('serves a connection no further until it has read what it asked for', async () => {
    await start({ connectionUnreadBytesMax: 2_000 });
    const count = 60_000;
    const raw = deafConnection(ping.repeat(count));
    // Once the server reads no more, what was sent stays with the client.
    let before = -1;
    const isStuck = (): boolean => {
      const { writableLength } = raw.socket;
      const isSame = writableLength === before && unreadBytes() > 2_000;
      before = writableLength;
      return isSame && writableLength > 0;
    };
    const most = await mostUnreadUntil(isStuck);
    expect(most).to.be.below(3_000);
    expect(await served.value('ping')).to.equal(true);
    raw.socket.resume();
    await raw.until(/<\/methodResponse>/);
    const [answer = ''] = raw.received.split(/(?<=<\/methodResponse>)/);
    await waitUntil(() => raw.received.length >= count * answer.length);
    expect(answersOf(raw)).to.equal(count);
  });

  it('holds no more answers than allowed, however many clients do not read', async () => {
    const unreadBytesMax = 1_000_000;
    await start({ unreadBytesMax });
    const deaf = Array.from({ length: 3 }, () => deafConnection(read.repeat(200)));
    const most = await mostUnreadUntil(() => unreadBytes() > unreadBytesMax);
    expect(most).to.be.below(unreadBytesMax + 2 * answerBytes);
    for (const method of ['getfileinfo', 'getfileinfomap', 'getfileinfopage']) {
      const args = { getfileinfo: ['f'], getfileinfopage: ['', 10] }[method] ?? [];
      expect(await served.fault(method, ...args)).to.match(/^4 busy: .*unread; .*no effect$/);
    }
    expect(await served.fault('system.multicall', [])).to.match(/^4 busy: /);
    expect(await served.fault('getinternalstate')).to.match(/^4 busy: /);
    expect(await served.value('ping')).to.equal(true);
    expect(await served.value('isleader')).to.equal(true);
    expect(await served.value('updatefile', 'g', 1, [])).to.equal(true);
    expect(unreadBytes()).to.be.within(unreadBytesMax, unreadBytesMax + 2 * answerBytes);
    for (const raw of deaf) raw.socket.resume();
    await waitUntil(() => deaf.every((raw) => answersOf(raw) === 200));
    expect(deaf.some((raw) => raw.received.includes('busy'))).to.equal(true);
    expect(await served.value('getfileinfo', 'g')).to.deep.equal([1, []]);
  });

  it('gives reads that end all at once no more room than others', async () => {
    const unreadBytesMax = 1_000_000;
    await start({ unreadBytesMax });
    served.replica.isHolding = true;
    const deaf = Array.from({ length: 3 }, () => deafConnection(read.repeat(200)));
    await waitUntil(() => served.replica.heldCount === 600);
    served.replica.release();
    expect(unreadBytes()).to.be.within(unreadBytesMax, unreadBytesMax + 2 * answerBytes);
    for (const raw of deaf) raw.socket.resume();
    await waitUntil(() => deaf.every((raw) => answersOf(raw) === 200));
  });

  it('closes a connection that reads nothing, but not one whose call blocks', async () => {
    await start({ unreadTimeoutMs: 30 });
    served.replica.isHolding = true;
    const blocked = connection().write(ping + post(encodeCall('updatefile', ['g', 1, []])) + ping);
    await blocked.until(/<boolean>1/);
    const pages = 'GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(5_000);
    const deaf = deafConnection(pages);
    await waitUntil(() => unreadBytes() > 10_000);
    await waitUntil(() => served.server.connectionCount === 1);
    deaf.destroy();
    expect(blocked.isClosed).to.equal(false);
    served.replica.release();
    await waitUntil(() => answersOf(blocked) === 3);
  });

  it('lets a client take its time that reads little by little', async () => {
    const unreadTimeoutMs = 250;
    await start({ unreadTimeoutMs });
    const bytes = 16 * 1024 * 1024;
    const hashlist = ['h'.repeat(bytes)];
    const command = { type: 'updatefile', name: 'f', version: 2, hashlist } as const;
    served.replica.files.apply(
      served.replica.files.encode({ ...command, requestId: undefined, timeMs: 0 }),
    );
    const beganMs = performance.now();
    const slow = deafConnection(read);
    slow.socket.on('data', () => {
      slow.socket.pause();
      setTimeout(() => slow.socket.resume(), 5);
    });
    slow.socket.resume();
    await waitUntil(() => slow.received.length > bytes || slow.isClosed);
    expect(slow.isClosed).to.equal(false);
    expect(performance.now() - beganMs).to.be.above(2 * unreadTimeoutMs);
  });

  it('closes a connection that sends requests ahead when all have sent too many', async () => {
    await start({ openRequestsMax: 30 });
    served.replica.isHolding = true;
    const blocked = Array.from({ length: 3 }, () => connection().write(read.repeat(10)));
    await waitUntil(() => served.server.openRequests === 30);
    const single = connection().write(ping);
    await single.until(/<boolean>1/);
    const greedy = connection().write(read + ping);
    expect(await greedy.untilClosed()).to.equal('');
    blocked[0]?.write(ping);
    await blocked[0]?.untilClosed();
    const vote = post(encodeCall('RequestVote', []), 'X-SurfRaft-Peer: 1\r\n');
    connection().write(read.repeat(10));
    await waitUntil(() => served.server.openRequests === 30);
    await connection()
      .write(vote.repeat(3))
      .until(/(-32602[^]*){3}/);
    served.replica.release();
    await waitUntil(() => blocked.slice(1).every((raw) => answersOf(raw) === 10));
    await waitUntil(() => served.server.openRequests === 0);
  });

  it('does not keep the arguments of more long calls than allowed', async () => {
    await start({ pendingBodiesBytesMax: 100_000 });
    served.replica.isHolding = true;
    const long = post(encodeCall('updatefile', ['f', 2, ['x'.repeat(40_000)]]));
    const pending = [connection().write(long), connection().write(long)];
    await waitUntil(() => served.replica.heldCount === 2);
    expect(served.server.heldBytes.pendingCalls).to.be.within(80_000, 82_000);
    const refused = connection().write(long);
    await refused.until(/busy: too many long calls are pending; the call had no effect/);
    const short = connection().write(post(encodeCall('updatefile', ['g', 1, []])));
    await waitUntil(() => served.replica.heldCount === 3);
    pending[0]?.destroy();
    await waitUntil(() => served.server.heldBytes.pendingCalls < 41_000);
    refused.write(long);
    await waitUntil(() => served.replica.heldCount === 3 && served.replica.hangUpCount === 1);
    served.replica.release();
    await short.until(/<boolean>1/);
    await pending[1]?.until(/<boolean>/);
  });

  it('has room for the calls of servers that clients cannot take', async () => {
    await start({ partialBodiesBytesMax: 5_000 });
    const long = post(encodeCall('updatefile', ['x'.repeat(4_000), 1, []]));
    connection().write(long.slice(0, -500));
    await waitUntil(() => served.server.heldBytes.partialCalls > 3_000);
    const vote = new Map<string, string | number>([
      ['term', 5],
      ['candidateId', 1],
      ['lastLogIndex', 0],
      ['lastLogTerm', 0],
      ['more', 'x'.repeat(4_000)],
    ]);
    const body = post(encodeCall('RequestVote', [vote]), 'X-SurfRaft-Peer: 1\r\n');
    const peer = connection().write(body.slice(0, -500));
    await waitUntil(() => served.server.heldBytes.partialCalls > 7_000);
    peer.write(body.slice(-500));
    await peer.until(/voteGranted/);
  });
});

function answersOf(raw: RawConnection): number {
  return raw.received.split('</methodResponse>').length - 1;
}
