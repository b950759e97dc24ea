import { expect } from 'chai';
import { asLogIndex, asServerId, asTerm } from '../../src/base/ids.js';
import { describeEvent } from '../../src/cli/describe-event.js';
import type { ReplicaEvent } from '../../src/replica/observer.js';

const two = asServerId(2);
const term = asTerm(7);

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
];

describe('the log line of an event', () => {
  for (const [event, line] of lines) {
    it(`is "${line}"`, () => {
      const { level, text } = describeEvent(event);
      expect(`${level} ${text}`).to.equal(line);
    });
  }
});
