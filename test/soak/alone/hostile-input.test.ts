/**
 * A flood of what no honest client sends, against live servers: each call gets its fault or HTTP
 * status, memory stays flat, and neither ping nor the cluster notices.
 */
import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { decodeResponse } from '../../../src/rpc/codec/response-decoder.js';
import { host, type TestCluster } from '../../e2e/support/test-cluster.js';
import { eventually } from '../../e2e/support/eventually.js';
import { useClusters } from '../../e2e/support/use-clusters.js';
import { RawConnection } from '../../rpc/support/raw-connection.js';
import { hostileBodies } from '../support/hostile-bodies.js';
import { PingWatch } from '../support/ping-watch.js';
import { residentMemory } from '../support/resident-memory.js';

const mebibyte = 1024 * 1024;
const bodyBytes = 64 * mebibyte;
const rounds = 8;
/** Rounds until caches, compiled code and the heap have found their size. */
const warmUpRounds = 3;
const growthBytesMax = 48 * mebibyte;
/** What a server may hold at any time while it refuses. */
const peakBytesMax = 256 * mebibyte;
const slowConnections = 100;
const bigBodiesAtOnce = 4;

describe('hostile input', () => {
  const clusters = useClusters();

  it('gets its fault or status while memory, ping and cluster stay as they are', async () => {
    const cluster = await clusters.start(3);
    const before = await cluster.leader();
    const elections = cluster.electionCount();
    const slow = cluster.servers.flatMap(({ port }) => openSlow(port));
    const pings = new PingWatch(cluster, before.serverId);
    const sizes: number[] = [];
    let peakBytes = 0;
    try {
      for (let round = 1; round <= rounds; round += 1) {
        for (const { id } of cluster.servers) await attack(cluster, id);
        const memory = await residentMemory(cluster.server(before.serverId).pid);
        sizes.push(memory.bytes);
        peakBytes = memory.peakBytes;
      }
    } finally {
      for (const connection of slow) connection.destroy();
      await pings.end();
    }
    expect((await cluster.leader()).term).to.equal(before.term);
    expect(cluster.electionCount()).to.equal(elections);
    expect(pings.slowestMs, 'the slowest ping').to.be.below(1_000);
    const last = sizes.at(-1) ?? 0;
    const story = sizes.map((size) => Math.round(size / mebibyte)).join(', ');
    expect(last - (sizes[warmUpRounds] ?? 0), `MiB after each round: ${story}`).to.be.below(
      growthBytesMax,
    );
    expect(peakBytes, 'the most memory at any time').to.be.below(peakBytesMax);
    expect(await cluster.value(before.serverId, 'getfileinfomap')).to.deep.equal(new Map());
  });

  it('that comes too slowly is ended with status 408', async () => {
    const cluster = await clusters.start(1);
    const connections = Array.from({ length: slowConnections }, () =>
      new RawConnection(cluster.server(0).port).write('POST /RPC2 HTTP/1.1\r\nHost: x\r\nA: '),
    );
    await eventually('the connections to be closed', 20_000, () =>
      connections.every(({ isClosed }) => isClosed) ? true : undefined,
    );
    for (const { received } of connections) expect(received).to.match(/^HTTP\/1.1 408 /);
    expect(await cluster.value(0, 'ping')).to.equal(true);
  });
});

/** Everything hostile once, at one server. */
async function attack(cluster: TestCluster, id: number): Promise<void> {
  const { port } = cluster.server(id);
  for (const { name, body, fault } of hostileBodies()) {
    const headers = { 'Content-Type': 'text/xml' };
    const response = await fetch(`http://${host}:${port}/RPC2`, { method: 'POST', headers, body });
    expect(response.status, name).to.equal(200);
    const decoded = decodeResponse(new Uint8Array(await response.arrayBuffer()));
    expect(decoded, name).to.have.nested.property('fault.code', fault);
  }
  const big = Array.from({ length: bigBodiesAtOnce }, () => sendUnannounced(port));
  await Promise.all([...big, sendAnnounced(port), sendGarbage(port)]);
}

/** Connections whose bodies begin and do not end. */
function openSlow(port: number): readonly RawConnection[] {
  const head = 'POST /RPC2 HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n<?xml';
  return Array.from({ length: slowConnections }, () => new RawConnection(port).write(head));
}

async function sendAnnounced(port: number): Promise<void> {
  const head = `POST /RPC2 HTTP/1.1\r\nHost: x\r\nContent-Length: ${bodyBytes}\r\n\r\n`;
  const received = await new RawConnection(port).write(head).untilClosed();
  expect(received).to.match(/^HTTP\/1.1 413 /);
}

/** In chunks, each sent when the one before has left, for as long as the server reads. */
async function sendUnannounced(port: number): Promise<void> {
  const connection = new RawConnection(port);
  connection.write('POST /RPC2 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n');
  const chunk = `${mebibyte.toString(16)}\r\n${'<array>'.repeat(mebibyte).slice(-mebibyte)}\r\n`;
  for (let sent = 0; sent < bodyBytes && !connection.isClosed; sent += mebibyte) {
    connection.write(chunk);
    await eventually('the chunk to leave', 10_000, () =>
      connection.socket.writableLength === 0 || connection.isClosed ? true : undefined,
    );
  }
  expect(await connection.untilClosed()).to.match(/^HTTP\/1.1 200 [^]*-32600/);
}

async function sendGarbage(port: number): Promise<void> {
  const noise = Buffer.from(readFileSync(process.execPath).subarray(0, 64 * 1024));
  const received = await new RawConnection(port).write(noise).untilClosed();
  expect(received).to.match(/^HTTP\/1.1 400 /);
}
