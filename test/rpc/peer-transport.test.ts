/**
 * The calls between servers: over a real port of ours, and to peers that misbehave.
 */
import { expect } from 'chai';
import { createServer, type Server, type Socket } from 'node:net';
import { asLogIndex, asServerId, asTerm, type ServerId } from '../../src/base/ids.js';
import { encodeFileCommand } from '../../src/files/file-command-codec.js';
import { crc32c } from '../../src/base/crc32c.js';
import type { PeerMessage, PeerReply } from '../../src/replica/peer-transport.js';
import type { PeerLimits } from '../../src/rpc/peer-limits.js';
import { XmlRpcPeerTransport } from '../../src/rpc/peer-transport.js';
import { clusterId, host, ServedReplica } from './support/served-replica.js';
import { waitUntil } from './support/wait-until.js';
import { foundersOnly } from '../fixtures/founders.js';

/** Server 1 of two, whose only peer is server 0 at `port`; all that it hears. */
class Caller {
  readonly responses: PeerReply[] = [];
  readonly failures: string[] = [];
  readonly transport: XmlRpcPeerTransport;

  constructor(port: number, limits: Partial<PeerLimits> = {}) {
    const servers = [
      { id: asServerId(0), address: `${host}:${port}` },
      { id: asServerId(1), address: `${host}:1` },
    ];
    this.transport = new XmlRpcPeerTransport({ serverId: asServerId(1), clusterId, limits });
    this.transport.setPeers(servers);
    this.transport.connect({
      onResponse: (_from: ServerId, response) => this.responses.push(response),
      onUnreachable: (_peer, reason) => this.failures.push(reason),
    });
  }

  get heard(): number {
    return this.responses.length + this.failures.length;
  }

  send(request: PeerMessage): void {
    this.transport.send(asServerId(0), request);
  }

  async failure(request: PeerMessage): Promise<string> {
    const before = this.failures.length;
    this.send(request);
    await waitUntil(() => this.failures.length > before);
    return this.failures.at(-1) ?? '';
  }
}

function append(round: number, prevLogIndex = 0, hashBytes = 0): PeerMessage {
  const index = asLogIndex(prevLogIndex + 1);
  const payload = encodeFileCommand({
    type: 'updatefile',
    name: 'f',
    version: 1,
    hashlist: ['h'.repeat(hashBytes)],
    requestId: undefined,
    timeMs: 0,
  });
  return {
    type: 'appendEntries',
    term: asTerm(2),
    leaderId: asServerId(1),
    prevLogIndex: asLogIndex(prevLogIndex),
    prevLogTerm: asTerm(prevLogIndex === 0 ? 0 : 1),
    entries: hashBytes === 0 ? [] : [{ index, term: asTerm(2), kind: 'command', payload }],
    leaderCommit: asLogIndex(0),
    round,
    majorityLost: false,
  };
}

const vote: PeerMessage = {
  type: 'requestVote',
  term: asTerm(2),
  candidateId: asServerId(1),
  lastLogIndex: asLogIndex(0),
  lastLogTerm: asTerm(0),
  preVote: true,
  leadershipTransfer: false,
};

function piece(dataBytes: number): PeerMessage {
  const data = new Uint8Array(dataBytes).fill(7);
  return {
    type: 'installSnapshot',
    term: asTerm(2),
    leaderId: asServerId(1),
    lastIncludedIndex: asLogIndex(5),
    lastIncludedTerm: asTerm(1),
    configuration: foundersOnly,
    imageBytes: 2 * dataBytes,
    imageChecksum: 1,
    offset: dataBytes,
    data,
    checksum: crc32c(data),
    done: true,
  };
}

const join: PeerMessage = {
  type: 'join',
  serverId: asServerId(1),
  incarnation: 'f'.repeat(32),
};

const report: PeerMessage = {
  type: 'stateReport',
  serverId: asServerId(1),
  index: asLogIndex(7),
  checksum: 2 ** 32 - 1,
};

