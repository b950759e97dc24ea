/** The methods that change the members: what may be repeated, and what is refused how. */
import { expect } from 'chai';
import { asLogIndex, asServerId } from '../../src/base/ids.js';
import { encodeConfiguration, withLearner, withoutMember } from '../../src/raft/configuration.js';
import { encodeCall } from '../../src/rpc/codec/encode.js';
import { encodeEntries } from '../../src/raft/entry-codec.js';
import { asTerm } from '../../src/base/ids.js';
import { append, join, vote } from './support/peer-structs.js';
import { ServedReplica } from './support/served-replica.js';

describe('the methods for members', () => {
  let served: ServedReplica;

  beforeEach(async () => {
    served = await ServedReplica.start();
  });

  afterEach(() => served.close());

  it('answer with the members once the change is committed', async () => {
    const { replica } = served;
    const configuration = withLearner(replica.configuration, 'new:1');
    replica.memberOutcome = { kind: 'changed', configuration };
    const added = await served.struct('addmember', 'new:1');
    expect([added.get('id'), added.get('changed'), added.get('nextId')]).to.deep.equal([
      ...[3, true, 4],
    ]);
    expect(added.get('members')).to.have.length(4);
    replica.memberOutcome = { kind: 'changed', configuration: replica.configuration };
    expect((await served.struct('removemember', 2)).get('id')).to.equal(2);
    expect(replica.memberChanges).to.deep.equal([
      { type: 'add', address: 'new:1' },
      { type: 'remove', server: 2 },
    ]);
  });

  it('change nothing for who is there, or gone, already: a call may be repeated', async () => {
    const { replica } = served;
    for (const address of ['localhost:9502', 'LOCALHOST:9502', '127.0.0.1:9502']) {
      const again = await served.struct('addmember', address);
      expect([again.get('id'), again.get('changed')], address).to.deep.equal([1, false]);
    }
    replica.configuration = withoutMember(replica.configuration, asServerId(1));
    const gone = await served.struct('removemember', 1);
    expect([gone.get('id'), gone.get('changed')]).to.deep.equal([1, false]);
    expect(replica.memberChanges).to.deep.equal([]);
    // What is not committed may be undone still.
    replica.isConfigurationCommitted = false;
    expect(await served.fault('addmember', 'localhost:9503')).to.match(/^4 busy: not now/);
    expect(replica.memberChanges).to.have.length(1);
  });

  it('say why not, in words', async () => {
    const { replica } = served;
    replica.memberOutcome = { kind: 'notNow', reason: 'the moon is full' };
    expect(await served.fault('removemember', 1)).to.equal(
      '4 busy: not now: the moon is full; the call had no effect',
    );
    expect(await served.fault('removemember', 7)).to.match(
      /^-32602 .*never was a server 7; the members are 0, 1, 2$/,
    );
    expect(await served.fault('removemember', 99)).to.match(/^-32602 .*ids from 0 to 98, not 99$/);
    expect(await served.fault('addmember', 'here')).to.match(/^-32602 .*expected <host>:<port>$/);
    replica.role = 'follower';
    replica.leaderId = asServerId(1);
    replica.refusal = { kind: 'notLeader', leaderId: asServerId(1) };
    expect(await served.fault('addmember', 'new:1')).to.equal(
      '1 not the leader: the leader is server 1 at localhost:9502',
    );
  });

  it('take no change from a page in a browser, not even from the live page', async () => {
    for (const Origin of ['http://evil.example', new URL(served.url()).origin]) {
      const response = await fetch(served.url(), {
        method: 'POST',
        headers: { 'Content-Type': 'text/xml', Origin },
        body: encodeCall('removemember', [1]),
      });
      expect(await response.text(), Origin).to.match(/unauthorised: this call is made by /);
    }
    expect(served.replica.memberChanges).to.deep.equal([]);
  });

  it('list learners, how far they are, and for whom the server waits', async () => {
    const { replica } = served;
    replica.configuration = withLearner(replica.configuration, 'new:1');
    replica.awaitedJoins = [asServerId(2)];
    const list = await served.struct('listmembers');
    expect(list.get('waitsFor')).to.deep.equal([2]);
    const members = list.get('members') as ReadonlyMap<string, unknown>[];
    expect(members.map((each) => each.get('role'))).to.deep.equal([
      ...['voter', 'voter', 'voter', 'learner'],
    ]);
    expect(members.map((each) => each.get('isLeader'))).to.deep.equal([true, false, false, false]);
    replica.role = 'follower';
    const others = (await served.struct('listmembers')).get('members');
    expect((others as ReadonlyMap<string, unknown>[])[1]?.get('matchIndex')).to.equal(-1);
  });
});

describe('a server whose members have changed', () => {
  let served: ServedReplica;

  beforeEach(async () => {
    served = await ServedReplica.start();
    served.replica.configuration = withoutMember(served.replica.configuration, asServerId(1));
  });

  afterEach(() => served.close());

  it('tells one that was removed so when it asks for votes or to be known', async () => {
    for (const [name, call] of [
      ['RequestVote', vote],
      ['Join', join],
    ] as const) {
      expect(await served.fault(name, call)).to.equal(
        '6 unauthorised: server 1 was removed from the cluster',
      );
    }
    served.replica.isConfigurationCommitted = false;
    expect((await served.struct('RequestVote', vote)).get('voteGranted')).to.equal(true);
  });

  it('hears a leader that it does not know yet', async () => {
    const from = new Map(append).set('leaderId', 7);
    expect((await served.struct('AppendEntries', from)).get('success')).to.equal(true);
  });

  it('takes entries that change the members, and none that are damaged', async () => {
    const payload = encodeConfiguration(served.replica.configuration);
    const answer = (bytes: Uint8Array) => {
      const place = { index: asLogIndex(1), term: asTerm(5) };
      const entry = { ...place, kind: 'configuration', payload: bytes } as const;
      return served.call('AppendEntries', new Map(append).set('entries', encodeEntries([entry])));
    };
    expect(await answer(payload)).to.have.property('kind', 'value');
    expect(await answer(payload.subarray(1))).to.have.nested.property('fault.code', -32602);
  });

  it('says that it was removed, and whom to ask', async () => {
    served.replica.configuration = withoutMember(served.replica.configuration, asServerId(0));
    served.replica.refusal = { kind: 'notLeader', leaderId: undefined };
    expect(await served.fault('updatefile', 'f', 1, [])).to.equal(
      '1 not the leader: this server was removed from the cluster; ask server 2 at localhost:9503',
    );
    const page = await fetch(served.url('/status'));
    expect(await page.json()).to.include({ removed: true, nextId: 3 });
    const ready = await fetch(served.url('/readyz'));
    expect(await ready.text()).to.match(/server 0 was removed from the cluster/);
  });
});
