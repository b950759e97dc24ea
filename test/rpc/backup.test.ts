/**
 * `GET /backup`: whose state it gives, how it is bounded, and how it ends when it cannot go on.
 */
import { expect } from 'chai';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { text as textOf } from 'node:stream/consumers';
import type { LogPosition } from '../../src/raft/messages.js';
import { asServerId } from '../../src/base/ids.js';
import type { BackupReader, BackupSource } from '../../src/rpc/backup-source.js';
import { ClusterSecret } from '../../src/rpc/cluster-secret.js';
import { encodeCall } from '../../src/rpc/codec/encode.js';
import type { HttpLimits } from '../../src/rpc/http-limits.js';
import { post, RawConnection } from './support/raw-connection.js';
import { host, ServedReplica } from './support/served-replica.js';
import { waitUntil } from './support/wait-until.js';

const pieceBytes = 256 * 1024;

/** Gives `pieceCount` pieces, the n-th one full of the byte n; remembers all that was asked. */
class NumberedPieces implements BackupSource {
  readonly positions: LogPosition[] = [];
  pieceCount = 3;
  given = 0;
  closed = 0;
  failAt = Number.POSITIVE_INFINITY;

  open(position: LogPosition): BackupReader {
    this.positions.push(position);
    let next = 0;
    return {
      next: () => {
        if (next === this.failAt) throw new Error('broken source');
        if (next === this.pieceCount) return undefined;
        this.given += 1;
        return new Uint8Array(pieceBytes).fill(next++);
      },
      close: () => {
        this.closed += 1;
      },
    };
  }
}