describe('the peer transport', () => {
  let served: ServedReplica;
  let caller: Caller;

  beforeEach(async () => {
    served = await ServedReplica.start();
    caller = new Caller(served.port);
  });

  afterEach(async () => {
    caller.transport.close();
    await served.close();
  });

  it('brings requests in order over one connection, and the answers back', async () => {
    for (let round = 0; round < 100; round += 1) caller.send(append(round));
    caller.send(vote);
    expect(caller.heard).to.equal(0);
    await waitUntil(() => caller.heard === 101);
    expect(caller.failures).to.deep.equal([]);
    const rounds = caller.responses.flatMap((each) =>
      each.type === 'appendEntries' ? [each.round] : [],
    );
    expect(rounds).to.deep.equal([...Array(100).keys()]);
    expect(caller.responses.at(-1)).to.deep.include({ type: 'requestVote', preVote: true });
    expect(served.server.connectionCount).to.equal(1);
    expect(served.replica.peerCalls.every(({ from }) => from === 1)).to.equal(true);
  });

  it('does not wait for an answer before it sends the next request', async () => {
    served.replica.isHolding = true;
    for (let round = 0; round < 10; round += 1) caller.send(append(round));
    await waitUntil(() => served.replica.heldCount === 10);
    served.replica.release();
    await waitUntil(() => caller.responses.length === 10);
  });

  it('tells what was sent before another listener came to the one before it', async () => {
    served.replica.isHolding = true;
    caller.send(append(1));
    await waitUntil(() => served.replica.heldCount === 1);
    const later: PeerReply[] = [];
    caller.transport.connect({
      onResponse: (_from, response) => later.push(response),
      onUnreachable: () => undefined,
    });
    caller.send(vote);
    served.replica.release();
    await waitUntil(() => later.length + caller.responses.length === 2);
    expect(caller.responses.map(({ type }) => type)).to.deep.equal(['appendEntries']);
    expect(later.map(({ type }) => type)).to.deep.equal(['requestVote']);
  });

  it('carries entries that are longer than a call of a client may be', async () => {
    caller.send(append(1, 0, 17 * 1024 * 1024));
    await waitUntil(() => caller.heard === 1);
    expect(caller.failures).to.deep.equal([]);
    expect(served.replica.heard.length).to.be.above(17);
    expect(new Set(served.replica.heard)).to.deep.equal(new Set([asServerId(1)]));
    const [call] = served.replica.peerCalls;
    expect(
      call?.request.type === 'appendEntries' && call.request.entries[0]?.payload,
    ).to.have.length.above(17 * 1024 * 1024);
  });

  it('carries pieces of snapshots, and the peer hears them arrive', async () => {
    caller.send(piece(4 * 1024 * 1024));
    await waitUntil(() => caller.heard === 1);
    expect(caller.responses).to.deep.equal([
      {
        type: 'installSnapshot',
        term: 2,
        lastIncludedIndex: 5,
        nextOffset: 8 * 1024 * 1024,
        installed: true,
        refilling: false,
      },
    ]);
    expect(served.replica.heard.length).to.be.above(3);
    expect(new Set(served.replica.heard)).to.deep.equal(new Set([asServerId(1)]));
  });

  it('carries what makes servers known and what finds differing states', async () => {
    caller.send(join);
    caller.send(report);
    await waitUntil(() => caller.heard === 2);
    expect(caller.responses).to.deep.equal([
      {
        type: 'join',
        term: 3,
        knownIncarnation: 'f'.repeat(32),
        incarnation: '0'.repeat(32),
        leading: true,
        lastLogIndex: 9,
      },
      { type: 'stateReport' },
    ]);
    expect(served.replica.peerCalls.map(({ request }) => request)).to.deep.equal([join, report]);
  });

  it('does not let the answers to heartbeats wait for that to a snapshot', async () => {
    served.replica.isHolding = true;
    caller.send(piece(1));
    await waitUntil(() => served.replica.heldCount === 1);
    served.replica.isHolding = false;
    for (let round = 0; round < 3; round += 1) caller.send(append(round));
    await waitUntil(() => caller.responses.length === 3);
    expect(caller.responses.map(({ type }) => type)).to.not.include('installSnapshot');
    served.replica.release();
    await waitUntil(() => caller.responses.length === 4);
    expect(caller.failures).to.deep.equal([]);
  });

  it('tells a crashed peer as unreachable, and keeps the connection', async () => {
    served.replica.crash();
    expect(await caller.failure(append(0))).to.match(/^fault 2: isCrashed/);
    served.replica.restore();
    caller.send(append(1));
    await waitUntil(() => caller.responses.length === 1);
    expect(served.server.connectionCount).to.equal(1);
  });

  it('tells all that was under way when the peer cuts the connection', async () => {
    served.replica.isHolding = true;
    caller.send(append(0));
    caller.send(append(1));
    await waitUntil(() => served.replica.heldCount === 2);
    served.replica.answerPeer = () => ({ kind: 'closed' });
    served.replica.isHolding = false;
    caller.send(append(2));
    await waitUntil(() => caller.heard === 3);
    expect(caller.responses).to.deep.equal([]);
    served.replica.refuseHeld({ kind: 'busy' });
    expect(caller.heard).to.equal(3);
  });

  it('finds a peer that is back with the first request after its pause', async () => {
    const { port } = served;
    const pausing = new Caller(port, { reconnectPauseMs: 30 });
    pausing.send(append(0));
    await waitUntil(() => pausing.responses.length === 1);
    await served.close();
    await pausing.failure(append(1));
    served = await ServedReplica.start({ port });
    await waitUntil(() => {
      if (pausing.heard === pausing.failures.length + 1) pausing.send(append(2));
      return pausing.responses.length > 1;
    });
    pausing.transport.close();
  });

  it('hears nothing any more once it is closed', async () => {
    caller.send(append(0));
    caller.transport.close();
    const other = new Caller(served.port);
    other.send(append(1));
    await waitUntil(() => other.responses.length === 1);
    other.transport.close();
    expect(caller.heard).to.equal(0);
  });
});

