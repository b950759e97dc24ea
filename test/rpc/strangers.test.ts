/**
 * Calls of the cluster's inside that come from outside: refused, and without effect. The stranger's
 * address is one of the loopback network that no machine of the configuration has.
 */
import { expect } from 'chai';
import { ClusterSecret } from '../../src/rpc/cluster-secret.js';
import { encodeCall } from '../../src/rpc/codec/encode.js';
import type { XmlValue } from '../../src/rpc/xml-value.js';
import { answerFrom, postFrom, type Headers } from './support/call-from.js';
import { append, vote } from './support/peer-structs.js';
import { host, ServedReplica, type ServeOptions } from './support/served-replica.js';

const stranger = '127.0.0.2';

const peerCalls: readonly (readonly [string, ...XmlValue[]])[] = [
  ['RequestVote', vote],
  ['AppendEntries', append],
];
const testerCalls: readonly (readonly [string, ...XmlValue[]])[] = [
  ['crash'],
  ['restore'],
  ['iscrashed'],
  ['tester_getversion', 'f'],
  ['getinternalstate'],
  ['setleader'],
  ['sendheartbeat'],
  ['makeserverunreachablefrom', [1, 2]],
];
const storeCalls: readonly (readonly [string, ...XmlValue[]])[] = [
  ['blockstore_list', '', 10],
  ['blockstore_remove', 'a'.repeat(64), 0],
];

const refused = /^6 unauthorised: .*127\.0\.0\.2 is none of them/;

describe('a stranger', () => {
  let served: ServedReplica;

  afterEach(() => served.close());

  async function start(options: ServeOptions = {}): Promise<void> {
    served = await ServedReplica.start(options);
  }

  function answer(
    call: readonly [string, ...XmlValue[]],
    from = stranger,
    headers?: Headers,
  ): Promise<string> {
    return answerFrom({ port: served.port, from }, call, headers);
  }

  function expectNoEffect(): void {
    expect(served.replica.peerCalls).to.deep.equal([]);
    expect(served.replica.isCrashed()).to.equal(false);
    expect(served.replica.cut).to.equal(undefined);
  }

  it('makes no call of the servers, of their stores or of the tester', async () => {
    await start();
    for (const call of [...peerCalls, ...storeCalls, ...testerCalls]) {
      expect(await answer(call), call[0]).to.match(refused);
    }
    expectNoEffect();
  });

  it('may call what is for clients', async () => {
    await start();
    expect(await answer(['updatefile', 'f', 1, []])).to.equal('answered');
    expect(await answer(['isleader'])).to.equal('answered');
    expect(await answer(['system.listMethods'])).to.equal('answered');
  });

  it('is believed nothing of what it says of itself', async () => {
    await start();
    for (const headers of [
      { 'x-surfraft-peer': '1' },
      { 'x-surfraft-peer': '1', 'x-forwarded-for': host },
      { 'x-surfraft-secret': 'guess', forwarded: `for=${host}` },
    ]) {
      for (const call of [...peerCalls, ...testerCalls]) {
        expect(await answer(call, stranger, headers), call[0]).to.match(refused);
      }
    }
    const inside = new Map<string, XmlValue>([
      ['methodName', 'crash'],
      ['params', []],
    ]);
    const body = encodeCall('system.multicall', [[inside]]);
    const text = (await postFrom({ port: served.port, from: stranger }, body)).toString();
    expect(text).to.contain('unauthorised');
    expectNoEffect();
  });

  it('is no server in its bounds either: its long calls are those of a client', async () => {
    await start({ limits: { callBodyBytesMax: 2_000, peerBodyBytesMax: 200_000, lingerMs: 50 } });
    const long = ['RequestVote', new Map(vote).set('x', 'y'.repeat(3_000))] as const;
    const way = { port: served.port, from: stranger };
    const body = encodeCall(long[0], [long[1]]);
    const text = (await postFrom(way, body, { 'x-surfraft-peer': '1' })).toString();
    expect(text).to.contain('2000');
    expectNoEffect();
  });

  it('may test a cluster that is open to testers, or whose secret it knows', async () => {
    await start({ testerApi: 'open' });
    expect(await answer(['crash'])).to.equal('answered');
    expect(served.replica.isCrashed()).to.equal(true);
    await served.close();
    const secret = new ClusterSecret('open~Sesame!');
    await start({ secret });
    expect(await answer(['crash'])).to.match(refused);
    expect(await answer(['crash'], stranger, secret.headers)).to.equal('answered');
  });

  it('is one who comes from a machine of the cluster only to a cluster with a secret', async () => {
    await start();
    for (const call of [...storeCalls, ...testerCalls, ...peerCalls]) {
      const answered = await answer(call, host);
      expect(answered, call[0]).not.to.match(/^6 /);
      served.replica.restore();
    }
    await served.close();
    await start({ secret: new ClusterSecret('open~Sesame!') });
    for (const call of [...storeCalls, ...peerCalls]) {
      expect(await answer(call, host), call[0]).to.match(/^6 unauthorised: the call lacks/);
    }
    // People try a cluster on their own machine without having its secret at hand.
    expect(await answer(['iscrashed'], host)).to.equal('answered');
  });
});
