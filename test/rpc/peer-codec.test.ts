/**
 * The struct forms of peer calls: there and back, and everything that must be refused.
 */
import { expect } from 'chai';
import fc from 'fast-check';
import { asLogIndex, asServerId, asTerm } from '../../src/base/ids.js';
import { encodeEntries } from '../../src/raft/entry-codec.js';
import type {
  AppendEntriesRequest,
  Entry,
  InstallSnapshotRequest,
  PeerRequest,
} from '../../src/raft/messages.js';
import type { PeerMessage, PeerReply } from '../../src/replica/peer-transport.js';
import { decodeCall } from '../../src/rpc/codec/call-decoder.js';
import { encodeResponse } from '../../src/rpc/codec/encode.js';
import { decodeResponse } from '../../src/rpc/codec/response-decoder.js';
import {
  encodePeerMessage,
  readAppendEntries,
  readInstallSnapshot,
  readJoin,
  readRequestVote,
  readStateReport,
} from '../../src/rpc/peer-codec.js';
import { peerReplyValue, readPeerReply } from '../../src/rpc/peer-reply-codec.js';
import { ArgumentError } from '../../src/rpc/param.js';
import { xmlValue } from './codec/xml-values.js';
import type { XmlStruct, XmlValue } from '../../src/rpc/xml-value.js';

const counterMax = 2 ** 48 - 1;

const readers: Readonly<Record<string, (value: XmlValue) => PeerMessage>> = {
  AppendEntries: readAppendEntries,
  RequestVote: readRequestVote,
  InstallSnapshot: readInstallSnapshot,
  Join: readJoin,
  StateReport: readStateReport,
};

function overTheWire(message: PeerMessage): PeerMessage {
  const body = encodePeerMessage(message);
  expect(body).to.match(/^[\x20-\x7e]*$/);
  const decoded = decodeCall(Buffer.from(body));
  if (decoded.kind !== 'call') throw new Error(decoded.fault.text);
  const [value] = decoded.call.params;
  const read = readers[decoded.call.methodName];
  if (value === undefined || read === undefined) throw new Error('no argument, or no such method');
  return read(value);
}

function replyOverTheWire(reply: PeerReply): PeerReply {
  const decoded = decodeResponse(Buffer.from(encodeResponse(peerReplyValue(reply))));
  if (decoded.kind !== 'value') throw new Error('no value');
  return readPeerReply(reply.type, decoded.value);
}

function entriesFrom(firstIndex: number, terms: readonly number[], payload: Uint8Array): Entry[] {
  return terms.map((term, position) => ({
    index: asLogIndex(firstIndex + position),
    term: asTerm(term),
    kind: 'command',
    payload,
  }));
}

const counter = fc.nat({ max: 2 ** 40 });

const appendEntries = fc
  .record({
    prev: fc.option(fc.record({ index: counter, term: counter }), { nil: undefined }),
    steps: fc.array(fc.nat({ max: 3 }), { maxLength: 5 }),
    payload: fc.uint8Array({ maxLength: 20 }),
    above: fc.nat({ max: 10 }),
    leaderId: fc.nat({ max: 98 }),
    leaderCommit: counter,
    round: counter,
  })
  .map(({ prev, steps, payload, above, leaderId, leaderCommit, round }): AppendEntriesRequest => {
    const prevLogIndex = prev === undefined ? 0 : prev.index + 1;
    const prevLogTerm = prev === undefined ? 0 : prev.term + 1;
    let term = Math.max(prevLogTerm, 1);
    const terms = steps.map((step) => (term += step));
    return {
      type: 'appendEntries',
      term: asTerm(term + above),
      leaderId: asServerId(leaderId),
      prevLogIndex: asLogIndex(prevLogIndex),
      prevLogTerm: asTerm(prevLogTerm),
      entries: entriesFrom(prevLogIndex + 1, terms, payload),
      leaderCommit: asLogIndex(leaderCommit),
      round,
      majorityLost: round % 2 === 1,
    };
  });

const u32 = fc.nat({ max: 2 ** 32 - 1 });
const incarnation = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((bytes) => Buffer.from(bytes).toString('hex'));
const serverId = fc.nat({ max: 98 }).map(asServerId);
const term = counter.map(asTerm);
const index = counter.map(asLogIndex);

