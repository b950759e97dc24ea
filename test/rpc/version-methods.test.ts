/** The methods for older versions of files, as a client meets them. */
import { expect } from 'chai';
import { asLogIndex, asTerm } from '../../src/base/ids.js';
import type { XmlValue } from '../../src/rpc/xml-value.js';
import { ServedReplica } from './support/served-replica.js';

const firstMs = 1_764_000_000_000;

describe('the methods for older versions', () => {
  let served: ServedReplica;

  beforeEach(async () => {
    served = await ServedReplica.start();
    served.nowMs = firstMs;
  });

  afterEach(() => served.close());

  async function update(name: string, version: number, hashlist: XmlValue): Promise<void> {
    expect(await served.value('updatefile', name, version, hashlist)).to.equal(true);
    served.nowMs += 1;
  }

  function version(number: number, time: number, hashlist: XmlValue): XmlValue {
    return new Map<string, XmlValue>([
      ['version', number],
      ['time', time],
      ['hashlist', hashlist],
    ]);
  }

  it('tell all versions of a file, the newest first, with the times of this server', async () => {
    await update('a', 1, ['x', 7]);
    await update('a', 2, '0');
    await update('a', 3, []);
    expect(await served.value('getfileversions', 'a')).to.deep.equal([
      version(3, firstMs + 2, []),
      version(2, firstMs + 1, ['0']),
      version(1, firstMs, ['x', 7]),
    ]);
    expect(await served.value('getfileversions', 'never seen')).to.deep.equal([]);
  });

  it('keep the time of the first attempt when an update is repeated', async () => {
    expect(await served.value('updatefile', 'a', 1, [], 'id')).to.equal(true);
    served.nowMs += 1_000;
    expect(await served.value('updatefile', 'a', 1, [], 'id')).to.equal(true);
    expect(await served.value('getfileversions', 'a')).to.deep.equal([version(1, firstMs, [])]);
  });

  it('say 0 for a time that is not known', async () => {
    served.nowMs = 0;
    expect(await served.value('updatefile', 'a', 1, [])).to.equal(true);
    expect(await served.value('getfileversions', 'a')).to.deep.equal([version(1, 0, [])]);
  });

  it('tell the versions of all files by pages, also of one file by several', async () => {
    await update('b', 1, ['b1']);
    await update('a', 1, ['<&>']);
    await update('b', 2, ['b2']);
    await update('b', 3, ['b3']);
    const all = [
      ['a', 1, firstMs + 1, ['<&>']],
      ['b', 3, firstMs + 3, ['b3']],
      ['b', 2, firstMs + 2, ['b2']],
      ['b', 1, firstMs, ['b1']],
    ];
    const page = (versions: XmlValue, more: boolean): XmlValue =>
      new Map<string, XmlValue>([
        ['versions', versions],
        ['more', more],
      ]);
    expect(await served.value('getversionspage', '', 10)).to.deep.equal(page(all, false));
    expect(await served.value('getversionspage', '', 2)).to.deep.equal(page(all.slice(0, 2), true));
    expect(await served.value('getversionspage', 'b', 2, 3)).to.deep.equal(
      page(all.slice(2), false),
    );
    expect(await served.value('getversionspage', 'b', 2, 2)).to.deep.equal(
      page(all.slice(3), false),
    );
    expect(await served.value('getversionspage', 'a', 1)).to.deep.equal(page([all[1] ?? []], true));
    expect(await served.value('getversionspage', 'b', 1)).to.deep.equal(page([], false));
  });

  it('end a page by its bytes', async () => {
    const half = 'x'.repeat(512 * 1024);
    for (const number of [1, 2, 3]) await update('a', number, [half]);
    const page = await served.struct('getversionspage', '', 10);
    expect(page.get('versions')).to.have.length(1);
    expect(page.get('more')).to.equal(true);
  });

  it('forget older versions, once or twice, and nothing else', async () => {
    for (const number of [1, 2, 3]) await update('a', number, []);
    const named = [
      ['a', 1],
      ['a', 3],
      ['a', 99],
      ['a', 0],
      ['a', -1],
      ['a', 2n ** 60n],
      ['never seen', 1],
    ];
    for (let time = 1; time <= 2; time++) {
      expect(await served.value('forgetversions', named)).to.equal(true);
      expect(await served.value('getfileversions', 'a')).to.deep.equal([
        version(3, firstMs + 2, []),
        version(2, firstMs + 1, []),
      ]);
    }
    expect(await served.value('getfileinfo', 'a')).to.deep.equal([3, []]);
  });

  it('forget a thousand versions at a time and no more', async () => {
    const versions = (count: number): XmlValue =>
      Array.from({ length: count }, (_, at) => ['a', at + 1]);
    expect(await served.value('forgetversions', versions(1_000))).to.equal(true);
    expect(await served.fault('forgetversions', versions(1_001))).to.match(
      /^-32602 argument 1 \(versions\) of forgetversions: expected at most 1000 versions, not 1001/,
    );
  });

  it('say what is wrong with their arguments', async () => {
    const refused: [string, XmlValue[], RegExp][] = [
      ['getfileversions', [''], /argument 1 \(name\) .*1 to 4096 bytes/],
      ['getversionspage', ['', 0], /argument 2 \(limit\) .*from 1 to 10000, not 0/],
      ['getversionspage', ['', 10_001], /argument 2 \(limit\) .*from 1 to 10000, not 10001/],
      ['getversionspage', ['', '1'], /argument 2 \(limit\) .*an int, not a string/],
      ['getversionspage', ['', 1, -1], /argument 3 \(afterVersion\) .*from 0 to 2\^53 - 1, not -1/],
      ['getversionspage', ['', 1, 2n ** 60n], /argument 3 \(afterVersion\) .*from 0/],
      ['getversionspage', ['', 1, '1'], /argument 3 .*an int, not a string/],
      [
        'forgetversions',
        ['a'],
        /argument 1 \(versions\) .*an array of \[name, version\], not a str/,
      ],
      ['forgetversions', [[['a', 1], ['a']]], /argument 1 .*a string and an int, as item 2/],
      ['forgetversions', [[['a', 1, 2]]], /as item 1/],
      ['forgetversions', [[[1, 'a']]], /as item 1/],
      ['forgetversions', [[7]], /as item 1/],
      ['forgetversions', [[['', 1]]], /1 to 4096 bytes/],
    ];
    for (const [method, params, pattern] of refused) {
      const text = await served.fault(method, ...params);
      expect(text, text)
        .to.match(/^-32602 /)
        .and.to.match(pattern);
    }
  });

  it('are answered by the leader alone, and not while it is crashed', async () => {
    served.replica.role = 'follower';
    const calls: [string, XmlValue[]][] = [
      ['getfileversions', ['a']],
      ['getversionspage', ['', 1]],
      ['forgetversions', [[]]],
    ];
    for (const [method, params] of calls) {
      expect(await served.fault(method, ...params), method).to.match(/^1 not the leader/);
    }
    served.replica.role = 'leader';
    await served.value('crash');
    for (const [method, params] of calls) {
      expect(await served.fault(method, ...params), method).to.match(/^2 /);
    }
  });

  it('are shown by the internal state as they stand in the log', async () => {
    await served.value('forgetversions', [
      ['a', 1],
      ['<b>', 2 ** 40],
    ]);
    const log = (await served.struct('getinternalstate')).get('log');
    const command = new Map<string, XmlValue>([
      ['type', 'forgetversions'],
      [
        'versions',
        [
          ['a', 1],
          ['<b>', 2 ** 40],
        ],
      ],
    ]);
    expect(log).to.deep.equal([
      new Map<string, XmlValue>([
        ['index', asLogIndex(1)],
        ['term', asTerm(3)],
        ['command', command],
      ]),
    ]);
  });
});
