/**
 * The writing of answers straight from the bytes of files, held to the encoder of values: the same
 * bytes, whatever the names and items, and however the work is cut.
 */
import { expect } from 'chai';
import fc from 'fast-check';
import type { HashItem, UpdateFile } from '../../../src/files/file-command.js';
import { FileMap } from '../../../src/files/file-map.js';
import {
  fileItem,
  fileMember,
  namedVersionItem,
  textPart,
  updateMembers,
  versionItem,
  type AnswerPart,
} from '../../../src/rpc/codec/answer-part.js';
import { encodeMember, encodeValue, UnencodableError } from '../../../src/rpc/codec/encode.js';
import { PartsMeter } from '../../../src/rpc/codec/parts-meter.js';
import { PartsWriter, tokenBytesMax } from '../../../src/rpc/codec/parts-writer.js';
import type { XmlValue } from '../../../src/rpc/xml-value.js';
import { xmlText } from './xml-values.js';

const hexDigits = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => hexOf(bytes));

const shortItem: fc.Arbitrary<HashItem> = fc.oneof(
  xmlText,
  hexDigits,
  hexDigits.map((text) => text.toUpperCase()),
  hexDigits.map((text) => text.slice(1)),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.constantFrom(0, -1, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), -(2 ** 31) - 1),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
);
const hashItem = fc.oneof(
  { weight: 30, arbitrary: shortItem },
  // Longer than what is measured at a time, with a character of three bytes at any place of it.
  {
    weight: 1,
    arbitrary: fc.nat(3).map((length) => 'x'.repeat(length) + '\uff0d<'.repeat(17_000)),
  },
);

const namedFiles = fc.array(
  fc.record({
    name: fc.oneof(
      xmlText.filter((text) => text !== ''),
      fc.constantFrom('a', '__proto__', '&'.repeat(4096)),
    ),
    hashlist: fc.array(hashItem, { maxLength: 6 }),
    updates: fc.oneof({ weight: 5, arbitrary: fc.integer({ min: 1, max: 3 }) }, fc.constant(65)),
  }),
  { maxLength: 8 },
);

