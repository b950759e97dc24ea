/**
 * The short way of `updatefile` never says anything else than the long one: it agrees with what
 * `decodeCall` and the parameters of the method make of a call, or it gives up.
 */
import { expect } from 'chai';
import fc from 'fast-check';
import { fileNameBytesMax } from '../../../src/base/limits.js';
import { encodeFileCommand } from '../../../src/files/file-command-codec.js';
import { ReceivedUpdate } from '../../../src/files/received-update.js';
import { decodeCall } from '../../../src/rpc/codec/call-decoder.js';
import { encodeCall } from '../../../src/rpc/codec/encode.js';
import { readPlainUpdate } from '../../../src/rpc/codec/plain-update.js';
import * as param from '../../../src/rpc/param.js';
import type { XmlValue } from '../../../src/rpc/xml-value.js';
import { xmlText } from './xml-values.js';

const method = 'surfstore.updatefile';
const timeMs = 1_700_000_000_000;
const hash = '0123456789abcdef'.repeat(4);

/** As Python's xmlrpc.client writes it. */
function byLines(name: string, version: string, items: readonly string[]): string {
  const values = items.map((item) => `<value><string>${item}</string></value>\n`).join('');
  return (
    "<?xml version='1.0'?>\n<methodCall>\n" +
    `<methodName>${method}</methodName>\n<params>\n` +
    `<param>\n<value><string>${name}</string></value>\n</param>\n` +
    `<param>\n<value><int>${version}</int></value>\n</param>\n` +
    `<param>\n<value><array><data>\n${values}</data></array></value>\n</param>\n` +
    '</params>\n</methodCall>\n'
  );
}

/** The command that the short way makes of a document, if it makes one. */
function readShort(document: string | Uint8Array): ReceivedUpdate | undefined {
  const call = readPlainUpdate(Buffer.from(document));
  if (call === undefined) return undefined;
  expect([call.methodName, call.params]).to.deep.equal([method, []]);
  if (call.read?.kind !== 'update') throw new Error(`not an update: ${call.read?.kind}`);
  return new ReceivedUpdate(call.read.update, timeMs);
}

/** Asserts that the two ways agree; true when the short way had an answer. */
function agrees(document: string | Uint8Array): boolean {
  const text = Buffer.from(document).toString('latin1');
  const short = readShort(document);
  if (short === undefined) return false;
  const decoded = decodeCall(Buffer.from(document));
  if (decoded.kind !== 'call') throw new Error(`no call: ${text}`);
  const [name = null, version = null, hashlist = null, ...others] = decoded.call.params;
  const long = {
    type: 'updatefile' as const,
    name: param.fileName.read(name),
    version: param.version.read(version),
    hashlist: param.hashlist.read(hashlist),
    requestId: undefined,
    timeMs,
  };
  expect([decoded.call.methodName, others], text).to.deep.equal([method, []]);
  expect(short.hashlist, text).to.deep.equal(long.hashlist);
  expect(Buffer.from(encodeFileCommand(short)), text).to.deep.equal(
    Buffer.from(encodeFileCommand(long)),
  );
  return true;
}

const plainText = fc.string({ unit: 'grapheme-ascii', maxLength: 70 });
const item = fc.oneof(
  { weight: 4, arbitrary: fc.constant(hash) },
  { weight: 4, arbitrary: plainText },
  xmlText,
  fc.integer(),
);
const update = fc.tuple(
  fc.oneof(fc.constant('a/b.txt'), plainText),
  fc.oneof(fc.nat(), fc.integer(), fc.constant(2 ** 40)),
  fc.array(item, { maxLength: 5 }),
);

const fragment = fc.constantFrom(
  ...['<value>', '</value>', '<int>', '</int>', '<i4>', '</i4>', '<nil/>', '<array>', '</array>'],
  ...['<data>', '</data>', '<data/>', '<string>', '</string>', '<string/>', '<param>', '</param>'],
  ...['<params>', '</params>', '</methodCall>', '<methodName>', '</methodName>', '<!-- -->'],
  ...['<![CDATA[x]]>', '&amp;', '&#1;', ']]>', '\r', '\n', ' ', '\t', '\0', '\u001f', '\u007f'],
  ...['\ufffe', '\ufeff', '\u00a0', 'é', '-', '+', '0', '1', '2147483648', '<', '>', '&', '"', "'"],
);
const edits = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 12 }), fragment), {
  minLength: 1,
  maxLength: 3,
});

