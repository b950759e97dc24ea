/** The changes of files in the order of the log, as whoever watches a cluster reads them. */
import { expect } from 'chai';
import { changesMax } from '../../src/base/limits.js';
import type { XmlStruct } from '../../src/rpc/xml-value.js';
import { ServedReplica } from './support/served-replica.js';

describe('getchanges', () => {
  let served: ServedReplica;

  beforeEach(async () => {
    served = await ServedReplica.start();
  });

  afterEach(() => served.close());

  async function changesAfter(index: number): Promise<readonly unknown[]> {
    const answer = await served.struct('getchanges', index);
    return (answer.get('changes') as readonly XmlStruct[]).map((each) => Object.fromEntries(each));
  }

  it('tells the updates behind an entry, deletions too, and nothing else of the log', async () => {
    served.nowMs = 1_764_000_000_000;
    await served.value('updatefile', 'é', 1, ['x', 7]);
    served.replica.appendNoop();
    await served.value('forgetversions', [['é', 1]]);
    await served.value('updatefile', 'é', 2, '0');
    await served.value('updatefile', 'odd', 1, ['0', '0']);
    const same = { term: 3, time: 1_764_000_000_000 };
    expect(await changesAfter(0)).to.deep.equal([
      { ...same, index: 1, name: 'é', version: 1, items: 2, deleted: false },
      { ...same, index: 4, name: 'é', version: 2, items: 1, deleted: true },
      { ...same, index: 5, name: 'odd', version: 1, items: 2, deleted: false },
    ]);
    expect(await changesAfter(4)).to.have.length(1);
    const end = await served.struct('getchanges', 5);
    expect(Object.fromEntries(end)).to.deep.equal({
      ...{ changes: [], through: 5, firstLogIndex: 1, lastApplied: 5 },
    });
  });

  it('goes on with the next answer where there are more than fit', async () => {
    for (let entry = 0; entry < changesMax; entry += 1) served.replica.appendNoop();
    await served.value('updatefile', 'f', 1, []);
    const first = await served.struct('getchanges', 0);
    expect(first.get('changes')).to.deep.equal([]);
    expect(first.get('through')).to.equal(changesMax);
    expect(await changesAfter(changesMax)).to.have.length(1);
  });

  it('ends an answer by its bytes, but never before its first change', async () => {
    const long = 'h'.repeat(3 * 1024 * 1024);
    await served.value('updatefile', 'f', 1, [long, long]);
    await served.value('updatefile', 'f', 2, [long]);
    expect((await served.struct('getchanges', 0)).get('through')).to.equal(1);
    expect((await served.struct('getchanges', 1)).get('through')).to.equal(2);
  });

  it('answers from a follower, and not from a crashed server or beyond the log', async () => {
    await served.value('updatefile', 'f', 1, []);
    served.replica.role = 'follower';
    expect(await changesAfter(0)).to.have.length(1);
    expect(await changesAfter(9)).to.deep.equal([]);
    served.replica.crash();
    expect(await served.fault('getchanges', 0)).to.match(/^2 isCrashed/);
    expect(await served.fault('getchanges', -1)).to.match(/^-32602 .*0 to 2\^53 - 1, not -1/);
  });
});
