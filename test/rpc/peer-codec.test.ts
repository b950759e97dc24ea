/**
 * The struct forms of AppendEntries and RequestVote: there and back, and everything that must be
 * refused.
 */
import { expect } from 'chai';
import fc from 'fast-check';
import { asLogIndex, asServerId, asTerm } from '../../src/base/ids.js';
import { encodeEntries } from '../../src/raft/entry-codec.js';
import type { AppendEntriesRequest, Entry, PeerRequest } from '../../src/raft/messages.js';
import { decodeCall } from '../../src/rpc/codec/call-decoder.js';
import {
  encodePeerMessage,
  readAppendEntries,
  readRequestVote,
  readUsualAppendEntries,
} from '../../src/rpc/peer-codec.js';
import { ArgumentError } from '../../src/rpc/param.js';
import type { XmlStruct, XmlValue } from '../../src/rpc/xml-value.js';
import { overTheWire, plain, withDigits } from './support/over-the-wire.js';

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

const exampleAppendEntries: AppendEntriesRequest = {
  type: 'appendEntries',
  term: asTerm(1),
  leaderId: asServerId(0),
  prevLogIndex: asLogIndex(0),
  prevLogTerm: asTerm(0),
  entries: [],
  leaderCommit: asLogIndex(0),
  round: 0,
  majorityLost: false,
};

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
    const request: AppendEntriesRequest = { ...exampleAppendEntries, entries: [entry] };
    const first = encodePeerMessage(request);
    const readsOfFirst = reads;
    expect(readsOfFirst).to.be.above(0);
    expect(encodePeerMessage({ ...request, leaderCommit: asLogIndex(0) })).to.equal(first);
    expect(reads).to.equal(readsOfFirst);
  });
});

/** What the parser and `readAppendEntries` make of a body; undefined when they refuse it. */
function readTheLongWay(body: Uint8Array): AppendEntriesRequest | undefined {
  const decoded = decodeCall(body);
  if (decoded.kind !== 'call' || decoded.call.methodName !== 'AppendEntries') return undefined;
  const [value] = decoded.call.params;
  try {
    return value === undefined ? undefined : readAppendEntries(value);
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    return undefined;
  }
}

describe('the short way of reading AppendEntries', () => {
  it('reads every one that a server of ours encodes, as the long way does', () => {
    fc.assert(
      fc.property(appendEntries, (request) => {
        const body = Buffer.from(encodePeerMessage(request));
        const read = readUsualAppendEntries(body);
        expect(read && plain(read)).to.deep.equal(plain(request));
        expect(plain(readTheLongWay(body) ?? request)).to.deep.equal(plain(request));
      }),
    );
  });

  it('never reads what the long way refuses, nor anything in another way', () => {
    const change = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
      cut: fc.nat({ max: 3 }),
      insert: fc.string({
        unit: fc.constantFrom('0', '9', 'A', '=', '<', '/', ' ', 'é'),
        maxLength: 3,
      }),
    });
    fc.assert(
      fc.property(appendEntries, change, (request, { at, cut, insert }) => {
        const text = encodePeerMessage(request);
        const place = Math.floor(at * text.length);
        const body = Buffer.from(text.slice(0, place) + insert + text.slice(place + cut));
        const read = readUsualAppendEntries(body);
        if (read === undefined) return;
        const long = readTheLongWay(body);
        expect(long && plain(long)).to.deep.equal(plain(read));
      }),
      { numRuns: 2_000 },
    );
  });

  it('leaves numbers of more than 48 bits to the long way, which refuses them', () => {
    const request = { ...exampleAppendEntries, round: 10 ** 15 };
    const body = Buffer.from(encodePeerMessage(request));
    expect(readUsualAppendEntries(body)).to.equal(undefined);
    expect(readTheLongWay(body)).to.equal(undefined);
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
