/** The log form of file commands: exact, compact, and closed to everything else. */
import { expect } from 'chai';
import fc from 'fast-check';
import { AssertionError } from '../../src/base/assert.js';
import type { FileCommand, HashItem, UpdateFile } from '../../src/files/file-command.js';
import {
  FileCommandFormatError,
  decodeFileCommand,
  encodeFileCommand,
} from '../../src/files/file-command-codec.js';

const textArbitrary = fc.string({ unit: 'binary' });
const integerArbitrary = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.constantFrom(0, -1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
);
const updateArbitrary: fc.Arbitrary<UpdateFile> = fc.record({
  type: fc.constant('updatefile' as const),
  name: textArbitrary,
  version: integerArbitrary,
  hashlist: fc.array<HashItem>(fc.oneof(textArbitrary, integerArbitrary)),
  requestId: fc.option(textArbitrary, { nil: undefined }),
  timeMs: fc.oneof(fc.constant(0), fc.maxSafeNat()),
});
const commandArbitrary: fc.Arbitrary<FileCommand> = fc.oneof(
  updateArbitrary,
  fc.record({
    type: fc.constant('forgetversions' as const),
    versions: fc.array(
      fc.record({ name: textArbitrary, version: fc.integer({ min: 1, max: 2 ** 53 - 1 }) }),
    ),
  }),
);

const sample: UpdateFile = {
  type: 'updatefile',
  name: 'ab',
  version: 300,
  hashlist: ['h', 5, -5, 5n],
  requestId: 'r',
  timeMs: 300,
};
const untimedBytes = [
  [1, 2, 0x61, 0x62, 2, 0xac, 2, 1, 1, 0x72, 4],
  [1, 1, 0x68, 2, 5, 3, 5, 4, 5, 0, 0, 0, 0, 0, 0, 0],
].flat();
const sampleBytes = [2, 0xac, 2, ...untimedBytes.slice(1)];
const forgetting: FileCommand = {
  type: 'forgetversions',
  versions: [
    { name: 'ab', version: 300 },
    { name: 'é', version: 1 },
  ],
};
const forgettingBytes = [3, 2, 2, 0x61, 0x62, 0xac, 2, 2, 0xc3, 0xa9, 1];

describe('the codec of file commands', () => {
  it('writes the bytes that its layout says', () => {
    expect([...encodeFileCommand(sample)]).to.deep.equal(sampleBytes);
    expect([...encodeFileCommand(forgetting)]).to.deep.equal(forgettingBytes);
  });

  it('writes and reads an update of unknown time as logs had it before there were times', () => {
    const untimed = { ...sample, timeMs: 0 };
    expect([...encodeFileCommand(untimed)]).to.deep.equal(untimedBytes);
    expect(decodeFileCommand(Uint8Array.from(untimedBytes))).to.deep.equal(untimed);
  });

  it('gives every command back exactly', () => {
    fc.assert(
      fc.property(commandArbitrary, (command) => {
        expect(decodeFileCommand(encodeFileCommand(command))).to.deep.equal(command);
      }),
    );
  });

  it('keeps a leading byte order mark, NUL and characters beyond U+FFFF', () => {
    for (const name of ['\ufeffname', '\ufeff', '\u0000', '\u{1f600}', '\uffff']) {
      const command = { ...sample, name };
      expect(decodeFileCommand(encodeFileCommand(command))).to.include({ name });
    }
  });

  it('refuses commands cut short at any byte, or with a byte too many', () => {
    for (const whole of [sampleBytes, untimedBytes, forgettingBytes]) {
      for (let length = 0; length < whole.length; length++) {
        const bytes = Uint8Array.from(whole.slice(0, length));
        expect(() => decodeFileCommand(bytes)).to.throw(FileCommandFormatError);
      }
      const longer = Uint8Array.from([...whole, 0]);
      expect(() => decodeFileCommand(longer)).to.throw(FileCommandFormatError, '1 bytes too many');
    }
  });

  it('refuses bytes that no command is written as', () => {
    const refused: [string, number[]][] = [
      ['unknown format 4', [4]],
      ['a time that is not known', [2, 0, 1, 0x61, 2, 1, 0, 0]],
      ['1001 versions to forget', [3, 0xe9, 7]],
      ['a version 0', [3, 1, 1, 0x61, 0]],
      ['not UTF-8', [3, 1, 1, 0xff, 1]],
      ['not UTF-8', [1, 1, 0xff, 2, 1, 0, 0]],
      ['a version that is a text', [1, 0, 1, 0, 0, 0]],
      ['number not in short form', [1, 0, 2, 0x81, 0, 0, 0]],
      ['number too large', [1, 0, 2, ...Array<number>(7).fill(0xff), 0x7f, 0, 0]],
      ['number too large', [1, 0, 2, ...Array<number>(200).fill(0x80), 1, 0, 0]],
      ['negative zero', [1, 0, 3, 0, 0, 0]],
      ['request id mark 2', [1, 0, 2, 1, 2, 0]],
      ['unknown item tag 5', [1, 0, 2, 1, 0, 1, 5, 0]],
      ['cut short', [1, 0, 2, 1, 0, 0xff, 0xff, 0xff, 0x7f]],
    ];
    for (const [message, bytes] of refused) {
      expect(() => decodeFileCommand(Uint8Array.from(bytes)), message).to.throw(
        FileCommandFormatError,
        message,
      );
    }
  });

  it('reads any bytes as a command with exactly these bytes, or refuses them by name', () => {
    const wholes = fc.constantFrom(sampleBytes, untimedBytes, forgettingBytes);
    fc.assert(
      fc.property(wholes, fc.uint8Array({ maxLength: 40 }), fc.nat(40), (whole, noise, at) => {
        const bytes = Uint8Array.from(whole);
        bytes.set(noise.subarray(0, Math.max(0, bytes.length - at)), Math.min(at, bytes.length));
        let command: FileCommand;
        try {
          command = decodeFileCommand(bytes);
        } catch (error) {
          expect(error).to.be.instanceOf(FileCommandFormatError);
          return;
        }
        expect([...encodeFileCommand(command)]).to.deep.equal([...bytes]);
      }),
    );
  });

  it('stops at text and integers that a command cannot hold', () => {
    for (const name of ['\ud800', 'a\udc00b', '\ud800\ud800']) {
      expect(() => encodeFileCommand({ ...sample, name })).to.throw(AssertionError);
    }
    for (const version of [0.5, NaN, 2 ** 53, 2n ** 63n]) {
      expect(() => encodeFileCommand({ ...sample, version })).to.throw(AssertionError);
    }
  });
});
