/**
 * What servers answer each other, whom they refuse, and in which order that is looked at (contract,
 * section 5).
 */
import { expect } from 'chai';
import { asLogIndex, asTerm } from '../../src/base/ids.js';
import { encodeEntries } from '../../src/raft/entry-codec.js';
import type { Entry } from '../../src/raft/messages.js';
import type { XmlStruct } from '../../src/rpc/xml-value.js';
import { append, join, piece, report, vote } from './support/peer-structs.js';
import { ServedReplica } from './support/served-replica.js';

describe('peer methods', () => {
  let served: ServedReplica;

  beforeEach(async () => {
    served = await ServedReplica.start();
  });

  afterEach(() => served.close());

  it('answer with the field names of the paper, also to a call that has only those', async () => {
    const voted = await served.struct('RequestVote', vote);
    expect(voted.get('voteGranted')).to.equal(true);
    expect(voted.get('term')).to.equal(5);
    const appended = await served.struct('surfstore.appendEntries', append);
    expect(appended.get('success')).to.equal(true);
    expect(served.replica.peerCalls.map(({ from }) => from)).to.deep.equal([1, 1]);
  });

  it('look at form first, then at the sender, and at the crash switch last', async () => {
    served.replica.crash();
    const calls: readonly (readonly [string, XmlStruct, string, string])[] = [
      ['AppendEntries', append, 'leaderId', 'term'],
      ['RequestVote', vote, 'candidateId', 'term'],
      ['InstallSnapshot', piece, 'leaderId', 'data'],
      ['Join', join, 'serverId', 'incarnation'],
      ['StateReport', report, 'serverId', 'checksum'],
    ];
    for (const [name, good, sender, member] of calls) {
      const stranger = new Map(good).set(sender, 99);
      const own = new Map(good).set(sender, 0);
      const malformedStranger = new Map(stranger).set(member, 'x');
      expect(await served.fault(name, malformedStranger))
        .to.match(/^-32602 /)
        .and.include(member);
      expect(await served.fault(name, stranger)).to.match(/^6 unauthorised: server 99/);
      expect(await served.fault(name, own)).to.match(/^6 unauthorised: server 0 is this server/);
      expect(served.replica.peerCalls, name).to.deep.equal([]);
      expect(await served.fault(name, good)).to.match(/^2 isCrashed/);
      expect(await served.fault(name)).to.match(/^-32602 /);
      expect(await served.fault(name, [])).to.match(/^-32602 .*a struct, not an array/);
      served.replica.peerCalls.splice(0);
    }
  });

  it('say how far a snapshot is here, who is known, and that a report was taken', async () => {
    const installed = await served.struct('InstallSnapshot', piece);
    expect([...installed]).to.deep.equal([
      ['term', 5],
      ['lastIncludedIndex', 9],
      ['nextOffset', 3],
      ['installed', true],
      ['refilling', false],
    ]);
    const joined = await served.struct('Join', join);
    expect(joined.get('knownIncarnation')).to.equal('a'.repeat(32));
    expect(await served.struct('StateReport', report)).to.have.property('size', 0);
  });

  it('refuse entries that hold no command, for they could never be applied', async () => {
    const payload = Buffer.from('garbage');
    const entry: Entry = { index: asLogIndex(1), term: asTerm(5), kind: 'command', payload };
    const forged = new Map(append).set('entries', encodeEntries([entry]));
    expect(await served.fault('AppendEntries', forged)).to.match(/^-32602 .*entry 1 is no command/);
    expect(served.replica.peerCalls).to.deep.equal([]);
  });
});
