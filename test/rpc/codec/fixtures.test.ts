/**
 * The corpus of legal and hostile bodies: whole, byte by byte, and cut in two anywhere each gets
 * the answer that the manifest names.
 */
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { CallDecoder, decodeCall } from '../../../src/rpc/codec/call-decoder.js';
import type { DecodedCall } from '../../../src/rpc/codec/call-decoder.js';
import { XmlDateTime, XmlDouble } from '../../../src/rpc/xml-value.js';
import type { XmlValue } from '../../../src/rpc/xml-value.js';

/** Values as the manifest writes them; what JSON has no word for is an object with one member. */
type FixtureValue =
  | null
  | boolean
  | number
  | string
  | readonly FixtureValue[]
  | { readonly i8: string }
  | { readonly double: number }
  | { readonly base64: string }
  | { readonly dateTime: string }
  | { readonly struct: readonly (readonly [string, FixtureValue])[] };

interface Fixture {
  readonly file: string;
  readonly why: string;
  readonly fault?: number;
  readonly methodName?: string;
  readonly params?: readonly FixtureValue[];
}

const folder = new URL('../../../../test/fixtures/xmlrpc/', import.meta.url);

function readFixture(file: string): Buffer {
  return readFileSync(new URL(file, folder));
}

function toXmlValue(value: FixtureValue): XmlValue {
  if (value === null || typeof value !== 'object') return value;
  if (isList(value)) return value.map(toXmlValue);
  if ('i8' in value) return BigInt(value.i8);
  if ('double' in value) return new XmlDouble(value.double);
  if ('base64' in value) return Buffer.from(value.base64, 'hex');
  if ('dateTime' in value) return new XmlDateTime(value.dateTime);
  return new Map(value.struct.map(([name, member]) => [name, toXmlValue(member)]));
}

function isList(value: object): value is readonly FixtureValue[] {
  return Array.isArray(value);
}

function expectAnswer(decoded: DecodedCall, fixture: Fixture): void {
  if (fixture.fault !== undefined) {
    expect(decoded).to.have.nested.property('fault.code', fixture.fault);
    expect(decoded).to.have.nested.property('fault.text').that.is.not.empty;
    return;
  }
  const params = (fixture.params ?? []).map(toXmlValue);
  const call = { methodName: fixture.methodName, params };
  expect(decoded).to.deep.equal({ kind: 'call', call });
}

function decodeInPieces(body: Buffer, cuts: readonly number[]): DecodedCall {
  const decoder = new CallDecoder();
  let start = 0;
  for (const cut of [...cuts, body.length]) {
    decoder.write(body.subarray(start, cut));
    start = cut;
  }
  return decoder.end();
}

describe('the corpus of XML-RPC bodies', () => {
  const fixtures = JSON.parse(readFixture('manifest.json').toString()) as readonly Fixture[];

  for (const fixture of fixtures) {
    it(`${fixture.file}: ${fixture.why}`, () => {
      const body = readFixture(fixture.file);
      const everyByte = Array.from({ length: body.length }, (_, at) => at);
      expectAnswer(decodeCall(body), fixture);
      expectAnswer(decodeInPieces(body, everyByte), fixture);
    });
  }

  it('gives the same answer wherever a body is cut in two', () => {
    for (const fixture of fixtures) {
      const body = readFixture(fixture.file);
      const step = Math.max(1, Math.floor(body.length / 200));
      for (let cut = 0; cut <= body.length; cut += step) {
        expectAnswer(decodeInPieces(body, [cut]), fixture);
      }
    }
  });
});