describe('a backup', () => {
  let served: ServedReplica;
  let source: NumberedPieces;
  const open: RawConnection[] = [];

  async function start(limits: Partial<HttpLimits> = {}): Promise<void> {
    source = new NumberedPieces();
    served = await ServedReplica.start({ backups: source, limits });
  }

  function get(): Promise<Response> {
    return fetch(served.url('/backup'));
  }

  /** Asks for a backup and does not read it. */
  function deafConnection(): RawConnection {
    const raw = new RawConnection(served.port);
    open.push(raw);
    raw.socket.pause();
    return raw.write('GET /backup HTTP/1.1\r\nHost: x\r\n\r\n');
  }

  afterEach(async () => {
    for (const raw of open.splice(0)) raw.destroy();
    await waitUntil(() => served.server.runningBackups === 0);
    expect(source.closed).to.equal(source.positions.length);
    await served.close();
  });

  it('is given to nobody from outside the cluster without its secret', async () => {
    source = new NumberedPieces();
    const secret = new ClusterSecret('open-sesame');
    const asking = [
      [undefined, '127.0.0.1', {}, 200],
      [undefined, '127.0.0.2', {}, 403],
      [undefined, '127.0.0.2', { 'x-forwarded-for': '127.0.0.1' }, 403],
      [secret, '127.0.0.1', {}, 403],
      [secret, '127.0.0.2', secret.headers, 200],
    ] as const;
    for (const [at, [guard, localAddress, header, expected]] of asking.entries()) {
      if (at > 0) await served.close();
      served = await ServedReplica.start({ backups: source, ...(guard && { secret: guard }) });
      const asked = source.positions.length;
      const options = { host, port: served.port, path: '/backup', localAddress, headers: header };
      const [answer] = (await once(request(options).end(), 'response')) as [IncomingMessage];
      const text = await textOf(answer);
      expect(answer.statusCode).to.equal(expected);
      expect(source.positions.length - asked).to.equal(expected === 200 ? 1 : 0);
      if (expected === 403) expect(text).to.match(/^unauthorised: .*secret/);
    }
  });

  it('is the state behind a read barrier, piece by piece, with its place in the log', async () => {
    await start();
    await served.value('updatefile', 'f', 1, []);
    const response = await get();
    expect(response.status).to.equal(200);
    expect(response.headers.get('content-type')).to.equal('application/octet-stream');
    expect(response.headers.get('content-disposition')).to.include('"surfraft-1.backup"');
    const bytes = new Uint8Array(await response.arrayBuffer());
    expect(bytes).to.have.length(3 * pieceBytes);
    expect([bytes[0], bytes[pieceBytes], bytes.at(-1)]).to.deep.equal([0, 1, 2]);
    expect(source.positions).to.deep.equal([{ index: 1, term: 3 }]);
  });

  it('waits until a majority has confirmed the leader, and says when none does', async () => {
    await start({ backupStallMs: 40 });
    served.replica.isHolding = true;
    const refused = await get();
    expect(refused.status).to.equal(503);
    expect(await refused.text()).to.equal('no majority has confirmed the leader for 40 ms\n');
    expect(served.replica.hangUpCount).to.equal(1);
    expect(source.positions).to.deep.equal([]);
    const waiting = get();
    await waitUntil(() => served.replica.heldCount === 1);
    served.replica.release();
    expect((await waiting).status).to.equal(200);
  });

  it('is refused by other servers, who say where the leader is', async () => {
    await start();
    served.replica.role = 'follower';
    served.replica.leaderId = asServerId(2);
    const elsewhere = await get();
    expect(elsewhere.status).to.equal(503);
    expect(elsewhere.headers.get('location')).to.equal('http://localhost:9503/backup');
    expect(await elsewhere.text()).to.equal(
      'not the leader: the leader is server 2 at localhost:9503\n',
    );
    served.replica.leaderId = undefined;
    const unknown = await get();
    expect(unknown.headers.get('location')).to.equal(null);
    expect(unknown.headers.get('retry-after')).to.equal('1');
    expect(await unknown.text()).to.equal('not the leader: the leader is not known\n');
    served.replica.crash();
    const crashed = await get();
    expect(crashed.status).to.equal(503);
    expect(await crashed.text()).to.match(/^isCrashed/);
  });

  it('is made no faster than it is read', async () => {
    await start();
    source.pieceCount = 1_000;
    const deaf = deafConnection();
    let before = -1;
    // The buffers of the operating system take some pieces, and then no more.
    await waitUntil(() => {
      const isStuck = source.given === before;
      before = source.given;
      return isStuck && source.given > 1 && deaf.received === '';
    });
    expect(source.given).to.be.below(200);
    deaf.socket.resume();
    await waitUntil(() => source.closed === 1);
    expect(source.given).to.equal(1_000);
    await deaf.until(/\r\n0\r\n\r\n$/);
  });

  it('is made as often at a time as allowed, and one that is left makes room', async () => {
    await start({ backupsMax: 2 });
    source.pieceCount = Number.POSITIVE_INFINITY;
    const deaf = [deafConnection(), deafConnection()];
    await waitUntil(() => source.positions.length === 2);
    const refused = await get();
    expect(refused.status).to.equal(503);
    expect(refused.headers.get('retry-after')).to.equal('1');
    expect(await refused.text()).to.match(/^busy: 2 backups are being made/);
    expect(await served.value('ping')).to.equal(true);
    deaf[0]?.destroy();
    await waitUntil(() => source.closed === 1);
    source.pieceCount = 3;
    expect((await get()).status).to.equal(200);
  });

  it('gives up its barrier when its client hangs up', async () => {
    await start();
    served.replica.isHolding = true;
    const waiting = deafConnection();
    await waitUntil(() => served.replica.heldCount === 1);
    waiting.destroy();
    await waitUntil(() => served.replica.hangUpCount === 1);
    expect(served.server.runningBackups).to.equal(0);
  });

  it('ends, too, when it never got its turn behind a call that blocks', async () => {
    await start({ backupStallMs: 40 });
    served.replica.isHolding = true;
    const raw = new RawConnection(served.port);
    open.push(raw);
    // A connection that has shown to be no plain one: on those, requests begin before their turn.
    await raw.write('GET /livez HTTP/1.1\r\nHost: x\r\n\r\n').until(/ok/);
    raw.received = '';
    raw.write(post(encodeCall('updatefile', ['f', 1, []])));
    await waitUntil(() => served.replica.heldCount === 1);
    served.replica.isHolding = false;
    raw.write('GET /backup HTTP/1.1\r\nHost: x\r\n\r\n');
    await waitUntil(() => source.closed === 1);
    expect(source.given).to.equal(1);
    expect(await raw.untilClosed()).to.equal('');
    await waitUntil(() => served.replica.hangUpCount === 1);
  });

  it('ends unfinished when its client does not read on', async () => {
    await start({ backupStallMs: 40 });
    source.pieceCount = Number.POSITIVE_INFINITY;
    const deaf = deafConnection();
    await waitUntil(() => source.closed === 1);
    deaf.socket.resume();
    expect(await deaf.untilClosed()).to.not.match(/\r\n0\r\n\r\n$/);
  });

  it('ends unfinished when the crash switch is thrown, or the source fails', async () => {
    await start();
    source.pieceCount = Number.POSITIVE_INFINITY;
    const crashing = deafConnection();
    await waitUntil(() => source.given > 0);
    await served.value('crash');
    crashing.socket.resume();
    expect(await crashing.untilClosed()).to.not.match(/\r\n0\r\n\r\n$/);
    await served.value('restore');
    served.replica.role = 'leader';
    source.failAt = 1;
    const failing = await get();
    const outcome = await failing.arrayBuffer().then(
      () => 'whole',
      () => 'cut off',
    );
    expect(outcome).to.equal('cut off');
    expect(String(served.bugs)).to.include('broken source');
  });

  it('is only there to be got, and only where there is a source', async () => {
    await start();
    const posted = await fetch(served.url('/backup'), { method: 'POST', body: 'x' });
    expect([posted.status, posted.headers.get('allow')]).to.deep.equal([405, 'GET']);
    const plain = await ServedReplica.start();
    expect((await fetch(plain.url('/backup'))).status).to.equal(404);
    await plain.close();
  });
});
