/**
 * What every method answers on the leader, on another server and while crashed (contract,
 * sections 4 to 6), and how refusals of the replica look to a caller.
 */
import { expect } from 'chai';
import { asServerId } from '../../src/base/ids.js';
import { internalStateBytesMax } from '../../src/base/limits.js';
import { hashOf } from '../../src/blocks/block-hash.js';
import type { Refusal } from '../../src/replica/outcome.js';
import type { XmlValue } from '../../src/rpc/xml-value.js';
import { waitFor } from '../cli/wait-for.js';
import { append, join, piece, report, vote } from './support/peer-structs.js';
import { ServedReplica } from './support/served-replica.js';

const block = Buffer.from('a block');
const hash = hashOf(block);

/** Arguments with which each method is content. */
const goodArguments: Readonly<Record<string, readonly XmlValue[]>> = {
  updatefile: ['a', 1, ['h']],
  getfileinfo: ['a'],
  getfileinfopage: ['', 10],
  getfileversions: ['a'],
  getversionspage: ['', 10],
  forgetversions: [[['a', 1]]],
  getchanges: [0],
  updatesite: ['{"type":"logOut","tokenHash":"' + 'a'.repeat(64) + '"}'],
  readsite: ['{"type":"counts"}'],
  putblock: [hash, block],
  getblock: [hash],
  hasblocks: [[hash]],
  missingblocks: [[hash]],
  getblockstoremap: [[hash]],
  blockstore_put: [hash, block],
  blockstore_get: [hash],
  blockstore_present: [[hash]],
  blockstore_list: ['', 10],
  blockstore_remove: [hash, 0],
  addmember: ['localhost:9502'],
  removemember: [1],
  tester_getversion: ['a'],
  makeserverunreachablefrom: [[1]],
  AppendEntries: [append],
  RequestVote: [vote],
  InstallSnapshot: [piece],
  Join: [join],
  StateReport: [report],
  'system.methodHelp': ['ping'],
  'system.methodSignature': ['ping'],
  'system.multicall': [[]],
};

describe('every method', () => {
  let served: ServedReplica;

  beforeEach(async () => {
    served = await ServedReplica.start();
  });

  afterEach(() => served.close());

  it('answers on the leader', async () => {
    const { configuration } = served.replica;
    served.replica.memberOutcome = { kind: 'changed', configuration };
    for (const { name } of served.server.methodTable.methods) {
      served.replica.restore();
      served.replica.role = 'leader';
      await served.value(name, ...(goodArguments[name] ?? []));
    }
  });

  it('answers fault 1 with the address of the leader when only the leader may answer', async () => {
    for (const { name, leaderOnly } of served.server.methodTable.methods) {
      served.replica.role = 'follower';
      served.replica.leaderId = asServerId(2);
      const args = goodArguments[name] ?? [];
      if (leaderOnly) {
        expect(await served.fault(name, ...args)).to.equal(
          '1 not the leader: the leader is server 2 at localhost:9503',
        );
      } else {
        await served.value(name, ...args);
      }
      served.replica.restore();
    }
  });

  it('answers fault 2 while crashed, unless it says that it answers', async () => {
    for (const { name, answersWhenCrashed } of served.server.methodTable.methods) {
      served.replica.crash();
      const args = goodArguments[name] ?? [];
      if (answersWhenCrashed) await served.value(name, ...args);
      else expect(await served.fault(name, ...args), name).to.match(/^2 isCrashed/);
    }
  });
});

describe('refusals of the replica', () => {
  const cases: readonly (readonly [Refusal, RegExp])[] = [
    [{ kind: 'notLeader', leaderId: undefined }, /^1 not the leader: the leader is not known$/],
    [{ kind: 'crashed', logged: true }, /^2 isCrashed.*outcome unknown/],
    [{ kind: 'crashed', logged: false }, /^2 isCrashed(?!.*outcome unknown)/],
    [{ kind: 'outcomeUnknown', reason: 'cut off' }, /^3 outcome unknown: cut off$/],
    [{ kind: 'busy' }, /^4 busy: .*no effect$/],
    [{ kind: 'storage', reason: 'disk full' }, /^5 storage: disk full$/],
    [{ kind: 'stopping' }, /^3 outcome unknown: .*stopping/],
  ];
  let served: ServedReplica;

  before(async () => {
    served = await ServedReplica.start();
  });

  after(() => served.close());

  for (const [refusal, pattern] of cases) {
    it(`make ${JSON.stringify(refusal)} a fault of updates and of reads`, async () => {
      served.replica.refusal = refusal;
      expect(await served.fault('updatefile', 'a', 1, [])).to.match(pattern);
      expect(await served.fault('getfileinfomap')).to.match(pattern);
      expect(await served.fault('sendheartbeat')).to.match(pattern);
    });
  }
});

