/** Calls with blocks over one connection: what stands in memory, and what a turn has to do. */
import { expect } from 'chai';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BytePool } from '../../src/base/byte-pool.js';
import { blockBytesMax } from '../../src/base/limits.js';
import { RpcConnection } from '../../src/client/rpc-connection.js';
import { encodeResponse } from '../../src/rpc/codec/encode.js';
import { countBase64 } from '../rpc/support/base64-work.js';
import { ScriptedServer, value } from './scripted-server.js';

describe('a connection to a server', () => {
  let server: ScriptedServer;
  let connection: RpcConnection;
  let pool: BytePool;

  beforeEach(async () => {
    server = await ScriptedServer.start(0);
    pool = new BytePool(2 ** 26);
    connection = new RpcConnection(server.endpoint, { pool });
  });

  afterEach(async () => {
    connection.close();
    await server.stop();
  });

  it('brings blocks of any length there and back', async () => {
    server.onCall = ({ params }) => value(params[0] ?? null);
    for (const length of [0, 1, 48 * 1024, 48 * 1024 + 1, 300_000, 2_000_002]) {
      const block = Buffer.from(Array.from({ length }, (_, at) => at * 31 + (at >> 9)));
      const answer = await connection.call('echo', [block, 'and more']);
      expect(answer.kind).to.equal('value');
      const back = answer.kind === 'value' ? answer.value : undefined;
      expect(back instanceof Uint8Array && block.equals(back)).to.equal(true);
    }
    expect(server.received.map(({ params }) => params[1])).to.deep.equal(
      Array.from({ length: 6 }, () => 'and more'),
    );
  });

  it('has a long block from its pool', async () => {
    server.onCall = () => value(Buffer.alloc(1_000_000, 'surf'));
    const buffers = new Set<ArrayBufferLike>();
    for (let call = 0; call < 4; call += 1) {
      const answer = await connection.call('getblock', []);
      const bytes = answer.kind === 'value' ? answer.value : undefined;
      if (!(bytes instanceof Uint8Array)) throw new Error('no bytes were answered');
      expect(Buffer.alloc(1_000_000, 'surf').equals(bytes)).to.equal(true);
      buffers.add(bytes.buffer);
      pool.giveBack(bytes);
    }
    expect(buffers.size).to.equal(1);
  });

  it('writes a long block in many turns', async () => {
    const reader = createServer((incoming, outgoing) => {
      incoming.resume();
      incoming.on('end', () => outgoing.end(encodeResponse(true)));
    });
    await new Promise<void>((resolve) => reader.listen(0, '127.0.0.1', resolve));
    const { port } = reader.address() as AddressInfo;
    const toReader = new RpcConnection({ id: 0, host: '127.0.0.1', port });
    const { most, total } = await countBase64(async () => {
      const answer = await toReader.call('putblock', [new Uint8Array(blockBytesMax)]);
      expect(answer).to.deep.equal({ kind: 'value', value: true });
    });
    toReader.close();
    await new Promise((resolve) => reader.close(resolve));
    expect(total).to.be.at.least(16_000_000);
    expect(most).to.be.at.most(2 ** 20);
  });
});
