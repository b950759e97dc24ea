/**
 * Arbitrary values of XML-RPC for property tests: every type, all of Unicode that XML can carry.
 */
import fc from 'fast-check';
import { XmlDateTime, XmlDouble } from '../../../src/rpc/xml-value.js';
import type { XmlValue } from '../../../src/rpc/xml-value.js';

/** Text that XML 1.0 can carry, with a liking for the characters that need care. */
export const xmlText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.constantFrom('<', '&', '>', ']]>', '\r', '\n', '\r\n', '\t', ' ', '"', "'", '\u0085'),
      fc.constantFrom('\ufeff', '\u2028', '\ufffd', '\ue000', '\ud7ff', '\u{10ffff}', '\u{1f600}'),
      fc.constantFrom('&amp;', '&#13;', '<![CDATA[', '<!--', '<value>', '</string>', '\u007f'),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 4 }),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join('').replace(notXml, ''));

const notXml = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff\ud800-\udfff]/gu;

const i8 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => {
  const asNumber = Number(value);
  return Number.isSafeInteger(asNumber) ? asNumber : value;
});

const { value } = fc.letrec<{ value: XmlValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<XmlValue>(null, true, false, '', 0),
    xmlText,
    fc.integer(),
    fc.maxSafeInteger(),
    i8,
    fc.double({ noDefaultInfinity: true, noNaN: true }).map((double) => new XmlDouble(double + 0)),
    fc
      .constantFrom('19980717T14:08:55', '2024-02-29T00:00:00Z')
      .map((text) => new XmlDateTime(text)),
    fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
    fc.array(tie('value'), { maxLength: 5 }),
    fc
      .array(fc.tuple(fc.oneof(xmlText, fc.constantFrom('__proto__', 'a')), tie('value')), {
        maxLength: 5,
      })
      .map((members) => new Map(members)),
  ),
}));

/** Any value. */
export const xmlValue: fc.Arbitrary<XmlValue> = value;