describe('client methods', () => {
  let served: ServedReplica;

  beforeEach(async () => {
    served = await ServedReplica.start();
  });

  afterEach(() => served.close());

  it('give hash lists back exactly as they were sent', async () => {
    const lists: readonly (readonly XmlValue[])[] = [
      ['a', 'b'],
      [],
      [0],
      ['0'],
      [1, '1', -5, 2n ** 60n],
    ];
    for (const [position, list] of lists.entries()) {
      expect(await served.value('updatefile', 'f', position + 1, list)).to.equal(true);
      expect(await served.value('getfileinfo', 'f')).to.deep.equal([position + 1, list]);
    }
  });

  it('keep the bare string "0" as a list', async () => {
    expect(await served.value('updatefile', 'f', 1, '0')).to.equal(true);
    expect(await served.value('getfileinfo', 'f')).to.deep.equal([1, ['0']]);
  });

  it('answer false to any version but the next one', async () => {
    for (const version of [0, -1, 2, 2n ** 60n]) {
      expect(await served.value('updatefile', 'f', version, [])).to.equal(false);
    }
    expect(await served.value('getfileinfo', 'f')).to.deep.equal([0, []]);
  });

  it('take a request id once, and refuse it with other arguments', async () => {
    expect(await served.value('updatefile', 'f', 1, ['h'], 'id')).to.equal(true);
    expect(await served.value('updatefile', 'f', 1, ['h'], 'id')).to.equal(true);
    expect(await served.fault('updatefile', 'f', 2, ['h'], 'id')).to.match(
      /^-32602 argument 4 \(requestId\)/,
    );
  });

  it('give the map as a struct, whole or in pages', async () => {
    expect(await served.struct('getfileinfomap')).to.deep.equal(new Map());
    for (const name of ['b', '__proto__', 'a']) await served.value('updatefile', name, 1, [name]);
    expect(await served.struct('getfileinfomap')).to.deep.equal(
      new Map(['b', '__proto__', 'a'].map((name) => [name, [1, [name]]])),
    );
    expect(await served.struct('getfileinfopage', '', 2)).to.deep.equal(
      new Map<string, XmlValue>([
        [
          'files',
          [
            ['__proto__', 1, ['__proto__']],
            ['a', 1, ['a']],
          ],
        ],
        ['more', true],
      ]),
    );
    expect(await served.struct('getfileinfopage', 'a', 2)).to.deep.equal(
      new Map<string, XmlValue>([
        ['files', [['b', 1, ['b']]]],
        ['more', false],
      ]),
    );
  });

  it('report a bug in a read as fault -32603 and go on', async () => {
    served.replica.files.get = () => {
      throw new Error('a bug');
    };
    expect(await served.fault('getfileinfo', 'a')).to.match(/^-32603 internal error/);
    expect(await served.fault('tester_getversion', 'a')).to.match(/^-32603 internal error/);
    expect(served.bugs.map(String)).to.deep.equal(['Error: a bug', 'Error: a bug']);
    expect(await served.value('ping')).to.equal(true);
  });
});

