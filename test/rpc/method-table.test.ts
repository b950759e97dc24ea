/**
 * The method table as a caller meets it: names, argument checks, introspection.
 */
import { expect } from 'chai';
import { ServedReplica } from './support/served-replica.js';

describe('the method table', () => {
  let served: ServedReplica;

  before(async () => {
    served = await ServedReplica.start();
  });

  after(() => served.close());

  it('finds a method in any letter case, with or without prefix, underscores ignored', async () => {
    const spellings = [
      'isleader',
      'isLeader',
      'surfstore.isLeader',
      'SurfStore.IS_LEADER',
      'is_leader_',
    ];
    for (const name of spellings) expect(await served.value(name), name).to.equal(true);
    for (const name of ['tester_getversion', 'surfstore.tester_getVersion', 'getVersion']) {
      expect(await served.value(name, 'a'), name).to.equal(0);
    }
    expect(await served.value('SYSTEM.list_methods')).to.include('surfstore.ping');
  });

  it('names the closest method when there is none of that name', async () => {
    expect(await served.fault('surfstore.pingg')).to.match(/^-32601 .*"surfstore\.pingg".*\.ping/);
    expect(await served.fault('updatefil')).to.match(/^-32601 .*surfstore\.updatefile/);
    expect(await served.fault('getlink', 'x')).to.match(/^-32601 /);
  });

  it('does not repeat all of a very long unknown name', async () => {
    expect((await served.fault('x'.repeat(100_000))).length).to.be.below(400);
  });

  it('says how many arguments a method takes', async () => {
    expect(await served.fault('ping', 1)).to.equal(
      '-32602 wrong number of arguments: ping() takes 0, not 1',
    );
    expect(await served.fault('updatefile', 'a', 1)).to.equal(
      '-32602 wrong number of arguments: updatefile(name, version, hashlist [, requestId]) ' +
        'takes 3 to 4, not 2',
    );
  });

  it('says which argument is wrong and what was expected', async () => {
    const cases: readonly [string, Parameters<ServedReplica['fault']>[1][], RegExp][] = [
      ['updatefile', [1, 1, []], /argument 1 \(name\) .*expected a string, not an int/],
      ['updatefile', ['', 1, []], /argument 1 \(name\) .*1 to 4096 bytes of UTF-8, not of 0/],
      ['updatefile', ['é'.repeat(2_049), 1, []], /argument 1 .* not of 4098 bytes/],
      ['updatefile', ['a', '1', []], /argument 2 \(version\) .*expected an int, not a string/],
      ['updatefile', ['a', true, []], /argument 2 \(version\) .*expected an int, not a boolean/],
      ['updatefile', ['a', 1, 'h'], /argument 3 \(hashlist\) .*an array of .*, not a string/],
      ['updatefile', ['a', 1, 0], /argument 3 \(hashlist\) .*an array of .*, not an int/],
      ['updatefile', ['a', 1, ['h', null]], /argument 3 .*item 2 is a nil/],
      ['updatefile', ['a', 1, [], 7], /argument 4 \(requestId\) .*expected a string, not an int/],
      ['updatefile', ['a', 1, [], 'r'.repeat(257)], /argument 4 .*1 to 256 bytes/],
      ['getfileinfopage', ['', 0], /argument 2 \(limit\) .*from 1 to 10000, not 0/],
      ['getfileinfopage', ['', 10_001], /argument 2 \(limit\) .*from 1 to 10000, not 10001/],
      ['getfileinfopage', ['', 2n ** 60n], /argument 2 \(limit\) .*from 1 to 10000/],
      ['makeserverunreachablefrom', [[99]], /argument 1 \(servers\) .*0 to 98; item 1 is 99/],
      ['makeserverunreachablefrom', [[0, -1]], /item 2 is -1/],
      ['makeserverunreachablefrom', [['1']], /item 1 is a string/],
      ['makeserverunreachablefrom', [1], /expected an array of server ids/],
      ['makeserverunreachablefrom', [[], 'up'], /argument 2 .*"both", "send" or "receive"/],
      ['system.methodHelp', [1], /argument 1 \(methodName\) .*expected a string/],
    ];
    for (const [method, params, pattern] of cases) {
      const fault = await served.fault(method, ...params);
      expect(fault, method).to.match(/^-32602 /);
      expect(fault, method).to.match(pattern);
    }
  });

  it('accepts the longest names and ids', async () => {
    const name = 'é'.repeat(2_048);
    expect(await served.value('updatefile', name, 1, [], 'r'.repeat(256))).to.equal(true);
    expect(await served.value('getfileinfopage', name, 10_000)).to.be.instanceOf(Map);
  });

  it('lists, describes and signs every method it serves', async () => {
    const names = await served.value('system.listMethods');
    expect(names).to.be.an('array').with.lengthOf(45);
    for (const name of names as string[]) {
      const help = await served.value('system.methodHelp', name);
      expect(help, name).to.be.a('string').with.length.above(30);
      const signatures = await served.value('system.methodSignature', name);
      expect(signatures, name).to.be.an('array').that.is.not.empty;
      for (const signature of signatures as unknown[]) {
        expect(signature, name).to.be.an('array').that.is.not.empty;
      }
    }
    expect(await served.fault('system.methodHelp', 'nope')).to.match(/^-32601 /);
  });

  it('gives one signature for each number of arguments', async () => {
    expect(await served.value('system.methodSignature', 'updatefile')).to.deep.equal([
      ['boolean', 'string', 'int', 'array'],
      ['boolean', 'string', 'int', 'array', 'string'],
    ]);
    expect(await served.value('system.methodSignature', 'ping')).to.deep.equal([['boolean']]);
  });

  it('tells its capabilities', async () => {
    const capabilities = await served.struct('system.getCapabilities');
    expect([...capabilities.keys()]).to.include.members(['xmlrpc', 'system.multicall', 'nil']);
    expect(capabilities.get('xmlrpc')).to.be.instanceOf(Map);
  });
});

describe('a server without the tester API', () => {
  it('knows none of the methods that break it, and lists none', async () => {
    const served = await ServedReplica.start({ testerApi: 'none' });
    try {
      const names = await served.value('system.listMethods');
      expect(names).to.include('surfstore.updatefile').and.not.include('surfstore.crash');
      for (const name of [
        'crash',
        'restore',
        'iscrashed',
        'tester_getversion',
        'getinternalstate',
        'setleader',
        'sendheartbeat',
        'makeserverunreachablefrom',
      ]) {
        expect(await served.fault(name), name).to.match(/^-32601 /);
      }
      expect(served.replica.isCrashed()).to.equal(false);
    } finally {
      await served.close();
    }
  });
});
