/** Every finding, in the words in which people read it, and what comes first. */
import { expect } from 'chai';
import type { ClusterLook, Seen } from '../../src/doctor/cluster-look.js';
import { diagnose } from '../../src/doctor/diagnose.js';
import { findingKinds, type FindingKind } from '../../src/doctor/finding.js';
import { cases, noLeader } from './cases.js';
import { addressOf, link, look, refused, report } from './looks.js';

describe('a diagnosis', () => {
  for (const { kind, name, look: seen, servers, problem, advice } of cases) {
    it(`says ${kind}: ${name}`, () => {
      const found = diagnose(seen).findings.filter((finding) => finding.kind === kind);
      expect(found.map((each) => each.servers)).to.deep.include(servers);
      const finding = found.find((each) => String(each.servers) === String(servers));
      if (typeof problem === 'string') expect(finding?.problem).to.equal(problem);
      else expect(finding?.problem).to.match(problem);
      expect(finding?.advice).to.match(advice);
    });
  }

  it('has a case for every kind of finding', () => {
    expect(new Set(cases.map(({ kind }) => kind))).to.have.all.keys(...findingKinds);
  });

  it('finds nothing where all is well, in a cluster of any size', () => {
    for (const size of [1, 2, 3, 5, 9]) {
      expect(diagnose(look(size))).to.deep.equal({
        ...{ works: true, leaderId: 0, term: 3, findings: [], mayPass: false },
        summary: `${size} of ${size} servers answer; server 0 leads in term 3; a majority is there`,
      });
    }
  });

  it('tells causes before their consequences, each once', () => {
    const { findings, works, summary, mayPass } = diagnose(
      look(3, { 0: refused, 1: { ...noLeader, role: 'crashed' }, 2: noLeader }),
    );
    expect(findings.map(({ kind }) => kind)).to.deep.equal([
      'not-running',
      'crashed',
      'no-majority',
    ]);
    expect({ works, summary, mayPass }).to.deep.equal({
      ...{ works: false, mayPass: false },
      summary:
        '2 of 3 servers answer; nobody leads a majority; ' +
        'no majority: 1 can take part, 2 are needed',
    });
  });

  it('expects a leader where a majority could elect one', () => {
    expect(diagnose(look(3, { 0: refused, 1: noLeader, 2: noLeader })).mayPass).to.equal(true);
  });

  it('does not believe a leader whom no majority answers', () => {
    const followers = [
      { serverId: 1, matchIndex: 9, silentMs: 5_000 },
      { serverId: 2, matchIndex: 9, silentMs: undefined },
    ];
    expect(diagnose(look(3, { 0: { followers } })).works).to.equal(false);
    const deposed = look(3, {
      0: { followers },
      1: {
        ...report(0, 3, { term: 4, leaderId: 1 }),
        serverId: 1,
        followers: [{ serverId: 2, matchIndex: 9, silentMs: 9 }],
      },
    });
    expect(diagnose(deposed)).to.include({ works: true, leaderId: 1, term: 4 });
  });

  it('counts followers that only the leader can see, and none that it has lost', () => {
    const seen: Seen = { kind: 'silent', why: 'unreachable', reason: 'x' };
    expect(diagnose(look(3, { 1: seen, 2: seen })).works).to.equal(true);
    expect(diagnose(look(3, { 1: refused, 2: refused })).works).to.equal(false);
  });

  it('blames no link for what was explained otherwise', () => {
    const failing = [
      link(1, { answeredMs: 4 }),
      link(2, { failure: 'the peer closed the connection' }),
    ];
    const kinds = (seen: ClusterLook): readonly FindingKind[] =>
      diagnose(seen).findings.map(({ kind }) => kind);
    expect(kinds(look(3, { 0: { links: failing }, 2: refused }))).to.deep.equal(['not-running']);
    expect(kinds(look(3, { 0: { links: failing }, 2: { role: 'crashed' } }))).to.deep.equal([
      'crashed',
    ]);
    expect(kinds(look(3, { 0: { links: failing }, 2: { unreachable: [0] } }))).to.deep.equal([
      'partition',
    ]);
    expect(kinds(look(3, { 0: { links: failing }, 2: { storageError: 'x' } }))).to.deep.equal([
      'disk-fails',
    ]);
    const elsewhere = [0, 1, 2].map((id) => ({ id, address: id === 2 ? 'h:2' : addressOf(id) }));
    expect(
      kinds(look(3, { 0: { links: failing, peers: elsewhere, configDigest: 'bad' } })),
    ).to.deep.equal(['config-differs']);
    // A follower calls nobody now: its failures are of an election that is over.
    expect(
      kinds(look(3, { 1: { links: [link(2, { failure: 'no answer within 500 ms' })] } })),
    ).to.deep.equal([]);
  });
});
