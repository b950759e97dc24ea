import { expect } from 'chai';
import { asLogIndex, asServerId, asTerm } from '../../src/base/ids.js';
import { describeEvent } from '../../src/cli/describe-event.js';
import type { ReplicaEvent } from '../../src/replica/observer.js';

const two = asServerId(2);
const term = asTerm(7);
const position = { index: asLogIndex(20), term };

const lines: readonly (readonly [ReplicaEvent, string])[] = [
  [
    { type: 'raft', note: { type: 'becameLeader', term, votes: [asServerId(0), two] } },
    'info elected leader of term 7 by the votes of servers 0, 2',
  ],
  [
    {
      type: 'raft',
      note: { type: 'logTruncated', fromIndex: asLogIndex(4), lastIndex: asLogIndex(6) },
    },
    'info cut uncommitted entries 4–6 that the leader does not have',
  ],
  [{ type: 'crashed' }, 'warn crash switch on: answers no calls, sends nothing'],
  [{ type: 'restored' }, 'warn crash switch off: a follower again'],
  [{ type: 'cut', servers: [], direction: 'both' }, 'warn no server is cut off'],
  [{ type: 'cut', servers: [two], direction: 'both' }, 'warn cut off from server 2'],
  [
    { type: 'cut', servers: [asServerId(0), two], direction: 'send' },
    'warn sends nothing to servers 0, 2',
  ],
  [{ type: 'cut', servers: [two], direction: 'receive' }, 'warn accepts nothing from server 2'],
  [
    { type: 'peerLost', peer: two, reason: 'connection refused' },
    'warn server 2 does not answer: connection refused',
  ],
  [{ type: 'peerBack', peer: two }, 'info server 2 answers again'],
  [{ type: 'storageFailed', reason: 'disk full' }, 'error the disk refuses, steps down: disk full'],
  [
    { type: 'storageUnusable', reason: 'disk full', isFinal: false },
    'error the disk cannot be used, goes on trying: disk full',
  ],
  [
    { type: 'storageUnusable', reason: 'a flipped bit', isFinal: true },
    'error the disk cannot be used, stays down until it is repaired: a flipped bit',
  ],
  [
    {
      ...{ type: 'storageReturned', term, standing: 'member', notices: ['cut 3 torn bytes'] },
      ...{ snapshotIndex: asLogIndex(20), lastLogIndex: asLogIndex(31) },
    },
    'warn the disk is back: term 7, snapshot through 20, log through 31, member; cut 3 torn bytes',
  ],
  [{ type: 'diskSilent', silentMs: 2005 }, 'warn the disk has not answered for 2.0 s'],
  [{ type: 'diskAnswers', silentMs: 3400 }, 'info the disk answers again after 3.4 s'],
  [
    { type: 'snapshotTaken', position, imageBytes: 12_900_000 },
    'info took a snapshot through entry 20 (12.3 MiB)',
  ],
  [
    { type: 'snapshotFailed', reason: 'disk full' },
    'warn gave up a snapshot, tries again later: disk full',
  ],
  [
    { type: 'snapshotSending', to: two, position, imageBytes: 100 },
    'info sends server 2 a snapshot through entry 20 (100 bytes)',
  ],
  [
    { type: 'snapshotSent', to: two, index: position.index },
    'info server 2 has the snapshot through 20',
  ],
  [
    { type: 'snapshotSendFailed', to: two, reason: 'a flipped bit' },
    'warn cannot send server 2 a snapshot: a flipped bit',
  ],
  [
    { type: 'snapshotReceiving', from: two, position, imageBytes: 2 ** 20 },
    'info server 2 sends a snapshot through entry 20 (1.0 MiB)',
  ],
  [
    { type: 'snapshotRefused', reason: 'disk full' },
    "warn cannot take in the leader's snapshot: disk full",
  ],
  [
    { type: 'stateMismatch', index: position.index, server: two },
    'error STATE MISMATCH: server 2 holds another state than this one at entry 20; ' +
      'one of them is wrong',
  ],
];

describe('the log line of an event', () => {
  for (const [event, line] of lines) {
    it(`is "${line}"`, () => {
      const { level, text } = describeEvent(event);
      expect(`${level} ${text}`).to.equal(line);
    });
  }
});
