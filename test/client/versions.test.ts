/** What the client asks of older versions of files, and what it makes of the answers. */
import { expect } from 'chai';
import { UnexpectedAnswer, Unsupported } from '../../src/client/client-errors.js';
import { ClusterClient } from '../../src/client/cluster-client.js';
import type { XmlValue } from '../../src/rpc/xml-value.js';
import { failureOf } from './failure-of.js';
import { cut, fault, ScriptedServer, value, type Reply } from './scripted-server.js';

describe('ClusterClient, asked for versions', () => {
  let server: ScriptedServer;
  let cluster: ClusterClient;

  beforeEach(async () => {
    server = await ScriptedServer.start(0);
    cluster = new ClusterClient([server.endpoint]);
  });

  afterEach(async () => {
    cluster.close();
    await server.stop();
  });

  function answer(reply: Reply): void {
    server.isLeader = true;
    server.onCall = () => reply;
  }

  it('reads the versions of a file, and those of all files by pages', async () => {
    const version = new Map<string, XmlValue>([
      ['version', 2],
      ['time', 1_764_000_000_000],
      ['hashlist', ['h', 7]],
    ]);
    answer(value([version]));
    expect(await cluster.getFileVersions('a')).to.deep.equal([
      { version: 2, timeMs: 1_764_000_000_000, hashlist: ['h', 7] },
    ]);
    const pages = [
      { versions: [['a', 2, 5, ['x']]], more: true },
      { versions: [['a', 1, 0, []]], more: false },
    ];
    let asked = 0;
    server.onCall = () => {
      const { versions = [], more = false } = pages[asked++] ?? {};
      return value(new Map<string, XmlValue>([['versions', versions]]).set('more', more));
    };
    const seen = [];
    for await (const each of cluster.versions()) seen.push(each);
    expect(seen).to.deep.equal([
      { name: 'a', version: 2, timeMs: 5, hashlist: ['x'] },
      { name: 'a', version: 1, timeMs: 0, hashlist: [] },
    ]);
    expect(server.received.slice(1).map(({ params }) => params)).to.deep.equal([
      ['', 500, 0],
      ['a', 500, 2],
    ]);
  });

  it('tells again what is to be forgotten when the connection is cut', async () => {
    answer(value(true));
    let asked = 0;
    server.onCall = () => (asked++ === 0 ? cut : value(true));
    await cluster.forgetVersions([{ name: 'a', version: 1 }]);
    expect(server.received.map(({ params }) => params)).to.deep.equal([[[['a', 1]]], [[['a', 1]]]]);
    answer(value(false));
    expect(await failureOf(cluster.forgetVersions([]))).to.be.instanceOf(UnexpectedAnswer);
  });

  it('says so when the servers are too old to know what is asked', async () => {
    answer(fault(-32601, 'unknown method "getfileversions"'));
    const failure = await failureOf(cluster.getFileVersions('a'));
    expect(failure).to.be.instanceOf(Unsupported);
    expect(failure).to.have.property('message').that.contains('is older than this program');
  });

  it('makes nothing of answers of another shape', async () => {
    const version = (time: XmlValue): XmlValue =>
      new Map<string, XmlValue>([['version', 1]]).set('time', time).set('hashlist', []);
    for (const odd of [1, [1], [version('1')], [new Map([['version', 1]])]]) {
      answer(value(odd));
      expect(await failureOf(cluster.getFileVersions('a'))).to.be.instanceOf(UnexpectedAnswer);
    }
    const page = (versions: XmlValue, more: XmlValue): XmlValue =>
      new Map([['versions', versions]]).set('more', more);
    for (const odd of [
      [],
      page(1, true),
      page([], 1),
      page([['a', 1, []]], true),
      page([[1, 1, 1, []]], true),
    ]) {
      answer(value(odd));
      expect(await failureOf(cluster.getVersionsPage('', 1))).to.be.instanceOf(UnexpectedAnswer);
    }
    answer(value(page([], true)));
    expect(await failureOf(cluster.versions().next())).to.be.instanceOf(UnexpectedAnswer);
  });
});
