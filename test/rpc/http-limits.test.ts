/**
 * Every bound of the HTTP side, reached on purpose; and how calls end that are given up.
 */
import { expect } from 'chai';
import { encodeCall } from '../../src/rpc/codec/encode.js';
import { ListenError } from '../../src/rpc/listen-error.js';
import { RpcServer } from '../../src/rpc/rpc-server.js';
import { ServerMetrics } from '../../src/rpc/server-metrics.js';
import type { HttpLimits } from '../../src/rpc/http-limits.js';
import { post, RawConnection } from './support/raw-connection.js';
import { fakeServices } from './support/fake-services.js';
import { host, ServedReplica } from './support/served-replica.js';
import { waitUntil } from './support/wait-until.js';

const ping = encodeCall('ping', []);
const read = encodeCall('getfileinfomap', []);
const update = encodeCall('updatefile', ['f', 1, []]);

describe('the limits of the HTTP side', () => {
  let served: ServedReplica;
  const open: RawConnection[] = [];

  async function start(limits: Partial<HttpLimits>): Promise<void> {
    served = await ServedReplica.start({ limits: { lingerMs: 50, ...limits } });
  }

  function connection(): RawConnection {
    const raw = new RawConnection(served.port);
    open.push(raw);
    return raw;
  }

  afterEach(async () => {
    for (const raw of open.splice(0)) raw.destroy();
    await served.close();
  });

  it('end headers that come too slowly with 408', async () => {
    await start({ headersTimeoutMs: 40, timeoutCheckIntervalMs: 20 });
    const silent = connection();
    const slow = connection().write('POST /RPC2 HTTP/1.1\r\nHost');
    expect(await slow.untilClosed()).to.match(/^HTTP\/1\.1 408 [^]*Connection: close/);
    expect(await silent.untilClosed()).to.match(/^HTTP\/1\.1 408 /);
  });

  it('end a body that comes too slowly with 408', async () => {
    await start({ headersTimeoutMs: 40, requestTimeoutMs: 60, timeoutCheckIntervalMs: 20 });
    const raw = connection().write(post(ping).slice(0, -5));
    expect(await raw.untilClosed()).to.match(/^HTTP\/1\.1 408 /);
  });

  it('do not end a call that waits for its answer', async () => {
    await start({ headersTimeoutMs: 20, requestTimeoutMs: 20, timeoutCheckIntervalMs: 10 });
    served.replica.isHolding = true;
    const blocked = connection().write(post(update));
    const slow = connection().write(post(ping).slice(0, -5));
    await slow.untilClosed();
    expect(blocked.isClosed).to.equal(false);
    served.replica.release();
    await blocked.until(/<boolean>1<\/boolean>/);
  });

  it('end a connection that rests too long', async () => {
    await start({ idleTimeoutMs: 10 });
    const raw = connection().write(post(ping));
    expect(await raw.untilClosed()).to.match(/<boolean>1<\/boolean>/);
  });

  it('refuse headers that are too long with 431', async () => {
    await start({ headerBytesMax: 2_000 });
    const raw = connection().write(post(ping, `X: ${'x'.repeat(3_000)}\r\n`));
    expect(await raw.untilClosed()).to.match(/^HTTP\/1\.1 431 /);
  });

  it('refuse connections beyond the last one with 503, and take new ones later', async () => {
    await start({ connectionsMax: 2 });
    const first = connection().write(post(ping));
    await first.until(/<boolean>1/);
    const second = connection().write(post(ping));
    await second.until(/<boolean>1/);
    const third = connection().write(post(ping));
    expect(await third.untilClosed()).to.match(/^HTTP\/1\.1 503 [^]*busy/);
    expect(third.received).to.not.match(/<boolean>/);
    first.destroy();
    await waitUntil(() => served.server.connectionCount === 1);
    await connection()
      .write(post(ping))
      .until(/<boolean>1/);
  });

  it('answer busy once too many calls are pending, and go on with everything else', async () => {
    await start({ pendingCallsMax: 2 });
    served.replica.isHolding = true;
    const blocked = [connection().write(post(update)), connection().write(post(read))];
    await waitUntil(() => served.replica.heldCount === 2);
    for (const call of [update, read]) {
      const refused = await connection()
        .write(post(call))
        .until(/<\/methodResponse>/);
      expect(refused).to.match(/busy: .*no effect/);
    }
    expect(await served.value('ping')).to.equal(true);
    expect(await served.value('isleader')).to.equal(true);
    expect(await served.value('crash')).to.equal(true);
    served.replica.release();
    for (const raw of blocked) await raw.until(/<\/methodResponse>/);
    served.replica.role = 'leader';
    expect(await served.value('getfileinfo', 'f')).to.deep.equal([1, []]);
  });

  it('answer busy to long calls that are too many at once, and close', async () => {
    await start({ partialBodiesBytesMax: 5_000 });
    const long = post(encodeCall('updatefile', ['x'.repeat(4_000), 1, []]));
    const slow = connection().write(long.slice(0, -500));
    // The first one has arrived in part once its server has counted it.
    await waitUntil(() => served.server.heldBytes.partialCalls > 3_000);
    const refused = connection().write(long.slice(0, -400));
    expect(await refused.untilClosed()).to.match(/^HTTP\/1\.1 200 [^]*busy/);
    slow.write(long.slice(-500));
    await slow.until(/<boolean>1/);
    await waitUntil(() => served.server.heldBytes.partialCalls === 0);
    const torn = connection().write(long.slice(0, -500));
    await waitUntil(() => served.server.heldBytes.partialCalls > 3_000);
    torn.destroy();
    await waitUntil(() => served.server.heldBytes.partialCalls === 0);
  });

  it('hold a thousand blocked calls on as many connections without disturbing ping', async () => {
    await start({});
    served.replica.isHolding = true;
    const blocked = Array.from({ length: 1_000 }, () => connection().write(post(read)));
    await waitUntil(() => served.replica.heldCount === 1_000);
    expect(await served.value('ping')).to.equal(true);
    served.replica.release();
    await Promise.all(blocked.map((raw) => raw.until(/<struct/)));
  });
});