describe('a peer that misbehaves', () => {
  let server: Server;
  let caller: Caller;
  const sockets: Socket[] = [];

  async function serve(
    behave: (socket: Socket) => void,
    limits?: Partial<PeerLimits>,
  ): Promise<void> {
    server = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => undefined);
      behave(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, host, resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    caller = new Caller(address.port, limits);
  }

  afterEach(() => {
    caller.transport.close();
    for (const socket of sockets.splice(0)) socket.destroy();
    server.close();
  });

  function answering(text: string): (socket: Socket) => void {
    return (socket) => {
      socket.on('data', () => socket.write(text));
    };
  }

  it('is unreachable when it refuses connections, without a storm of attempts', async () => {
    await serve((socket) => socket.destroy(), { reconnectPauseMs: 10_000 });
    for (let count = 0; count < 20; count += 1) await caller.failure(append(count));
    expect(sockets).to.have.lengthOf(1);
  });

  it('is unreachable when it does not answer in time, with all that waits', async () => {
    await serve(() => undefined, { requestTimeoutMs: 30 });
    caller.send(append(0));
    caller.send(append(1));
    await waitUntil(() => caller.failures.length === 2);
    expect(caller.failures).to.deep.equal(Array(2).fill('no answer within 31 ms'));
  });

  it('is unreachable when it speaks something else', async () => {
    const answers: readonly (readonly [string, RegExp])[] = [
      ['SSH-2.0-x\r\n\r\n', /not a response of HTTP/],
      ['HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n', /HTTP status 404/],
      ['HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi', /not a response/],
      [`HTTP/1.1 200 OK\r\nContent-Length: ${2 ** 30}\r\n\r\n`, /a response of/],
      [xmlAnswer('<value><int>1</int></value>'), /not a response of a peer: expected a struct/],
    ];
    for (const [text, reason] of answers) {
      await serve(answering(text));
      expect(await caller.failure(append(0)), text).to.match(reason);
      caller.transport.close();
      server.close();
    }
  });

  it('cannot answer what it was not asked', async () => {
    const empty = 'HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n';
    await serve(answering(empty + empty), { reconnectPauseMs: 0 });
    expect(await caller.failure(append(0))).to.equal('HTTP status 204');
    await waitUntil(() => sockets[0]?.destroyed === true);
    expect(await caller.failure(append(1))).to.equal('HTTP status 204');
    expect(sockets).to.have.lengthOf(2);
  });

  it('gets no more requests than fit, by number and by bytes', async () => {
    await serve(() => undefined, { outstandingMax: 3 });
    for (let count = 0; count < 3; count += 1) caller.send(append(count));
    expect(await caller.failure(append(3))).to.equal('3 requests are under way');
    caller.transport.close();
    server.close();
    await serve(() => undefined, { outstandingBytesMax: 1_000 });
    caller.send(append(0, 0, 5_000));
    expect(await caller.failure(append(1))).to.match(/bytes are under way/);
  });
});

function xmlAnswer(value: string): string {
  const body = `<methodResponse><params><param>${value}</param></params></methodResponse>`;
  return `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}