describe('the short way of updatefile', () => {
  it('reads what our clients, npm and Python write', () => {
    expect(agrees(encodeCall(method, ['a/b', 1, [hash, hash]]))).to.equal(true);
    expect(agrees(encodeCall(method, ['a', 999_999_999, ['0']]))).to.equal(true);
    expect(agrees(encodeCall(method, ['x'.repeat(fileNameBytesMax), 0, [hash]]))).to.equal(true);
    expect(agrees(byLines('a b', '7', [hash, '-1', '', ' ~']))).to.equal(true);
    expect(agrees(byLines('a', '007', []))).to.equal(true);
  });

  it('leaves all others to the long way', () => {
    const call = (...params: readonly XmlValue[]): string => encodeCall(method, params);
    const all = [hash];
    for (const document of [
      '',
      encodeCall(method, []),
      encodeCall('surfstore.getfileinfo', ['a']),
      encodeCall('updatefile', ['a', 1, all]),
      call('', 1, all),
      call('x'.repeat(fileNameBytesMax + 1), 1, all),
      call('é', 1, all),
      call('a&b', 1, all),
      call('a', -1, all),
      call('a', 1_000_000_000, all),
      call('a', '1', all),
      call('a', 1, '0'),
      call('a', 1, [0]),
      call('a', 1, ['é']),
      call('a', 1, all, 'id'),
      byLines('a', '', all),
      byLines('a', '-0', all),
      byLines('a', '1', ['a\u007f']),
      byLines('a', '1', ['a\nb']),
    ]) {
      expect(readShort(document), document).to.equal(undefined);
    }
    const whole = call('a', 1, all);
    for (let length = 0; length < whole.length; length++) {
      expect(readShort(whole.slice(0, length)), String(length)).to.equal(undefined);
    }
    expect(readShort(`${whole}\n`)).to.equal(undefined);
  });

  it('holds nothing of what came along with a call, but its head', () => {
    const body = Buffer.from(encodeCall(method, ['a', 1, [hash]]));
    for (const [restBytes, isHeld] of [
      [200, true],
      [60_000, false],
    ] as const) {
      // As a socket gives it: a buffer of its own for what was read at once.
      const received = new Uint8Array([...new Uint8Array(restBytes), ...body]);
      const { read } = readPlainUpdate(Buffer.from(received.buffer, restBytes)) ?? {};
      if (read?.kind !== 'update') throw new Error('not an update');
      expect(read.update.bytes.buffer === received.buffer).to.equal(isHeld);
      expect(new ReceivedUpdate(read.update, timeMs).hashlist).to.deep.equal([hash]);
    }
  });

  it('agrees with the long way on every call that the encoder writes', () => {
    let answered = 0;
    fc.assert(
      fc.property(update, ([name, version, hashlist]) => {
        answered += agrees(encodeCall(method, [name, version, hashlist])) ? 1 : 0;
      }),
      { numRuns: 1000 },
    );
    expect(answered).to.be.greaterThan(100);
  });

  it('agrees with the long way on documents that were spoilt', () => {
    fc.assert(
      fc.property(update, fc.boolean(), edits, ([name, version, hashlist], isByLines, changes) => {
        let text = isByLines
          ? byLines(name, String(version), hashlist.map(String))
          : encodeCall(method, [name, version, hashlist]);
        for (const [position, removed, inserted] of changes) {
          const at = position % (text.length + 1);
          text = text.slice(0, at) + inserted + text.slice(at + removed);
        }
        agrees(text);
      }),
      { numRuns: 3000 },
    );
  });

  it('agrees with the long way on bytes that were spoilt', () => {
    const wholes = [encodeCall(method, ['a/b', 12, [hash, 'c']]), byLines('a', '3', [hash])];
    for (const whole of wholes) {
      for (let at = 0; at < whole.length; at++) {
        for (const byte of [0, 9, 10, 13, 0x20, 0x26, 0x30, 0x3c, 0x3e, 0x7f, 0x80, 0xff]) {
          const body = Buffer.from(whole);
          body[at] = byte;
          agrees(body);
        }
      }
    }
  });
});