describe('tester methods', () => {
  let served: ServedReplica;

  beforeEach(async () => {
    served = await ServedReplica.start();
  });

  afterEach(() => served.close());

  it('throw and release the crash switch', async () => {
    expect(await served.value('crash')).to.equal(true);
    expect(await served.value('iscrashed')).to.equal(true);
    expect(await served.value('isleader')).to.equal(false);
    expect(await served.value('ping')).to.equal(true);
    expect(await served.value('restore')).to.equal(true);
    expect(await served.value('iscrashed')).to.equal(false);
  });

  it('look into the applied state once what was just logged is decided', async () => {
    const looks: (() => void)[] = [];
    served.replica.heldLooks = looks;
    const calls = [served.value('tester_getversion', 'a'), served.fault('tester_getversion', 'b')];
    await waitFor('both looks', () => looks.length === 2);
    await served.value('updatefile', 'a', 1, []);
    looks[0]?.();
    served.replica.files.get = () => {
      throw new Error('a bug');
    };
    looks[1]?.();
    const [value, fault] = await Promise.all(calls);
    expect(value).to.equal(1);
    expect(fault).to.match(/^-32603 internal error/);
  });

  it('cut servers off in a direction, leaving out this server itself', async () => {
    await served.value('makeserverunreachablefrom', [2, 0, 1, 2]);
    expect(served.replica.cut).to.deep.equal({ servers: [2, 1], direction: 'both' });
    await served.value('makeserverunreachablefrom', [1], 'receive');
    expect(served.replica.cut).to.deep.equal({ servers: [1], direction: 'receive' });
    await served.value('makeserverunreachablefrom', [], 'both');
    expect(served.replica.cut).to.deep.equal({ servers: [], direction: 'both' });
  });

  it('show the internal state with log, map and peers', async () => {
    served.replica.appendNoop();
    await served.value('updatefile', 'f', 1, ['h', 7], 'id');
    const state = await served.struct('getinternalstate');
    expect(state).to.deep.equal(
      new Map<string, XmlValue>([
        ['serverId', 0],
        ['status', 'leader'],
        ['isLeader', true],
        ['term', 3],
        ['leaderId', 0],
        ['commitIndex', 2],
        ['lastApplied', 2],
        ['firstLogIndex', 1],
        ['lastLogIndex', 2],
        [
          'log',
          [
            new Map<string, XmlValue>([
              ['index', 1],
              ['term', 3],
              ['command', new Map([['type', 'noop']])],
            ]),
            new Map<string, XmlValue>([
              ['index', 2],
              ['term', 3],
              [
                'command',
                new Map<string, XmlValue>([
                  ['type', 'updatefile'],
                  ['name', 'f'],
                  ['version', 1],
                  ['hashlist', ['h', 7]],
                  ['requestId', 'id'],
                ]),
              ],
            ]),
          ],
        ],
        ['metaMap', new Map([['f', [1, ['h', 7]]]])],
        ['metaMapTruncated', false],
        [
          'peers',
          [0, 1, 2].map(
            (id) =>
              new Map<string, XmlValue>([
                ['id', id],
                ['address', `localhost:${9501 + id}`],
              ]),
          ),
        ],
      ]),
    );
    await served.value('crash');
    const crashed = await served.struct('getinternalstate');
    expect(crashed.get('status')).to.equal('crashed');
    expect(crashed.get('leaderId')).to.equal(-1);
    expect(crashed.get('isLeader')).to.equal(false);
  });

  it('show the newest 1,000 entries and 10,000 files at most', async () => {
    const { replica } = served;
    for (let index = 0; index < 10_001; index += 1) {
      const name = `f${index}`;
      const hashlist: readonly string[] = [];
      const command = { type: 'updatefile', name, version: 1, hashlist } as const;
      replica.files.apply(replica.files.encode({ ...command, requestId: undefined, timeMs: 0 }));
      replica.appendNoop();
    }
    const state = await served.struct('getinternalstate');
    const log = state.get('log') as ReadonlyMap<string, XmlValue>[];
    expect(log).to.have.lengthOf(1_000);
    expect(log[0]?.get('index')).to.equal(9_002);
    expect(state.get('metaMap')).to.have.property('size', 10_000);
    expect(state.get('metaMapTruncated')).to.equal(true);
  });
});

describe('the internal state of a server with large files', () => {
  let served: ServedReplica;

  beforeEach(async () => {
    served = await ServedReplica.start();
  });

  afterEach(() => served.close());

  async function sizes(): Promise<readonly unknown[]> {
    const state = await served.struct('getinternalstate');
    const [log, metaMap] = [state.get('log'), state.get('metaMap')];
    const isShown = Array.isArray(log) && metaMap instanceof Map;
    return isShown ? [log.length, metaMap.size, state.get('metaMapTruncated')] : [];
  }

  it('shows as much as fits into its limit of bytes, and one item at least', async () => {
    const half = 'h'.repeat(internalStateBytesMax / 2);
    await served.value('updatefile', 'a', 1, [half, half, half]);
    expect(await sizes()).to.deep.equal([1, 1, false]);
    await served.value('updatefile', 'b', 1, [half]);
    expect(await sizes()).to.deep.equal([1, 1, true]);
    await served.value('updatefile', 'a', 2, []);
    expect(await sizes()).to.deep.equal([2, 2, false]);
  });
});
