/**
 * The calls of the site at the port: what they answer, and to whom. The other address is one of the
 * loopback network that no machine of the configuration has.
 */
import { expect } from 'chai';
import { ClusterSecret } from '../../src/rpc/cluster-secret.js';
import { encodeCall } from '../../src/rpc/codec/encode.js';
import type { SiteRead, SiteUpdated } from '../../src/site/site-call.js';
import * as words from '../site/site-words.js';
import { answerFrom, postFrom, type Headers } from './support/call-from.js';
import { host, ServedReplica } from './support/served-replica.js';

const counts = JSON.stringify({ type: 'counts' });
const signUp = JSON.stringify(words.signUp(1));
const outside = '127.0.0.2';

/** `code text` of a fault, or `answered`. */
function answerTo(
  { port }: ServedReplica,
  from: string,
  call: readonly [string, ...string[]],
  headers?: Headers,
): Promise<string> {
  return answerFrom({ port, from }, call, headers);
}

function post({ port }: ServedReplica, from: string, body: string): Promise<Buffer> {
  return postFrom({ port, from }, body);
}

async function json<Value>(served: ServedReplica, name: string, ...params: (string | number)[]) {
  const text = await served.value(name, ...params);
  expect(text).to.be.a('string');
  return JSON.parse(text as string) as Value;
}

describe('the calls of the site', () => {
  let served: ServedReplica;

  beforeEach(async () => {
    served = await ServedReplica.start();
  });

  afterEach(() => served.close());

  it('carry out a command by the clock of the server, and read what came of it', async () => {
    served.nowMs = 77;
    const updated = await json<SiteUpdated>(served, 'updatesite', signUp);
    expect(updated).to.deep.equal({ result: { kind: 'done' }, index: 1 });
    const viewer = JSON.stringify({ type: 'viewer', tokenHash: words.tokenHash(1) });
    expect(await json<SiteRead>(served, 'readsite', viewer, 1)).to.deep.equal({
      ...{ server: 0, term: 3, leader: 0, applied: 1, committed: 1 },
      answer: { type: 'viewer', viewer: 'user-1', now: 77 },
    });
    expect(await json<SiteRead>(served, 'readsite', viewer, 2)).to.have.property('answer', null);
  });

  it('name what is wrong with their arguments', async () => {
    expect(await served.fault('updatesite', '{"type":"like"}')).to.equal(
      '-32602 argument 1 (command) of updatesite: the command lacks tokenHash',
    );
    expect(await served.fault('readsite', counts, -1)).to.contain('argument 2 (atLeastIndex)');
    expect(await served.fault('updatesite', 'x'.repeat(65_537))).to.contain('65536 bytes');
    const noXml = JSON.stringify({ type: 'counts', 'a\ufffe\u0001': 1 }).replace(
      '\ufffe',
      '\\ufffe',
    );
    expect(await served.fault('readsite', noXml)).to.contain('has no field "a??"');
    expect(served.replica.log).to.deep.equal([]);
  });

  it('read from a server that does not lead, but not from one that is crashed', async () => {
    served.replica.role = 'follower';
    served.replica.leaderId = undefined;
    const { answer, leader } = await json<SiteRead>(served, 'readsite', counts);
    expect(answer).to.have.property('type', 'counts');
    expect(leader).to.equal(null);
    expect(await served.fault('updatesite', signUp)).to.match(/^1 not the leader/);
    served.replica.crash();
    expect(await served.fault('readsite', counts)).to.match(/^2 isCrashed/);
  });

  it('show nothing secret in getinternalstate', async () => {
    await served.value('updatesite', signUp);
    await served.value('updatesite', JSON.stringify(words.post(1, 5)));
    const body = (await post(served, host, encodeCall('getinternalstate', []))).toString();
    expect(body).to.contain('user-1').and.to.contain('Post 5');
    const { salt, key } = words.password(1);
    for (const secret of [words.tokenHash(1), words.sessionId(1), salt, key]) {
      expect(body).not.to.contain(secret);
    }
  });

  describe('of a cluster that shares no secret', () => {
    const refused = /^6 unauthorised: .* 127\.0\.0\.2 is none of them; .*--secret-file/;

    it('are answered to its own machines only, and change nothing for others', async () => {
      expect(await answerTo(served, outside, ['updatesite', signUp])).to.match(refused);
      expect(await answerTo(served, outside, ['readsite', counts])).to.match(refused);
      expect(served.replica.log).to.deep.equal([]);
      expect(await answerTo(served, outside, ['ping'])).to.equal('answered');
      expect(await answerTo(served, host, ['readsite', counts])).to.equal('answered');
    });

    it('believe nothing that a request says of where it comes from', async () => {
      for (const headers of [
        { 'x-forwarded-for': host },
        { forwarded: `for=${host}` },
        { 'x-real-ip': host, host: 'localhost' },
        { 'x-surfraft-peer': '1' },
        { 'x-surfraft-secret': 'guess' },
      ]) {
        expect(await answerTo(served, outside, ['updatesite', signUp], headers)).to.match(refused);
      }
      expect(served.replica.log).to.deep.equal([]);
    });

    it('are not made by pages that a browser on these machines shows', async () => {
      const refusedPage = /^6 unauthorised: .* not by pages/;
      for (const headers of [
        { origin: 'https://evil.example' },
        { origin: 'null' },
        { origin: `http://localhost:${served.port}` },
        { 'sec-fetch-site': 'same-origin' },
        { 'sec-fetch-site': 'none', 'content-type': '' },
      ]) {
        for (const call of [['updatesite', signUp] as const, ['readsite', counts] as const]) {
          expect(await answerTo(served, host, call, headers)).to.match(refusedPage);
        }
      }
      expect(served.replica.log).to.deep.equal([]);
    });

    it('are refused inside of a multicall, and over node:http, too', async () => {
      const call = new Map<string, unknown>([
        ['methodName', 'updatesite'],
        ['params', [signUp]],
      ]);
      const body = encodeCall('system.multicall', [[call as Map<string, string>]]);
      expect((await post(served, outside, body)).toString()).to.contain('unauthorised');
      const odd = { expect: '100-continue' };
      expect(await answerTo(served, outside, ['updatesite', signUp], odd)).to.match(refused);
      expect(served.replica.log).to.deep.equal([]);
    });
  });

  it('of a cluster with a secret need it, from wherever they come', async () => {
    const guarded = await ServedReplica.start({ secret: new ClusterSecret('open~Sesame!') });
    const right = { 'x-surfraft-secret': 'open~Sesame!' };
    const missing = "6 unauthorised: the call lacks the cluster's secret";
    expect(await answerTo(guarded, host, ['updatesite', signUp])).to.equal(missing);
    expect(await answerTo(guarded, host, ['readsite', counts])).to.equal(missing);
    const wrong = { 'x-surfraft-secret': 'open' };
    expect(await answerTo(guarded, host, ['readsite', counts], wrong)).to.contain('6 unauth');
    expect(guarded.replica.log).to.deep.equal([]);
    expect(await answerTo(guarded, outside, ['updatesite', signUp], right)).to.equal('answered');
    expect(await answerTo(guarded, outside, ['readsite', counts], right)).to.equal('answered');
    await guarded.close();
  });
});
