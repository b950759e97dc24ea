/** The feed of a server, and who may have it, over a real port. */
import { expect } from 'chai';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { asLogIndex, asServerId, asTerm } from '../../src/base/ids.js';
import type { FeedEventName, FeedMessage } from '../../src/live/feed.js';
import { readFeedEvent, type FeedEvent } from '../../src/live/read-feed.js';
import type { AppendEntriesRequest, Entry, RequestVoteRequest } from '../../src/raft/messages.js';
import { encodeCall } from '../../src/rpc/codec/encode.js';
import { WatchedTransport } from '../../src/rpc/live/watched-transport.js';
import type { PeerListener } from '../../src/replica/peer-transport.js';
import type { XmlValue } from '../../src/rpc/xml-value.js';
import { grant } from './support/fake-replica.js';
import { host, ServedReplica, type ServeOptions } from './support/served-replica.js';
import { waitUntil } from './support/wait-until.js';

const heartbeat: AppendEntriesRequest = {
  type: 'appendEntries',
  term: asTerm(3),
  leaderId: asServerId(0),
  prevLogIndex: asLogIndex(4),
  prevLogTerm: asTerm(3),
  entries: [],
  leaderCommit: asLogIndex(4),
  round: 0,
  majorityLost: false,
};

const vote: RequestVoteRequest = {
  type: 'requestVote',
  term: asTerm(5),
  candidateId: asServerId(0),
  lastLogIndex: asLogIndex(4),
  lastLogTerm: asTerm(3),
  preVote: false,
  leadershipTransfer: false,
};

const entry: Entry = {
  index: asLogIndex(5),
  term: asTerm(3),
  kind: 'noop',
  payload: new Uint8Array(),
};

/** Somebody at the other end of `/live`. */
class Listener {
  readonly events: FeedEvent[] = [];
  isOver = false;
  readonly #response: IncomingMessage;

  private constructor(response: IncomingMessage) {
    this.#response = response;
    let text = '';
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => {
      const parts = (text + chunk).split('\n\n');
      text = parts.pop() ?? '';
      for (const part of parts) this.#take(part);
    });
    response.on('error', () => undefined);
    response.on('close', () => (this.isOver = true));
  }

  static async open(port: number, headers: Record<string, string> = {}): Promise<Listener> {
    const response = await get(port, headers);
    if (response.statusCode !== 200) throw new Error(`status ${String(response.statusCode)}`);
    return new Listener(response);
  }

  get messages(): readonly FeedMessage[] {
    return this.events.flatMap((event) => (event.name === 'messages' ? event.messages : []));
  }

  named<Name extends FeedEventName>(name: Name) {
    type Named = Extract<FeedEvent, { readonly name: Name }>;
    return this.events.filter((event): event is Named => event.name === name);
  }

  close(): void {
    this.#response.destroy();
  }

  pause(): void {
    this.#response.pause();
  }

  #take(part: string): void {
    const [, name = '', data = ''] = /^event: (\w+)\ndata: (.*)$/.exec(part) ?? [];
    const event = readFeedEvent(name as FeedEventName, data);
    if (event === undefined) throw new Error(`not an event: ${part}`);
    this.events.push(event);
  }
}

function get(port: number, headers: Record<string, string>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host, port, path: '/live', headers, agent: false }, resolve);
    request.on('error', reject);
    request.end();
  });
}

