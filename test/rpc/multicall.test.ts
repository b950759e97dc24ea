/**
 * `system.multicall`: order, faults in their places, and its bounds.
 */
import { expect } from 'chai';
import type { XmlStruct, XmlValue } from '../../src/rpc/xml-value.js';
import { ServedReplica } from './support/served-replica.js';

function item(methodName: XmlValue, ...params: XmlValue[]): XmlStruct {
  return new Map<string, XmlValue>([
    ['methodName', methodName],
    ['params', params],
  ]);
}

function fault(faultCode: number, faultString: string): XmlStruct {
  return new Map<string, XmlValue>([
    ['faultCode', faultCode],
    ['faultString', faultString],
  ]);
}

describe('system.multicall', () => {
  let served: ServedReplica;

  beforeEach(async () => {
    served = await ServedReplica.start();
  });

  afterEach(() => served.close());

  it('runs its calls one after the other, so that each sees what the one before did', async () => {
    const results = await served.value('system.multicall', [
      item('updatefile', 'f', 1, ['h']),
      item('getfileinfo', 'f'),
      item('ping'),
      item('updatefile', 'f', 1, ['h']),
    ]);
    expect(results).to.deep.equal([[true], [[1, ['h']]], [true], [false]]);
  });

  it('puts the fault of a call in its place and goes on', async () => {
    const results = await served.value('system.multicall', [
      item('ping', 1),
      item('getfileinfo', ''),
      'not a struct',
      item(7),
      new Map([['methodName', 'ping']]),
      item('System.Multi_Call', []),
      item('ping'),
    ]);
    const malformed = fault(
      -32602,
      'expected a struct with methodName (a string) and params (an array)',
    );
    expect(results).to.deep.equal([
      fault(-32602, 'wrong number of arguments: ping() takes 0, not 1'),
      fault(
        -32602,
        'argument 1 (name) of getfileinfo: expected a string of 1 to 4096 bytes of UTF-8, ' +
          'not of 0 bytes',
      ),
      malformed,
      malformed,
      [true],
      fault(-32600, 'system.multicall may not call itself'),
      [true],
    ]);
  });

  it('takes 1,000 calls and no more', async () => {
    const calls = Array.from({ length: 1_000 }, () => item('ping'));
    expect(await served.value('system.multicall', calls)).to.have.lengthOf(1_000);
    expect(await served.fault('system.multicall', [...calls, item('ping')])).to.match(
      /^-32602 .*at most 1000 calls, not 1001/,
    );
  });

  it('stops running calls once the answers are too many', async () => {
    const hashlist = Array.from({ length: 10_000 }, () => 'h');
    await served.value('updatefile', 'f', 1, hashlist);
    const calls = Array.from({ length: 15 }, () => item('getfileinfo', 'f'));
    const results = (await served.value('system.multicall', calls)) as XmlValue[];
    expect(results.slice(0, 10).every((result) => Array.isArray(result))).to.equal(true);
    expect(results.slice(10).every((result) => result instanceof Map)).to.equal(true);
    expect(results).to.have.lengthOf(15);
    expect((results[14] as XmlStruct).get('faultCode')).to.equal(4);
  });

  it('stops running calls once the answers are too long', async () => {
    await served.value('updatefile', 'f', 1, ['h'.repeat(6_000_000)]);
    const calls = Array.from({ length: 100 }, () => item('getfileinfo', 'f'));
    const results = (await served.value('system.multicall', calls)) as XmlValue[];
    expect(results.filter((result) => Array.isArray(result))).to.have.lengthOf(3);
    expect((results[3] as XmlStruct).get('faultCode')).to.equal(4);
  });

  it('ends its connection when one of its calls does', async () => {
    served.replica.answerPeer = () => ({ kind: 'closed' });
    const vote = new Map([
      ['term', 1],
      ['candidateId', 1],
      ['lastLogIndex', 0],
      ['lastLogTerm', 0],
    ]);
    const outcome = await served.call('system.multicall', [item('RequestVote', vote)]).then(
      () => 'answered',
      () => 'closed',
    );
    expect(outcome).to.equal('closed');
  });
});
