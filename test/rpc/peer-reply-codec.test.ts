/**
 * The answers of servers to each other: there and back, and what must be refused.
 */
import { expect } from 'chai';
import fc from 'fast-check';
import { must } from '../../src/base/assert.js';
import { asLogIndex, asTerm } from '../../src/base/ids.js';
import type { PeerReply } from '../../src/replica/peer-transport.js';
import { decodeResponse } from '../../src/rpc/codec/response-decoder.js';
import { ArgumentError } from '../../src/rpc/param.js';
import {
  encodeUsualReply,
  peerReplyValue,
  readPeerReply,
  readUsualReply,
} from '../../src/rpc/peer-reply-codec.js';
import { replyOverTheWire } from './support/over-the-wire.js';

const counterMax = 2 ** 48 - 1;
const counter = fc.nat({ max: 2 ** 40 });
const term = counter.map(asTerm);
const index = counter.map(asLogIndex);
const incarnation = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((bytes) => Buffer.from(bytes).toString('hex'));

const reply: fc.Arbitrary<PeerReply> = fc.oneof(
  fc.record({
    type: fc.constant('appendEntries' as const),
    term,
    success: fc.boolean(),
    matchIndex: index,
    conflictIndex: index,
    conflictTerm: term,
    round: counter,
    refilling: fc.boolean(),
  }),
  fc.record({
    type: fc.constant('requestVote' as const),
    term,
    voteGranted: fc.boolean(),
    preVote: fc.boolean(),
    forTerm: term,
  }),
  fc.record({
    type: fc.constant('installSnapshot' as const),
    term,
    lastIncludedIndex: index,
    nextOffset: counter,
    installed: fc.boolean(),
    refilling: fc.boolean(),
  }),
  fc.record({
    type: fc.constant('join' as const),
    term,
    knownIncarnation: incarnation,
    incarnation,
    leading: fc.boolean(),
    lastLogIndex: index,
  }),
  fc.constant({ type: 'stateReport' as const }),
);

const exampleReply: PeerReply = {
  type: 'appendEntries',
  term: asTerm(7),
  success: true,
  matchIndex: asLogIndex(12),
  conflictIndex: asLogIndex(0),
  conflictTerm: asTerm(0),
  round: 3,
  refilling: false,
};

describe('the answer to a peer', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(reply, (sent) => {
        expect(replyOverTheWire(sent)).to.deep.equal(sent);
      }),
    );
  });

  it('may come the short way, and says the same as on the long one', () => {
    fc.assert(
      fc.property(reply, (sent) => {
        const text = encodeUsualReply(sent);
        const isUsual = sent.type === 'appendEntries' && !sent.refilling;
        expect(text !== undefined).to.equal(isUsual);
        if (text === undefined) return;
        const body = Buffer.from(text);
        expect(readUsualReply('appendEntries', body)).to.deep.equal(sent);
        expect(readUsualReply('join', body)).to.equal(undefined);
        const decoded = decodeResponse(body);
        const value = decoded.kind === 'value' ? decoded.value : null;
        expect(readPeerReply('appendEntries', value)).to.deep.equal(sent);
      }),
    );
  });

  it('is read the short way only when every character is in its place', () => {
    const text = must(encodeUsualReply(exampleReply), 'it is a usual one');
    const odd = [
      `${text} `,
      text.slice(0, -1),
      text.replace('<boolean>1', '<boolean>2'),
      text.replace('<i8>7', '<i8>07'),
      text.replace('<i8>7', '<i8>-7'),
      text.replace('<i8>7', '<i8>'),
      text.replace('<i8>7', '<i8>999999999999999'),
      text.replace('<i8>7', '<i4>7'),
    ];
    for (const each of odd) {
      expect(readUsualReply('appendEntries', Buffer.from(each)), each).to.equal(undefined);
    }
  });

  it('is that of a member when it does not say `refilling`', () => {
    const response = {
      type: 'appendEntries',
      term: asTerm(7),
      success: false,
      matchIndex: asLogIndex(0),
      conflictIndex: asLogIndex(counterMax),
      conflictTerm: asTerm(3),
      round: 2 ** 40,
      refilling: false,
    } as const;
    const struct = peerReplyValue(response);
    expect(struct.has('refilling')).to.equal(false);
    expect(readPeerReply('appendEntries', struct)).to.deep.equal(response);
  });

  it('is refused when it is not what was asked for', () => {
    for (const type of ['installSnapshot', 'join'] as const) {
      expect(() => readPeerReply(type, new Map())).to.throw(ArgumentError, 'term');
      expect(() => readPeerReply(type, 1)).to.throw(ArgumentError, 'a struct');
    }
    expect(() => readPeerReply('stateReport', true)).to.throw(ArgumentError, 'a struct');
  });
});