const installSnapshot = fc
  .record({
    lastIncluded: fc.record({ index: counter, term: counter }),
    termsLater: fc.nat({ max: 9 }),
    leaderId: serverId,
    checksums: fc.tuple(u32, u32),
    offset: counter,
    data: fc.uint8Array({ maxLength: 200 }),
    rest: fc.nat({ max: 3 }),
  })
  .map(({ lastIncluded, termsLater, leaderId, checksums, offset, data, rest }) => {
    const lastIncludedTerm = asTerm(lastIncluded.term + 1);
    const request: InstallSnapshotRequest = {
      type: 'installSnapshot',
      term: asTerm(lastIncludedTerm + termsLater),
      leaderId,
      lastIncludedIndex: asLogIndex(lastIncluded.index + 1),
      lastIncludedTerm,
      imageBytes: offset + data.length + rest,
      imageChecksum: checksums[0],
      offset,
      data,
      checksum: checksums[1],
      done: rest === 0,
    };
    return request;
  });

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

describe('peer calls over the wire', () => {
  it('bring every AppendEntries back as it was', () => {
    fc.assert(
      fc.property(appendEntries, (request) => {
        expect(plain(overTheWire(request))).to.deep.equal(plain(request));
      }),
    );
  });

  it('bring every RequestVote back as it was', () => {
    const requests = fc.record({ lastTerm: counter, above: counter, flag: fc.boolean() });
    fc.assert(
      fc.property(requests, ({ lastTerm, above, flag }) => {
        const request: PeerRequest = {
          type: 'requestVote',
          term: asTerm(lastTerm + above + 1),
          candidateId: asServerId(2),
          lastLogIndex: asLogIndex(lastTerm === 0 ? 0 : above + 1),
          lastLogTerm: asTerm(lastTerm),
          preVote: flag,
          leadershipTransfer: !flag,
        };
        expect(overTheWire(request)).to.deep.equal(request);
      }),
    );
  });

  it('bring every InstallSnapshot back as it was', () => {
    fc.assert(
      fc.property(installSnapshot, (request) => {
        expect(plain(overTheWire(request))).to.deep.equal(plain(request));
      }),
    );
  });

  it('bring every Join and StateReport back as it was', () => {
    const message: fc.Arbitrary<PeerMessage> = fc.oneof(
      fc.record({ type: fc.constant('join' as const), serverId, incarnation }),
      fc.record({ type: fc.constant('stateReport' as const), serverId, index, checksum: u32 }),
    );
    fc.assert(
      fc.property(message, (sent) => {
        expect(overTheWire(sent)).to.deep.equal(sent);
      }),
    );
  });

  it('bring every answer back as it was', () => {
    fc.assert(
      fc.property(reply, (sent) => {
        expect(replyOverTheWire(sent)).to.deep.equal(sent);
      }),
    );
  });

  it('take an answer to AppendEntries without `refilling` for that of a member', () => {
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

  it('encode the entries once for all followers', () => {
    let reads = 0;
    const entry: Entry = {
      index: asLogIndex(1),
      term: asTerm(1),
      kind: 'command',
      get payload() {
        reads += 1;
        return Uint8Array.of(1);
      },
    };
    const request: AppendEntriesRequest = {
      type: 'appendEntries',
      term: asTerm(1),
      leaderId: asServerId(0),
      prevLogIndex: asLogIndex(0),
      prevLogTerm: asTerm(0),
      entries: [entry],
      leaderCommit: asLogIndex(0),
      round: 0,
      majorityLost: false,
    };
    const first = encodePeerMessage(request);
    const readsOfFirst = reads;
    expect(readsOfFirst).to.be.above(0);
    expect(encodePeerMessage({ ...request, leaderCommit: asLogIndex(0) })).to.equal(first);
    expect(reads).to.equal(readsOfFirst);
  });
});

describe('a malformed peer call', () => {
  const payload = Uint8Array.of(1);
  const good: XmlStruct = new Map<string, XmlValue>([
    ['term', 5],
    ['leaderId', 1],
    ['prevLogIndex', 3],
    ['prevLogTerm', 4],
    ['entries', encodeEntries(entriesFrom(4, [4, 5], payload))],
    ['leaderCommit', 2],
    ['round', 9],
  ]);
  const goodVote: XmlStruct = new Map<string, XmlValue>([
    ['term', 5],
    ['candidateId', 1],
    ['lastLogIndex', 3],
    ['lastLogTerm', 4],
  ]);
  const changes: readonly (readonly [string, XmlValue])[] = [
    ['term', 0],
    ['term', -1],
    ['term', 2 ** 48],
    ['term', 2n ** 60n],
    ['term', '5'],
    ['term', true],
    ['leaderId', -1],
    ['prevLogIndex', 0],
    ['prevLogIndex', 7],
    ['prevLogTerm', 0],
    ['prevLogTerm', 6],
    ['leaderCommit', null],
    ['round', -1],
    ['entries', 'AAAA'],
    ['entries', [1]],
    ['entries', Uint8Array.of(1, 2, 3)],
    ['entries', encodeEntries(entriesFrom(5, [5], payload))],
    ['entries', encodeEntries(entriesFrom(4, [3], payload))],
    ['entries', encodeEntries(entriesFrom(4, [6], payload))],
  ];

  it('is refused whichever member is wrong, and in words that name it', () => {
    expect(readAppendEntries(good)).to.have.property('round', 9);
    for (const [name, value] of changes) {
      const read = (): unknown => readAppendEntries(new Map(good).set(name, value));
      expect(read, `${name} ${JSON.stringify(value, withDigits)}`).to.throw(ArgumentError);
    }
  });

  it('is refused when a member is missing, unless the paper does not have it', () => {
    for (const name of good.keys()) {
      const struct = new Map(good);
      struct.delete(name);
      if (name === 'round') expect(readAppendEntries(struct).round).to.equal(0);
      else expect(() => readAppendEntries(struct), name).to.throw(ArgumentError, name);
    }
    for (const name of goodVote.keys()) {
      const struct = new Map(goodVote);
      struct.delete(name);
      expect(() => readRequestVote(struct), name).to.throw(ArgumentError, name);
    }
  });

  it('is refused as a vote, too', () => {
    expect(readRequestVote(goodVote)).to.include({ preVote: false, leadershipTransfer: false });
    const wrong: readonly (readonly [string, XmlValue])[] = [
      ['preVote', 1],
      ['leadershipTransfer', 'yes'],
      ['lastLogTerm', 6],
      ['lastLogIndex', 0],
      ['candidateId', 'x'],
    ];
    for (const [name, value] of wrong) {
      expect(() => readRequestVote(new Map(goodVote).set(name, value)), name).to.throw(
        ArgumentError,
      );
    }
    for (const value of [null, 1, 'x', [], Uint8Array.of(1)]) {
      expect(() => readRequestVote(value)).to.throw(ArgumentError, 'expected a struct');
    }
  });
});

describe('a malformed InstallSnapshot, Join or StateReport', () => {
  const piece: XmlStruct = new Map<string, XmlValue>([
    ['term', 5],
    ['leaderId', 1],
    ['lastIncludedIndex', 9],
    ['lastIncludedTerm', 5],
    ['imageBytes', 10],
    ['imageChecksum', 2 ** 32 - 1],
    ['offset', 6],
    ['data', Uint8Array.of(1, 2, 3)],
    ['checksum', 0],
    ['done', false],
  ]);
  const join: XmlStruct = new Map<string, XmlValue>([
    ['serverId', 1],
    ['incarnation', '0123456789abcdef0123456789abcdef'],
  ]);
  const report: XmlStruct = new Map<string, XmlValue>([
    ['serverId', 1],
    ['index', 2],
    ['checksum', 3],
  ]);

  function expectRefusal(
    read: (value: XmlValue) => PeerMessage,
    good: XmlStruct,
    wrong: readonly (readonly [string, XmlValue])[],
  ): void {
    expect(() => read(good)).to.not.throw();
    for (const [name, value] of wrong) {
      const what = `${name} ${JSON.stringify(value, withDigits)}`;
      expect(() => read(new Map(good).set(name, value)), what).to.throw(ArgumentError, name);
    }
    for (const name of good.keys()) {
      const struct = new Map(good);
      struct.delete(name);
      expect(() => read(struct), name).to.throw(ArgumentError, name);
    }
    for (const value of [null, 1, 'x', [], Uint8Array.of(1)]) {
      expect(() => read(value)).to.throw(ArgumentError, 'expected a struct');
    }
  }

  it('is refused whichever member of a piece is wrong or missing', () => {
    expectRefusal(readInstallSnapshot, piece, [
      ['term', 0],
      ['term', 4],
      ['term', 2 ** 48],
      ['leaderId', -1],
      ['lastIncludedIndex', 0],
      ['lastIncludedIndex', 2n ** 60n],
      ['lastIncludedTerm', 0],
      ['lastIncludedTerm', 6],
      ['imageBytes', -1],
      ['imageBytes', '10'],
      ['imageChecksum', 2 ** 32],
      ['imageChecksum', -1],
      ['offset', -1],
      ['offset', null],
      ['data', 'AAAA'],
      ['data', []],
      ['checksum', 2 ** 32],
      ['checksum', true],
      ['done', 0],
      ['done', true],
    ]);
  });

  it('is refused when a piece reaches beyond its image, or is not what it says of the end', () => {
    const read = (name: string, value: XmlValue) => () =>
      readInstallSnapshot(new Map(piece).set(name, value));
    expect(read('offset', 8)).to.throw(ArgumentError, 'beyond the image');
    expect(read('imageBytes', 8)).to.throw(ArgumentError, 'beyond the image');
    expect(read('offset', 7)).to.throw(ArgumentError, 'done is false at the end');
    const last = new Map(piece).set('offset', 7).set('done', true);
    expect(readInstallSnapshot(last)).to.include({ offset: 7, done: true });
    const question = new Map(piece).set('offset', 0).set('data', new Uint8Array());
    expect(readInstallSnapshot(question)).to.include({ offset: 0, done: false });
  });

  it('is refused whichever member of a Join is wrong or missing', () => {
    expectRefusal(readJoin, join, [
      ['serverId', -1],
      ['serverId', 'x'],
      ['incarnation', 1],
      ['incarnation', ''],
      ['incarnation', '0123456789ABCDEF0123456789ABCDEF'],
      ['incarnation', '0123456789abcdef0123456789abcdef0'],
      ['incarnation', '0123456789abcdef0123456789abcdef\n'],
    ]);
  });

  it('is refused whichever member of a StateReport is wrong or missing', () => {
    expectRefusal(readStateReport, report, [
      ['serverId', -1],
      ['index', -1],
      ['index', 2 ** 48],
      ['checksum', 2 ** 32],
      ['checksum', 'x'],
    ]);
  });

  it('is refused whatever stands in it, and in no other way', () => {
    const goods = { InstallSnapshot: piece, Join: join, StateReport: report };
    const names = fc.constantFrom(
      'InstallSnapshot' as const,
      'Join' as const,
      'StateReport' as const,
    );
    fc.assert(
      fc.property(names, fc.nat(), xmlValue, (name, at, value) => {
        const good = goods[name];
        const member = [...good.keys()][at % good.size] ?? '';
        for (const hostile of [value, new Map(good).set(member, value)]) {
          try {
            expect(readers[name]?.(hostile)).to.have.property('type');
          } catch (error) {
            expect(error).to.be.instanceOf(ArgumentError);
          }
        }
      }),
    );
  });

  it('is refused as an answer, too', () => {
    for (const type of ['installSnapshot', 'join'] as const) {
      expect(() => readPeerReply(type, new Map())).to.throw(ArgumentError, 'term');
      expect(() => readPeerReply(type, 1)).to.throw(ArgumentError, 'a struct');
    }
    expect(() => readPeerReply('stateReport', true)).to.throw(ArgumentError, 'a struct');
  });
});

function withDigits(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}

/** Bytes that are views into longer buffers, as plain arrays. */
function plain(message: PeerMessage): unknown {
  if (message.type === 'installSnapshot') return { ...message, data: [...message.data] };
  if (message.type !== 'appendEntries') return message;
  const entries = message.entries.map((entry) => ({ ...entry, payload: [...entry.payload] }));
  return { ...message, entries };
}
