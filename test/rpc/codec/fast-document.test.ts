/**
 * The short way never answers otherwise than the full parser: it agrees or it gives up.
 */
import { expect } from 'chai';
import fc from 'fast-check';
import { encodeCall } from '../../../src/rpc/codec/encode.js';
import { DocumentParser } from '../../../src/rpc/codec/document-parser.js';
import type { ParsedDocument } from '../../../src/rpc/codec/document-parser.js';
import { readPlainDocument } from '../../../src/rpc/codec/fast-document.js';
import type { RootName } from '../../../src/rpc/codec/document-reader.js';
import { xmlValue } from './xml-values.js';

const limits = { bytesMax: 1_000_000, nestedValuesMax: 8 };

function readFully(root: RootName, body: Uint8Array): ParsedDocument {
  const parser = new DocumentParser(root, limits);
  parser.write(body);
  return parser.end();
}

/** Asserts that the two ways agree; true when the short way had an answer. */
function agrees(root: RootName, document: string | Uint8Array): boolean {
  const body = Buffer.from(document);
  const text = body.toString('latin1');
  const read = readPlainDocument(root, body, limits.nestedValuesMax);
  if (read === undefined) return false;
  expect(readFully(root, body), text).to.deep.equal({ kind: 'document', document: read });
  return true;
}

const fragment = fc.constantFrom(
  ...['<value>', '</value>', '<int>', '</int>', '<i4>', '</i4>', '<i8>', '</i8>', '<nil/>'],
  ...['<array>', '</array>', '<data>', '</data>', '<data/>', '<struct>', '</struct>'],
  ...['<member>', '</member>', '<name>', '</name>', '<string>', '</string>', '<string/>'],
  ...['<boolean>', '</boolean>', '<base64>', '</base64>', '<param>', '</param>', '<params/>'],
  ...['<params>', '</params>', '</methodCall>', '<methodName>', '</methodName>', '<double>'],
  ...['<!-- -->', '<![CDATA[x]]>', '&amp;', '&#1;', ']]>', '\r', '\n', ' ', '\0', '\u001f'],
  ...['\ufffe', '\ufeff', '\u00a0', 'é', '-', '+', '0', '1', '2147483648', 'QQ==', '=', '.', '/'],
  ...["<?xml version='1.0'?>", ' encoding="utf-8"', ' encoding="utf-16"', '<?xml', '?>', '<', '>'],
);