describe('the live feed', () => {
  let served: ServedReplica;

  async function serve(options: ServeOptions = {}): Promise<void> {
    served = await ServedReplica.start({ isLive: true, ...options });
  }

  afterEach(() => served.close());

  it('tells who speaks, its state, the end of its log, and what has happened before', async () => {
    await serve();
    served.feed.observe({ type: 'crashed' }, 'crash switch on');
    await served.value('updatefile', 'notes.txt', 1, ['h']);
    await served.value('updatefile', 'notes.txt', 2, ['0']);
    served.replica.appendNoop();
    const listener = await Listener.open(served.port);
    await waitUntil(() => listener.named('happening').length > 0);
    expect(listener.named('hello')[0]?.hello).to.deep.include({
      ...{ serverId: 0, whyNoCalls: null, whyNoFaults: null },
    });
    expect(listener.named('status')[0]?.report).to.deep.include({ serverId: 0, term: 3 });
    expect(listener.named('log')[0]?.log).to.deep.equal({
      ...{ firstIndex: 1, lastIndex: 3 },
      entries: [
        { index: 1, term: 3, kind: 'file', name: 'notes.txt', version: 1 },
        { index: 2, term: 3, kind: 'deletion', name: 'notes.txt', version: 2 },
        { index: 3, term: 3, kind: 'noop' },
      ],
    });
    expect(listener.named('happening')[0]?.happening).to.deep.include({
      ...{ number: 1, kind: 'crash', text: 'crash switch on' },
    });
    listener.close();
  });

  it('tells changes soon, and what rests once a second', async () => {
    await serve();
    const listener = await Listener.open(served.port);
    await waitUntil(() => listener.named('status').length > 0);
    served.replica.storageError = 'disk full';
    await waitUntil(() => listener.named('status').at(-1)?.report.storageError === 'disk full');
    const { length } = listener.events;
    await waitUntil(() => listener.events.length > length);
    served.feed.observe({ type: 'restored' }, 'again');
    await waitUntil(() => listener.named('happening').at(-1)?.happening.text === 'again');
    expect(listener.named('log')).to.have.length.at.most(2);
    listener.close();
  });

  it('counts messages of one kind, leaves no vote out, and holds heartbeats back', async () => {
    await serve();
    const { feed } = served;
    const listener = await Listener.open(served.port);
    await waitUntil(() => feed.isOn);
    const [one, two] = [asServerId(1), asServerId(2)];
    for (let i = 0; i < 50; i += 1) feed.sent(one, heartbeat);
    feed.sent(two, vote);
    feed.sent(one, { ...heartbeat, entries: [entry, { ...entry, index: asLogIndex(6) }] });
    const answer = grant(vote);
    if (answer.kind === 'response') feed.answered(two, answer.response);
    feed.lost(one);
    await waitUntil(() => listener.messages.some(({ fate }) => fate === 'lost'));
    expect(listener.messages).to.deep.include({
      ...{ kind: 'vote', fate: 'ask', from: 0, to: 2, term: 5, count: 1 },
    });
    expect(listener.messages).to.deep.include({
      ...{ kind: 'vote', fate: 'yes', from: 2, to: 0, term: 5, count: 1 },
    });
    expect(listener.messages).to.deep.include({
      ...{ kind: 'entries', fate: 'ask', from: 0, to: 1, term: 3, count: 1, first: 5, last: 6 },
    });
    const beats = listener.messages.filter(
      ({ fate, kind }) => kind === 'heartbeat' && fate === 'ask',
    );
    expect(beats.reduce((sum, { count }) => sum + count, 0)).to.equal(50);
    expect(beats).to.have.length.at.most(2);
    listener.close();
  });

  it('hears no answer of a server that this one accepts nothing from', async () => {
    await serve();
    const listener = await Listener.open(served.port);
    await waitUntil(() => served.feed.isOn);
    served.replica.setUnreachable([asServerId(1)], 'receive');
    const answer = grant(vote);
    if (answer.kind === 'response') served.feed.answered(asServerId(1), answer.response);
    await waitUntil(() => listener.messages.length > 0);
    expect(listener.messages.map(({ fate }) => fate)).to.deep.equal(['lost']);
    listener.close();
  });

  it('computes nothing while nobody listens', async () => {
    await serve();
    const told: string[] = [];
    let peer: PeerListener | undefined;
    const transport = new WatchedTransport(
      {
        setPeers: () => undefined,
        connect: (listener) => (peer = listener),
        send: () => undefined,
        close: () => undefined,
      },
      {
        get isOn() {
          return served.feed.isOn;
        },
        sent: () => told.push('sent'),
        answered: () => told.push('answered'),
        lost: () => told.push('lost'),
      },
    );
    const heard: string[] = [];
    transport.connect({
      onResponse: () => heard.push('response'),
      onUnreachable: () => heard.push('unreachable'),
    });
    const exchange = (): void => {
      transport.send(asServerId(1), heartbeat);
      peer?.onResponse(asServerId(1), { type: 'stateReport' });
      peer?.onUnreachable(asServerId(1), 'gone');
    };
    exchange();
    expect(told).to.deep.equal([]);
    const listener = await Listener.open(served.port);
    await waitUntil(() => served.feed.isOn);
    exchange();
    expect(told).to.deep.equal(['sent', 'answered', 'lost']);
    listener.close();
    await waitUntil(() => !served.feed.isOn);
    exchange();
    expect(told).to.have.length(3);
    expect(heard).to.have.length(6);
  });

  it('has a bounded number of listeners, and forgets those that are gone', async () => {
    await serve({ limits: { feedListenersMax: 2 } });
    const [first, second] = [await Listener.open(served.port), await Listener.open(served.port)];
    const refused = await get(served.port, {});
    expect([refused.statusCode, refused.headers['retry-after']]).to.deep.equal([503, '10']);
    refused.resume();
    first.close();
    await waitUntil(() => served.feed.listenerCount < 2);
    const third = await Listener.open(served.port);
    for (const listener of [second, third]) listener.close();
  });

  it('cuts off who reads nothing, at the cost of a bounded memory', async () => {
    await serve();
    const slow = await Listener.open(served.port);
    await waitUntil(() => served.feed.isOn);
    slow.pause();
    const text = 'x'.repeat(10_000);
    for (let told = 0; told < 2_000 && served.feed.isOn; told += 1) {
      served.feed.observe({ type: 'restored' }, text);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(served.feed.listenerCount).to.equal(0);
    slow.close();
  });

  it('ends when the server stops', async () => {
    await serve();
    const listener = await Listener.open(served.port);
    await waitUntil(() => served.feed.isOn);
    await served.close();
    await waitUntil(() => listener.isOver);
    expect(served.feed.isOn).to.equal(false);
  });

  it('is not for pages from elsewhere, nor under a name that may be led here', async () => {
    await serve();
    const refused: readonly Record<string, string>[] = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { host: `evil.example:${served.port}` },
      { host: `evil.example:${served.port}`, origin: `http://evil.example:${served.port}` },
    ];
    for (const headers of refused) {
      const response = await get(served.port, headers);
      response.resume();
      expect(response.statusCode, JSON.stringify(headers)).to.equal(403);
      expect(response.headers['access-control-allow-origin']).to.equal(undefined);
    }
    const origin = 'http://localhost:9502';
    const response = await get(served.port, { origin });
    expect(response.headers['access-control-allow-origin']).to.equal(origin);
    response.destroy();
  });

  it('says why a page cannot break servers', async () => {
    const whyNoFaults = async (options: ServeOptions, headers = {}) => {
      await serve(options);
      const listener = await Listener.open(served.port, headers);
      await waitUntil(() => listener.named('hello').length > 0);
      listener.close();
      await served.close();
      return listener.named('hello')[0]?.hello.whyNoFaults;
    };
    expect(await whyNoFaults({ testerApi: 'none' })).to.match(/--no-tester-api/);
    expect(await whyNoFaults({ testerApi: 'inside' })).to.equal(null);
    expect(await whyNoFaults({ testerApi: 'open' })).to.equal(null);
    expect(await whyNoFaults({}, { host: '10.0.0.5:9001' })).to.match(
      /not opened at an address of the configuration, such as http:\/\/localhost:9501\//,
    );
  });
});

