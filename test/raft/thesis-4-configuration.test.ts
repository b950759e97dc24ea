/** Thesis, section 4.1: configurations as entries of the log, and the one that is in force. */
import { expect } from 'chai';
import fc from 'fast-check';
import { asLogIndex, asServerId, asTerm } from '../../src/base/ids.js';
import {
  ConfigurationFormatError,
  decodeConfiguration,
  encodeConfiguration,
  foundingConfiguration,
  memberIdsMax,
  withLearner,
  withoutMember,
  withVoter,
  type Configuration,
} from '../../src/raft/configuration.js';
import { describeMembers } from '../../src/raft/describe.js';
import { Membership } from '../../src/raft/membership.js';
import type { Entry } from '../../src/raft/messages.js';
import { foundersOf, foundersOnly } from '../fixtures/founders.js';
import { makeEntry, serverIds } from './make.js';

const founding = foundingConfiguration(foundersOf(serverIds(3)));
const grown = withLearner(founding, 'new:9000');

const anyMember = fc.record({
  id: fc.integer({ min: 0, max: memberIdsMax - 1 }).map(asServerId),
  address: fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }),
  voter: fc.boolean(),
});

const anyConfiguration = fc
  .tuple(
    fc.uniqueArray(anyMember, { minLength: 1, maxLength: 99, selector: ({ id }) => id }),
    fc.integer({ min: 0, max: memberIdsMax }),
  )
  .map(([drawn, more]): Configuration => {
    const members = drawn
      .sort((a, b) => a.id - b.id)
      .map((member, at) => (at === 0 ? { ...member, voter: true } : member));
    const lastId = members.at(-1)?.id ?? 0;
    return { members, nextId: Math.min(memberIdsMax, lastId + 1 + more) };
  });

describe('A configuration in bytes', () => {
  it('is what it was', () => {
    const holds = fc.property(anyConfiguration, (configuration) => {
      expect(decodeConfiguration(encodeConfiguration(configuration))).to.deep.equal(configuration);
    });
    fc.assert(holds, { numRuns: 200 });
  });

  it('has one form: whatever else is read is refused, and nothing else is thrown', () => {
    const good = encodeConfiguration(grown);
    const anyBytes = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc
        .tuple(fc.nat(good.length - 1), fc.nat(255))
        .map(([at, value]) => good.map((byte, place) => (place === at ? value : byte))),
    );
    const holds = fc.property(anyBytes, (bytes) => {
      const found = read(bytes);
      if (found !== undefined) expect(encodeConfiguration(found)).to.deep.equal(bytes);
    });
    fc.assert(holds, { numRuns: 2_000 });
  });

  it('is refused when it is cut short anywhere', () => {
    const good = encodeConfiguration(grown);
    for (let length = 0; length < good.length; length += 1) {
      expect(read(good.subarray(0, length)), `${length} bytes`).to.equal(undefined);
    }
  });

  const member = (id: number, voter = 1, address = 'a:1'): number[] => {
    return [id, voter, address.length, ...Buffer.from(address)];
  };
  const wrong: readonly [string, readonly number[]][] = [
    ['of another version', [2, 1, 1, ...member(0)]],
    ['without members', [1, 3, 0]],
    ['of learners only', [1, 1, 1, ...member(0, 0)]],
    ['with an id that was not given yet', [1, 1, 1, ...member(1)]],
    ['with an id twice', [1, 2, 2, ...member(0), ...member(0)]],
    ['out of order', [1, 2, 2, ...member(1), ...member(0)]],
    ['with more members than ids', [1, 1, 2, ...member(0), ...member(1)]],
    ['with more ids than there are', [1, 100, 1, ...member(0)]],
    ['with half a voter', [1, 1, 1, ...member(0, 2)]],
    ['with a member that is nowhere', [1, 1, 1, ...member(0, 1, '')]],
    ['with an address that is no text', [1, 1, 1, 0, 1, 2, 0xc3, 0x28]],
    ['with bytes behind its end', [1, 1, 1, ...member(0), 0]],
    ['with a number in a long form', [1, 0x81, 0, 1, ...member(0)]],
  ];
  for (const [what, bytes] of wrong) {
    it(`is refused ${what}`, () => {
      const decode = (): Configuration => decodeConfiguration(Uint8Array.from(bytes));
      expect(decode).to.throw(ConfigurationFormatError, /^a configuration: /);
    });
  }

  it('is told in words', () => {
    expect(describeMembers(grown)).to.equal('servers 0, 1, 2 and learner 3 (at new:9000)');
    const one = withoutMember(withoutMember(founding, asServerId(0)), asServerId(2));
    expect(describeMembers(one)).to.equal('server 1');
  });
});