describe('readPlainDocument', () => {
  it('reads what libraries write', () => {
    expect(agrees('methodCall', encodeCall('m', ['a', 1, ['b'], true, Buffer.from('c')]))).to.equal(
      true,
    );
    const python =
      "<?xml version='1.0'?>\n<methodCall>\n<methodName>m</methodName>\n<params>\n<param>\n" +
      '<value><string>é</string></value>\n</param>\n</params>\n</methodCall>\n';
    expect(agrees('methodCall', python)).to.equal(true);
    const npm =
      '<?xml version="1.0"?><methodResponse><params><param><value><struct><member>' +
      '<name>a</name><value><string/></value></member></struct></value></param></params>' +
      '</methodResponse>';
    expect(agrees('methodResponse', npm)).to.equal(true);
  });

  it('agrees with the full parser on every call that the encoder writes', () => {
    let answered = 0;
    fc.assert(
      fc.property(fc.array(xmlValue, { maxLength: 3 }), (params) => {
        answered += agrees('methodCall', encodeCall('m', params)) ? 1 : 0;
      }),
      { numRuns: 400 },
    );
    expect(answered).to.be.greaterThan(40);
  });

  it('agrees with the full parser on documents that were spoilt', () => {
    const edits = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 12 }), fragment), {
      minLength: 1,
      maxLength: 3,
    });
    fc.assert(
      fc.property(fc.array(xmlValue, { maxLength: 2 }), edits, (params, changes) => {
        let text = encodeCall('m', params);
        for (const [position, removed, inserted] of changes) {
          const at = position % (text.length + 1);
          text = text.slice(0, at) + inserted + text.slice(at + removed);
        }
        agrees('methodCall', text);
      }),
      { numRuns: 3000 },
    );
  });

  it('agrees with the full parser on bytes that were spoilt', () => {
    const spoilt = fc.tuple(
      fc.nat(),
      fc.constantFrom(0, 9, 13, 0x26, 0x3e, 0x7f, 0x80, 0xc3, 0xff),
    );
    const values = fc.array(xmlValue, { maxLength: 2 });
    fc.assert(
      fc.property(values, fc.array(spoilt, { minLength: 1, maxLength: 2 }), (params, changes) => {
        const body = Buffer.from(encodeCall('m', ['caf\u00e9', ...params]));
        for (const [position, byte] of changes) body[position % body.length] = byte;
        agrees('methodCall', body);
      }),
      { numRuns: 3000 },
    );
  });

  it('reads every text that stands for itself, and leaves the others', () => {
    const call = (text: string): string =>
      encodeCall('m', []).replace(
        '<params/>',
        `<params><param><value><string>${text}</string></value></param></params>`,
      );
    for (const text of [
      '',
      ' a ',
      '\t\n',
      ']]',
      '\u007f\u0080\u2028',
      '\ud7ff\ue000',
      '\u{1d11e}',
    ]) {
      expect(agrees('methodCall', call(text)), JSON.stringify(text)).to.equal(true);
    }
    for (const text of ['&amp;', ']]>', '\r', '\0', '\u001f', '\ufffd', '\ufffe', '\uffff']) {
      expect(agrees('methodCall', call(text)), JSON.stringify(text)).to.equal(false);
    }
    for (const bytes of ['\xff', '\xc3', '\xed\xa0\x80', '\xc0\x80', '\xf4\x90\x80\x80']) {
      expect(agrees('methodCall', Buffer.from(call(bytes), 'latin1'))).to.equal(false);
    }
  });

  it('reads integers up to the ends of their range, and leaves the others', () => {
    const call = (tag: string, digits: string): string =>
      encodeCall('m', [0]).replace('<int>0</int>', `<${tag}>${digits}</${tag}>`);
    for (const digits of ['0', '-0', '007', '2147483647', '-2147483648', '999999999']) {
      for (const tag of ['int', 'i4', 'i8']) {
        expect(agrees('methodCall', call(tag, digits)), digits).to.equal(true);
      }
    }
    expect(agrees('methodCall', call('i8', '9007199254740'))).to.equal(true);
    for (const digits of ['2147483648', '-2147483649', '9999999999', '', '-', '+1', '1.0', '0x1']) {
      for (const tag of ['int', 'i4']) {
        expect(agrees('methodCall', call(tag, digits)), digits).to.equal(false);
      }
    }
  });

  it('agrees with the full parser on white space anywhere between tags', () => {
    const call = encodeCall('m', [
      'a',
      7,
      ['b', []],
      new Map([['n', true]]),
      Buffer.from('c'),
      null,
    ]);
    const tags = call.split(/(?<=>)(?=<)/);
    let answered = 0;
    fc.assert(
      fc.property(fc.array(fc.nat({ max: tags.length }), { maxLength: 4 }), (places) => {
        const spaced = tags.map((tag, at) => (places.includes(at) ? '\r\n\t ' : '') + tag);
        answered += agrees('methodCall', spaced.join('')) ? 1 : 0;
      }),
      { numRuns: 1000 },
    );
    expect(answered).to.be.greaterThan(300);
  });

  it('agrees with the full parser on documents put together at random', () => {
    const pieces = fc.array(fragment, { maxLength: 9 });
    let answered = 0;
    fc.assert(
      fc.property(pieces, pieces, (inside, around) => {
        const value = `<param><value>${inside.join('')}</value></param>`;
        const head = '<methodCall><methodName>m</methodName><params>';
        answered += agrees('methodCall', `${head}${value}</params></methodCall>`) ? 1 : 0;
        agrees('methodCall', `${around.join('')}${head}${value}</params></methodCall>`);
        agrees('methodCall', `${head}${around.join('')}${value}</params></methodCall>`);
      }),
      { numRuns: 3000 },
    );
    expect(answered).to.be.greaterThan(40);
  });

  it('gives up where the nesting reaches its limit', () => {
    const nested = (depth: number): string =>
      encodeCall('m', [
        Array.from({ length: depth - 1 }).reduce<readonly unknown[] | string>(
          (inner) => [inner],
          'x',
        ) as string,
      ]);
    expect(agrees('methodCall', nested(limits.nestedValuesMax))).to.equal(true);
    expect(agrees('methodCall', nested(limits.nestedValuesMax + 1))).to.equal(false);
  });
});