describe('a call that a page makes', () => {
  let served: ServedReplica;

  beforeEach(async () => {
    served = await ServedReplica.start({ isLive: true });
  });

  afterEach(() => served.close());

  async function crashFrom(headers: Record<string, string>): Promise<boolean> {
    await fetch(served.url(), {
      method: 'POST',
      headers: { 'content-type': 'text/xml', ...headers },
      body: encodeCall('crash', []),
    });
    const isCrashed = served.replica.isCrashed();
    served.replica.restore();
    return isCrashed;
  }

  it('breaks a server from a page of the cluster, and from no other', async () => {
    expect(await crashFrom({ origin: 'http://localhost:9502' })).to.equal(true);
    expect(await crashFrom({ origin: `http://127.0.0.1:${served.port}` })).to.equal(true);
    expect(await crashFrom({ origin: 'http://evil.example' })).to.equal(false);
    expect(await crashFrom({ origin: 'http://localhost:3000' })).to.equal(false);
    expect(await crashFrom({ origin: 'null' })).to.equal(false);
    expect(await crashFrom({ 'sec-fetch-site': 'same-origin' })).to.equal(false);
  });

  it('changes no file from a page from elsewhere, alone or in a multicall', async () => {
    const update = new Map<string, XmlValue>([
      ['methodName', 'updatefile'],
      ['params', ['f', 1, []]],
    ]);
    const bodies = [
      encodeCall('updatefile', ['f', 1, []]),
      encodeCall('system.multicall', [[update]]),
    ];
    for (const body of bodies) {
      // As a page can send it without asking beforehand: without a type of its contents.
      const headers = { origin: 'http://evil.example', 'content-type': '' };
      const response = await fetch(served.url(), { method: 'POST', headers, body });
      expect(await response.text()).to.include('not by pages from elsewhere');
    }
    expect(served.replica.log).to.deep.equal([]);
    const headers = { origin: 'http://localhost:9502', 'content-type': 'text/xml' };
    await fetch(served.url(), { method: 'POST', headers, body: bodies[0] ?? '' });
    expect(served.replica.log).to.have.length(1);
  });

  it('may be asked for beforehand by pages of the cluster only', async () => {
    const ask = (origin: string) =>
      fetch(served.url(), {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST' },
      });
    const origin = 'http://localhost:9503';
    const allowed = await ask(origin);
    expect(allowed.status).to.equal(204);
    expect(allowed.headers.get('access-control-allow-origin')).to.equal(origin);
    expect(allowed.headers.get('access-control-allow-methods')).to.equal('POST');
    expect(allowed.headers.get('vary')).to.equal('Origin');
    const refused = await ask('http://evil.example');
    expect(refused.status).to.equal(405);
    expect(refused.headers.get('access-control-allow-origin')).to.equal(null);
  });
});
