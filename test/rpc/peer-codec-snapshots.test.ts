/**
 * The struct forms of what snapshots and standing need, there and back, and what must be refused.
 */
import { expect } from 'chai';
import fc from 'fast-check';
import { asLogIndex, asServerId, asTerm } from '../../src/base/ids.js';
import type { InstallSnapshotRequest } from '../../src/raft/messages.js';
import type { PeerMessage } from '../../src/replica/peer-transport.js';
import { ArgumentError } from '../../src/rpc/param.js';
import { readInstallSnapshot, readJoin, readStateReport } from '../../src/rpc/peer-codec.js';
import type { XmlStruct, XmlValue } from '../../src/rpc/xml-value.js';
import { xmlValue } from './codec/xml-values.js';
import { overTheWire, plain, withDigits } from './support/over-the-wire.js';
import { foundersOnly } from '../fixtures/founders.js';
import { encodeConfiguration, foundingConfiguration } from '../../src/raft/configuration.js';

const counter = fc.nat({ max: 2 ** 40 });
const u32 = fc.nat({ max: 2 ** 32 - 1 });
const incarnation = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((bytes) => Buffer.from(bytes).toString('hex'));
const serverId = fc.nat({ max: 98 }).map(asServerId);
const index = counter.map(asLogIndex);

const sampleConfiguration = encodeConfiguration(
  foundingConfiguration([{ id: asServerId(0), address: 'host0:9000' }]),
);

const installSnapshot = fc
  .record({
    lastIncluded: fc.record({ index: counter, term: counter }),
    termsLater: fc.nat({ max: 9 }),
    leaderId: serverId,
    checksums: fc.tuple(u32, u32),
    offset: counter,
    configuration: fc.constantFrom(foundersOnly, sampleConfiguration),
    data: fc.uint8Array({ maxLength: 200 }),
    rest: fc.nat({ max: 3 }),
  })
  .map(({ lastIncluded, termsLater, leaderId, checksums, offset, configuration, data, rest }) => {
    const lastIncludedTerm = asTerm(lastIncluded.term + 1);
    const request: InstallSnapshotRequest = {
      type: 'installSnapshot',
      term: asTerm(lastIncludedTerm + termsLater),
      leaderId,
      lastIncludedIndex: asLogIndex(lastIncluded.index + 1),
      lastIncludedTerm,
      configuration,
      imageBytes: offset + data.length + rest,
      imageChecksum: checksums[0],
      offset,
      data,
      checksum: checksums[1],
      done: rest === 0,
    };
    return request;
  });

describe('snapshots, joins and state reports over the wire', () => {
  it('come every InstallSnapshot back as it was', () => {
    fc.assert(
      fc.property(installSnapshot, (request) => {
        expect(plain(overTheWire(request))).to.deep.equal(plain(request));
      }),
    );
  });

  it('come every Join and StateReport back as it was', () => {
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
    expect(read('offset', 8)).to.throw(ArgumentError, 'past the end of the image');
    expect(read('imageBytes', 8)).to.throw(ArgumentError, 'past the end of the image');
    expect(read('offset', 7)).to.throw(ArgumentError, 'done says');
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
    const kinds = [
      [readInstallSnapshot, piece],
      [readJoin, join],
      [readStateReport, report],
    ] as const;
    fc.assert(
      fc.property(fc.constantFrom(...kinds), fc.nat(), xmlValue, ([read, good], at, value) => {
        const member = [...good.keys()][at % good.size] ?? '';
        for (const hostile of [value, new Map(good).set(member, value)]) {
          try {
            expect(read(hostile)).to.have.property('type');
          } catch (error) {
            expect(error).to.be.instanceOf(ArgumentError);
          }
        }
      }),
    );
  });
});
