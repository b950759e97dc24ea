/** Commands looked through in place: the same commands, and the same files, as by decoding them. */
import { expect } from 'chai';
import fc from 'fast-check';
import { CommandScan } from '../../src/files/command-scan.js';
import {
  decodeFileCommand,
  encodeFileCommand,
  FileCommandFormatError,
} from '../../src/files/file-command-codec.js';
import type { UpdateFile, HashItem } from '../../src/files/file-command.js';
import { FileMap } from '../../src/files/file-map.js';

const digits = (unit: string): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...Array.from(unit)), minLength: 62, maxLength: 65 });
const item: fc.Arbitrary<HashItem> = fc.oneof(
  digits('0123456789abcdef'),
  digits('0123456789abcdefA'),
  digits('0aé'),
  fc.string({ unit: 'binary' }),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
);
const command: fc.Arbitrary<UpdateFile> = fc.record({
  type: fc.constant('updatefile' as const),
  name: fc.string({ unit: 'binary', minLength: 1 }),
  version: fc.oneof(fc.constant(1), fc.integer(), fc.constant(2n ** 60n)),
  hashlist: fc.array(item),
  requestId: fc.option(fc.string({ unit: 'binary' }), { nil: undefined }),
  timeMs: fc.oneof(fc.constant(0), fc.maxSafeNat()),
});

function nameOf({ bytes, nameStart, nameEnd }: CommandScan): string {
  return Buffer.from(bytes.slice(nameStart, nameEnd)).toString();
}

/** What is wrong with the bytes, by this way of reading them; undefined when nothing is. */
function mistakeOf(read: () => unknown): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (!(error instanceof FileCommandFormatError)) throw error;
    return error.message;
  }
}

describe('a command that is looked through in place', () => {
  it('says what decoding it says', () => {
    const scan = new CommandScan();
    fc.assert(
      fc.property(command, (sent) => {
        scan.read(encodeFileCommand(sent));
        const isPlain = typeof sent.version === 'number' && sent.version >= 0;
        expect(nameOf(scan)).to.equal(sent.name);
        expect(scan.version).to.deep.equal(isPlain ? sent.version : NaN);
        expect(scan.hasRequestId).to.equal(sent.requestId !== undefined);
        expect(scan.timeMs).to.equal(sent.timeMs);
        expect(scan.itemCount).to.equal(sent.hashlist.length);
      }),
    );
  });

  it('is refused when decoding it is, texts that are not UTF-8 left out', () => {
    const scan = new CommandScan();
    const change = fc.record({ at: fc.nat(), byte: fc.nat(255), cut: fc.nat(2) });
    fc.assert(
      fc.property(command, change, (sent, { at, byte, cut }) => {
        const bytes = encodeFileCommand(sent).slice();
        bytes[at % bytes.length] = byte;
        const damaged = bytes.subarray(0, bytes.length - cut);
        const decoded = mistakeOf(() => decodeFileCommand(damaged));
        if (decoded === 'text that is not UTF-8') return;
        const seen = mistakeOf(() => scan.read(damaged));
        expect(seen === undefined).to.equal(decoded === undefined);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is looked at as closely before it is logged, whatever its texts are', () => {
    const map = new FileMap();
    const change = fc.record({ at: fc.nat(), byte: fc.nat(255), cut: fc.nat(1) });
    const plain = command.map((sent) => ({ ...sent, name: 'ascii', hashlist: ['x', 1] }));
    fc.assert(
      fc.property(fc.oneof(command, plain), change, (sent, { at, byte, cut }) => {
        const bytes = encodeFileCommand(sent).slice();
        bytes[at % bytes.length] = byte;
        const damaged = bytes.subarray(0, bytes.length - cut);
        const decoded = mistakeOf(() => decodeFileCommand(damaged));
        expect(map.findMistake(damaged) === undefined).to.equal(decoded === undefined);
      }),
      { numRuns: 2_000 },
    );
  });

  it('makes the file that it says, in the one form that such a file has', () => {
    fc.assert(
      fc.property(command, (sent) => {
        const update = { ...sent, version: 1, requestId: undefined, timeMs: 0 };
        const map = new FileMap();
        expect(map.apply(encodeFileCommand(update))).to.equal('updated');
        expect(map.get(sent.name)).to.deep.equal({ version: 1, hashlist: sent.hashlist });
        // With a request id the command is decoded and its file written from values.
        const decoded = new FileMap();
        decoded.apply(encodeFileCommand({ ...update, requestId: 'r' }));
        const records = recordsOf(map);
        expect(recordsOf(decoded).slice(0, records.length)).to.deep.equal(records);
      }),
    );
  });

  it('changes nothing when its version is not the next one', () => {
    const map = new FileMap();
    const update: UpdateFile = {
      type: 'updatefile',
      name: 'a',
      version: 1,
      hashlist: ['x'],
      requestId: undefined,
      timeMs: 0,
    };
    for (const version of [0, 2, -1, 1n, 2n ** 60n]) {
      expect(map.apply(encodeFileCommand({ ...update, version }))).to.equal('versionConflict');
    }
    expect(map.size).to.equal(0);
    expect(map.apply(encodeFileCommand(update))).to.equal('updated');
    expect(map.apply(encodeFileCommand(update))).to.equal('versionConflict');
  });
});

/** The image behind its head: the records of all files, then those of request ids. */
function recordsOf(map: FileMap): number[] {
  const headBytes = 48;
  const snapshot = map.snapshot();
  const image: number[] = [];
  for (let next = snapshot.next(1_000); next !== undefined; next = snapshot.next(1_000)) {
    image.push(...next);
  }
  snapshot.close();
  return image.slice(headBytes);
}