describe('a client that hangs up', () => {
  it('takes its pending calls with it', async () => {
    const served = await ServedReplica.start();
    served.replica.isHolding = true;
    const raw = new RawConnection(served.port);
    raw.write(post(read) + post(update));
    await waitUntil(() => served.replica.heldCount === 2);
    raw.socket.end();
    await waitUntil(() => served.replica.hangUpCount === 2);
    expect(served.server.pendingCalls).to.equal(0);
    await served.close();
  });

  it('ends a multicall between its calls', async () => {
    const served = await ServedReplica.start();
    served.replica.isHolding = true;
    const calls = ['ping', 'getfileinfomap', 'crash'].map(
      (methodName) =>
        new Map<string, string | []>([
          ['methodName', methodName],
          ['params', []],
        ]),
    );
    const raw = new RawConnection(served.port).write(post(encodeCall('system.multicall', [calls])));
    await waitUntil(() => served.replica.heldCount === 1);
    raw.destroy();
    await waitUntil(() => served.replica.hangUpCount === 1);
    expect(served.replica.isCrashed()).to.equal(false);
    await served.close();
  });
});

describe('a cut-off peer', () => {
  it('gets no answer; its connection is closed', async () => {
    const served = await ServedReplica.start();
    served.replica.answerPeer = () => ({ kind: 'closed' });
    const vote = new Map([
      ['term', 1],
      ['candidateId', 1],
      ['lastLogIndex', 0],
      ['lastLogTerm', 0],
    ]);
    const raw = new RawConnection(served.port).write(post(encodeCall('RequestVote', [vote])));
    expect(await raw.untilClosed()).to.equal('');
    await served.close();
  });
});

describe('opening and closing the port', () => {
  it('says which address is in use', async () => {
    const served = await ServedReplica.start();
    const { replica } = served;
    const second = new RpcServer({
      services: fakeServices(replica, () => 1),
      listen: { host, port: served.port },
      testerApi: true,
      version: '',
      metrics: new ServerMetrics(),
      onBug: () => undefined,
    });
    const error = await second.listen().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(ListenError).with.property('code', 'EADDRINUSE');
    expect(String(error)).to.include(`${host}:${served.port} is in use`);
    await served.close();
  });

  it('gives pending calls the answer of the stopping replica, then closes', async () => {
    const served = await ServedReplica.start({ limits: { closeGraceMs: 20_000 } });
    served.replica.isHolding = true;
    const pending = new RawConnection(served.port).write(post(update));
    const idle = new RawConnection(served.port).write(post(ping));
    await idle.until(/<boolean>1/);
    await waitUntil(() => served.replica.heldCount === 1);
    const closed = served.close();
    await idle.untilClosed();
    served.replica.refuseHeld({ kind: 'outcomeUnknown', reason: 'the server stops' });
    expect(await pending.untilClosed()).to.match(/Connection: close[^]*outcome unknown/);
    await closed;
  });

  it('ends what is left when its time is up', async () => {
    const served = await ServedReplica.start({ limits: { closeGraceMs: 20 } });
    served.replica.isHolding = true;
    const pending = new RawConnection(served.port).write(post(update));
    await waitUntil(() => served.replica.heldCount === 1);
    await served.close();
    expect(await pending.untilClosed()).to.equal('');
    expect(served.replica.hangUpCount).to.equal(1);
  });
});
