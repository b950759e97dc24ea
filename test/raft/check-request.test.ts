import { expect } from 'chai';
import { asLogIndex, asServerId, asTerm } from '../../src/base/ids.js';
import { findRequestMistake } from '../../src/raft/check-request.js';
import { encodeConfiguration, foundingConfiguration } from '../../src/raft/configuration.js';
import type {
  AppendEntriesRequest,
  Entry,
  InstallSnapshotRequest,
  JoinRequest,
  RequestVoteRequest,
} from '../../src/raft/messages.js';
import { incarnationOf, makeEntry } from './make.js';
import { foundersOf, foundersOnly } from '../fixtures/founders.js';

const sender = asServerId(1);

const vote: RequestVoteRequest = {
  type: 'requestVote',
  term: asTerm(3),
  candidateId: sender,
  lastLogIndex: asLogIndex(7),
  lastLogTerm: asTerm(3),
  preVote: false,
  leadershipTransfer: false,
};

const append: AppendEntriesRequest = {
  type: 'appendEntries',
  term: asTerm(3),
  leaderId: sender,
  prevLogIndex: asLogIndex(2),
  prevLogTerm: asTerm(1),
  entries: [makeEntry(3, 1), makeEntry(4, 3)],
  leaderCommit: asLogIndex(99),
  round: 0,
  majorityLost: false,
};

const install: InstallSnapshotRequest = {
  type: 'installSnapshot',
  term: asTerm(3),
  leaderId: sender,
  lastIncludedIndex: asLogIndex(7),
  lastIncludedTerm: asTerm(3),
  configuration: foundersOnly,
  imageBytes: 100,
  imageChecksum: 0,
  offset: 90,
  data: new Uint8Array(10),
  checksum: 0,
  done: true,
};

const join: JoinRequest = { type: 'join', serverId: sender, incarnation: incarnationOf(1) };

const nothing = { lastLogIndex: asLogIndex(0), lastLogTerm: asTerm(0) };
const start = { prevLogIndex: asLogIndex(0), prevLogTerm: asTerm(0) };
const noTerm = asTerm(0);

const rightMembers = encodeConfiguration(foundingConfiguration(foundersOf([sender])));

/** An entry that changes the members, if its payload says who they are. */
function changedAt(index: number, payload: Uint8Array): Entry {
  return { index: asLogIndex(index), term: asTerm(3), kind: 'configuration', payload };
}

describe('A request of a peer', () => {
  const right = [
    vote,
    { ...vote, ...nothing },
    { ...vote, preVote: true, lastLogTerm: asTerm(2) },
    append,
    { ...append, entries: [] },
    { ...append, ...start, entries: [makeEntry(1, 1)] },
    install,
    { ...install, offset: 0, data: new Uint8Array(0), done: false },
    { ...install, offset: 0, data: new Uint8Array(0), imageBytes: 0 },
    { ...append, entries: [changedAt(3, rightMembers)] },
    { ...install, configuration: rightMembers },
    join,
  ];
  it('is right when its parts can be true together', () => {
    for (const request of right) expect(findRequestMistake(sender, request)).to.equal(undefined);
  });

  const wrong = [
    { ...vote, candidateId: asServerId(2) },
    { ...append, leaderId: asServerId(2) },
    { ...vote, ...nothing, term: noTerm },
    { ...append, ...start, entries: [], term: noTerm },
    { ...vote, lastLogIndex: asLogIndex(0) },
    { ...vote, lastLogTerm: noTerm },
    { ...vote, lastLogTerm: asTerm(4) },
    { ...vote, preVote: true },
    { ...append, prevLogIndex: asLogIndex(0), entries: [] },
    { ...append, prevLogTerm: noTerm, entries: [] },
    { ...append, prevLogTerm: asTerm(4), entries: [] },
    { ...append, entries: [makeEntry(4, 3)] },
    { ...append, entries: [makeEntry(3, 3), makeEntry(5, 3)] },
    { ...append, entries: [makeEntry(3, 2), makeEntry(4, 1)] },
    { ...append, prevLogTerm: asTerm(2) },
    { ...append, entries: [makeEntry(3, 4)] },
    { ...vote, term: asTerm(2 ** 47 + 1) },
    { ...append, term: asTerm(2 ** 47 + 1) },
    { ...install, leaderId: asServerId(2) },
    { ...install, term: noTerm },
    { ...install, term: asTerm(2 ** 47 + 1) },
    { ...install, lastIncludedIndex: asLogIndex(0) },
    { ...install, lastIncludedTerm: noTerm },
    { ...install, lastIncludedTerm: asTerm(4) },
    { ...install, offset: 91 },
    { ...install, offset: -1, imageBytes: 9 },
    { ...install, offset: 0.5, imageBytes: 10.5 },
    { ...install, imageBytes: NaN },
    { ...install, offset: 89 },
    { ...install, done: false },
    { ...append, entries: [changedAt(3, foundersOnly)] },
    { ...append, entries: [makeEntry(3, 1), changedAt(4, rightMembers.subarray(1))] },
    { ...append, entries: [changedAt(3, Uint8Array.of(...rightMembers, 0))] },
    { ...install, configuration: rightMembers.subarray(0, -1) },
    { ...install, configuration: Uint8Array.of(0xff) },
    { ...join, serverId: asServerId(2) },
    { ...join, incarnation: incarnationOf(1).slice(1) },
    { ...join, incarnation: incarnationOf(1).toUpperCase() },
  ];
  it('is named wrong when they cannot, or when it speaks for another server', () => {
    for (const request of wrong) {
      expect(findRequestMistake(sender, request), JSON.stringify(request)).to.be.a('string');
    }
  });
});