describe('an answer that is written from the bytes of files', () => {
  it('is the one that the encoder makes of the whole map, however it is cut', () => {
    const cuts = fc.record({
      pieceBytes: fc.integer({ min: tokenBytesMax, max: 4 * tokenBytesMax }),
      measuredAtATime: fc.integer({ min: 1, max: 3000 }),
    });
    fc.assert(
      fc.property(namedFiles, cuts, (files, { pieceBytes, measuredAtATime }) => {
        const map = mapOf(files);
        const parts = mapParts(map);
        const expected = Buffer.from(encodeValue(mapValue(map)));
        expect(measure(parts, measuredAtATime)).to.equal(expected.length);
        expect(Buffer.concat(write(parts, pieceBytes)).equals(expected)).to.equal(true);
      }),
      { numRuns: 150 },
    );
  });

  it('is the one that the encoder makes of a page', () => {
    fc.assert(
      fc.property(namedFiles, fc.integer({ min: 1, max: 4 }), (files, limit) => {
        const map = mapOf(files);
        const numbers = map.numbersAfter('', limit);
        const frozen = map.freeze();
        const parts = [{ read: () => frozen.readThese(numbers), form: fileItem }];
        const names = [...map.entries()].map(([name]) => name).sort(byCodePoints);
        const expected = names
          .slice(0, limit)
          .map((name) => {
            const info = map.get(name);
            return encodeValue([name, info?.version ?? 0, info?.hashlist ?? []]);
          })
          .join('');
        expect(Buffer.concat(write(parts, 1000)).toString()).to.equal(expected);
        expect(measure(parts, 1000)).to.equal(Buffer.byteLength(expected));
      }),
      { numRuns: 50 },
    );
  });

  it('is the one that the encoder makes of versions with their times', () => {
    const time = fc.oneof(
      fc.constantFrom(1, 2 ** 31 - 1, 2 ** 31),
      fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    );
    fc.assert(
      fc.property(namedFiles, time, (files, timeMs) => {
        const map = new FileMap();
        for (const { name, hashlist } of files) {
          const version = (map.get(name)?.version ?? 0) + 1;
          const command = { type: 'updatefile', name, version, hashlist, timeMs } as const;
          map.apply(map.encode({ ...command, requestId: undefined }));
        }
        const names = [...new Set(files.map(({ name }) => name))].sort(byCodePoints);
        const expected = names.flatMap((name) => {
          const lists = files.filter((file) => file.name === name).map(({ hashlist }) => hashlist);
          return lists.map((hashlist, at) => ({ name, version: at + 1, hashlist })).reverse();
        });
        const limits = { versionsMax: 1_000, bytesMax: 1e9 };
        const { versions } = map.versionsAfter({ afterName: '', belowVersion: 0 }, limits);
        const named = [{ read: () => versions.read(), form: namedVersionItem }];
        const pairs = expected.map((each) => [each.name, each.version, timeMs, each.hashlist]);
        const namedText = pairs.map((pair) => encodeValue(pair)).join('');
        expect(Buffer.concat(write(named, 500)).toString()).to.equal(namedText);
        expect(measure(named, 1000)).to.equal(Buffer.byteLength(namedText));
        const plain = [{ read: () => versions.read(), form: versionItem }];
        const structs = expected.map(({ version, hashlist }) => {
          return new Map<string, XmlValue>([
            ['version', version],
            ['time', timeMs],
            ['hashlist', hashlist],
          ]);
        });
        const plainText = structs.map((struct) => encodeValue(struct)).join('');
        expect(Buffer.concat(write(plain, tokenBytesMax)).toString()).to.equal(plainText);
        expect(measure(plain, 1000)).to.equal(Buffer.byteLength(plainText));
      }),
      { numRuns: 50 },
    );
  });

  it('is the one that the encoder makes of an update in the log', () => {
    const version = fc.oneof(fc.integer(), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }));
    const requestId = fc.option(xmlText, { nil: undefined });
    fc.assert(
      fc.property(namedFiles, version, requestId, (files, version, requestId) => {
        const map = new FileMap();
        for (const { name, hashlist } of files) {
          const command: UpdateFile = {
            type: 'updatefile',
            name,
            version,
            hashlist,
            requestId,
            timeMs: 0,
          };
          const view = map.view(map.encode(command));
          if (view.type !== 'updatefile') throw new Error('not the update that was sent');
          expect(view.requestId).to.equal(requestId);
          const members: [string, XmlValue][] = [
            ['name', name],
            ['version', version],
            ['hashlist', hashlist],
          ];
          const expected = members.map(([member, value]) => encodeMember(member, value)).join('');
          const parts = [{ read: () => view.read(), form: updateMembers }];
          expect(Buffer.concat(write(parts, 500)).toString()).to.equal(expected);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('is refused, as by the encoder, when it has characters that XML cannot carry', () => {
    for (const text of ['\0', 'a\u001f', '\ufffe', 'b\uffff\u00e9', '\u000b']) {
      for (const [name, item] of [
        [text, 'h'],
        ['f', text],
        ['f', `${'x'.repeat(64 * 1024 - 1)}${text}`],
      ] as const) {
        const map = mapOf([{ name, hashlist: [item], updates: 1 }]);
        let expected = '';
        try {
          encodeValue(mapValue(map));
        } catch (error) {
          if (error instanceof UnencodableError) expected = error.message;
        }
        expect(expected).to.match(/U\+/);
        expect(() => measure(mapParts(map), 100)).to.throw(UnencodableError, expected);
      }
    }
  });

  it('copies what stands in it, in pieces of any size', () => {
    const parts = [textPart('a'.repeat(1000)), textPart(''), textPart('b'.repeat(10))];
    const pieces = write(parts, 300);
    expect(pieces.map(({ length }) => length)).to.deep.equal([300, 300, 300, 110]);
    expect(Buffer.concat(pieces).toString()).to.equal('a'.repeat(1000) + 'b'.repeat(10));
    expect(write([], 300)).to.deep.equal([]);
  });
});

function mapOf(
  files: readonly {
    readonly name: string;
    readonly hashlist: readonly HashItem[];
    readonly updates: number;
  }[],
): FileMap {
  const map = new FileMap();
  for (const { name, hashlist, updates } of files) {
    for (let update = 0; update < updates; update += 1) {
      const version = (map.get(name)?.version ?? 0) + 1;
      const command: UpdateFile = {
        ...{ type: 'updatefile', name, version, hashlist },
        requestId: undefined,
        timeMs: 0,
      };
      map.apply(map.encode(command));
    }
  }
  return map;
}

/** The value of `getfileinfomap`. */
function mapValue(map: FileMap): XmlValue {
  return new Map(
    [...map.entries()].map(([name, { version, hashlist }]): [string, XmlValue] => [
      name,
      [version, hashlist],
    ]),
  );
}

function mapParts(map: FileMap): readonly AnswerPart[] {
  const files = map.freeze();
  const read = () => files.read(files.size);
  return [textPart('<value><struct>'), { read, form: fileMember }, textPart('</struct></value>')];
}

function measure(parts: readonly AnswerPart[], atATime: number): number {
  const meter = new PartsMeter(parts);
  while (!meter.run(atATime));
  return meter.bytes;
}

function write(parts: readonly AnswerPart[], pieceBytes: number): readonly Buffer[] {
  const writer = new PartsWriter(parts);
  const piece = new Uint8Array(pieceBytes);
  const pieces: Buffer[] = [];
  for (let bytes = writer.write(piece); bytes > 0; bytes = writer.write(piece)) {
    pieces.push(Buffer.from(piece.slice(0, bytes)));
  }
  return pieces;
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function byCodePoints(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