describe('Ids', () => {
  it('are given once, also those of the removed', () => {
    const shrunk = withoutMember(grown, asServerId(3));
    expect(withLearner(shrunk, 'other:9000').members.at(-1)?.id).to.equal(4);
  });
});

describe('The configurations of a log', () => {
  it('begin with the founders, who stand in no entry', () => {
    const membership = makeMembership();
    expect(membership.current).to.deep.equal(founding);
    expect([membership.index, membership.quorum]).to.deep.equal([0, 2]);
    expect(membership.bytesAt(asLogIndex(0))).to.have.length(0);
  });

  it('the newest is in force as soon as it is appended; commands change nothing', () => {
    const membership = makeMembership();
    expect(membership.append([makeEntry(1, 1)])).to.equal(false);
    expect(membership.append([configurationAt(2, grown)])).to.equal(true);
    expect(membership.current).to.deep.equal(grown);
    expect([membership.index, membership.quorum]).to.deep.equal([2, 2]);
    expect(membership.peers).to.deep.equal([1, 2, 3]);
    expect(membership.at(asLogIndex(1))).to.deep.equal(founding);
  });

  it('a learner is a member and no voter, until the next one says so', () => {
    const membership = makeMembership();
    membership.append([configurationAt(1, grown)]);
    const learner = asServerId(3);
    expect([membership.isMember(learner), membership.isVoter(learner)]).to.deep.equal([
      true,
      false,
    ]);
    membership.append([configurationAt(2, withVoter(grown, learner))]);
    expect([membership.isVoter(learner), membership.quorum]).to.deep.equal([true, 3]);
  });

  it('one that is cut off gives way to the one before', () => {
    const membership = makeMembership();
    membership.append([configurationAt(2, grown), makeEntry(3, 1)]);
    expect(membership.truncateFrom(asLogIndex(3))).to.equal(false);
    expect(membership.truncateFrom(asLogIndex(2))).to.equal(true);
    expect(membership.current).to.deep.equal(founding);
    expect(membership.peers).to.deep.equal([1, 2]);
  });

  it('those before a snapshot are given up, and the one that it holds is not', () => {
    const membership = makeMembership();
    const shrunk = withoutMember(grown, asServerId(3));
    membership.append([configurationAt(2, grown), configurationAt(5, shrunk)]);
    membership.compactThrough(asLogIndex(4));
    expect(membership.at(asLogIndex(4))).to.deep.equal(grown);
    expect(membership.truncateFrom(asLogIndex(5))).to.equal(true);
    expect(membership.current).to.deep.equal(grown);
  });

  it('a snapshot brings its own; what the log holds behind it stays in force', () => {
    const membership = makeMembership();
    const shrunk = withoutMember(grown, asServerId(3));
    membership.append([configurationAt(9, shrunk)]);
    const bytes = encodeConfiguration(grown);
    expect(membership.install(asLogIndex(7), bytes, true)).to.equal(false);
    expect(membership.current).to.deep.equal(shrunk);
    expect(membership.install(asLogIndex(8), bytes, false)).to.equal(true);
    expect(membership.current).to.deep.equal(grown);
    expect(membership.bytesAt(asLogIndex(8))).to.deep.equal(bytes);
  });

  it('one that is removed and not surely gone is among the others still', () => {
    const membership = makeMembership();
    const shrunk = withoutMember(founding, asServerId(2));
    membership.append([configurationAt(4, shrunk)]);
    expect(membership.othersSince(asLogIndex(3))).to.deep.equal([1, 2]);
    expect(membership.othersSince(asLogIndex(4))).to.deep.equal([1]);
  });

  it('a server is alone when only it is counted, whoever learns', () => {
    const membership = makeMembership();
    const rest = [1, 2].reduce((left, id) => withoutMember(left, asServerId(id)), grown);
    membership.append([configurationAt(1, rest)]);
    expect([membership.isAlone, membership.quorum]).to.deep.equal([true, 1]);
  });
});

function read(bytes: Uint8Array): Configuration | undefined {
  try {
    return decodeConfiguration(bytes);
  } catch (error) {
    if (error instanceof ConfigurationFormatError) return undefined;
    throw error;
  }
}

function makeMembership(): Membership {
  const index = asLogIndex(0);
  return new Membership({ id: asServerId(0), founding, bytes: foundersOnly, index });
}

function configurationAt(index: number, configuration: Configuration): Entry {
  const payload = encodeConfiguration(configuration);
  return { index: asLogIndex(index), term: asTerm(1), kind: 'configuration', payload };
}
