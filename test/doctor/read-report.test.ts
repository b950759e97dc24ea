/** Status pages as servers make them, and what else may come from an address. */
import { expect } from 'chai';
import { readReport } from '../../src/doctor/read-report.js';
import { ServedReplica } from '../rpc/support/served-replica.js';

describe('a report', () => {
  let page: Record<string, unknown>;

  before(async () => {
    const served = await ServedReplica.start();
    page = (await (await fetch(served.url('/status'))).json()) as Record<string, unknown>;
    await served.close();
  });

  const read = (changes: Record<string, unknown>) =>
    readReport(JSON.stringify({ ...page, ...changes }));

  it('is read from the page of a server', () => {
    expect(read({})).to.deep.include({
      ...{ serverId: 0, role: 'leader', term: 3, leaderId: 0, standing: 'member' },
      ...{ storageError: undefined, stateMismatch: undefined, clockMs: 1, configDigest: 'c0ffee' },
      followers: [{ serverId: 1, matchIndex: 0, silentMs: undefined }],
    });
    expect(read({ leaderId: -1 })?.leaderId).to.equal(undefined);
    expect(read({ stateMismatch: { index: 7, servers: [1] } })?.stateMismatch).to.deep.equal({
      ...{ index: 7, servers: [1] },
    });
    const links = [{ id: 1, answeredMs: null, heardMs: 4, failure: 'x' }];
    expect(read({ links })?.links).to.deep.equal([
      { id: 1, answeredMs: undefined, heardMs: 4, failure: 'x' },
    ]);
  });

  it('is read from the page of a server that tells less, as older ones do', () => {
    const newer = [
      'votedFor',
      'links',
      'unreachableDirection',
      'clockMs',
      'configDigest',
      'dataSinceMs',
      'format',
    ];
    const old = Object.fromEntries(Object.entries(page).filter(([name]) => !newer.includes(name)));
    expect(readReport(JSON.stringify(old))).to.deep.include({
      ...{ serverId: 0, links: [], unreachableDirection: 'both', clockMs: undefined },
    });
  });

  it('is nothing else', () => {
    for (const text of ['', 'null', '[]', '7', '{}', '<html>', '{"serverId": 0}']) {
      expect(readReport(text), text).to.equal(undefined);
    }
    for (const name of Object.keys(page)) {
      const isNeeded = read({ [name]: { wrong: true } }) === undefined;
      const unread = ['isLeader', 'pendingCalls', 'formatInUse', 'connections', 'nextId'];
      expect(isNeeded, name).to.equal(!unread.includes(name));
    }
  });
});
