/**
 * The npm package `xmlrpc` as an independent partner: what one side writes, the other reads, in
 * both directions.
 */
import { createRequire } from 'node:module';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import fc from 'fast-check';
import { decodeCall } from '../../../src/rpc/codec/call-decoder.js';
import { encodeCall, encodeFault, encodeResponse } from '../../../src/rpc/codec/encode.js';
import { readPlainUpdate } from '../../../src/rpc/codec/plain-update.js';
import { decodeResponse } from '../../../src/rpc/codec/response-decoder.js';
import { XmlDouble } from '../../../src/rpc/xml-value.js';
import type { XmlValue } from '../../../src/rpc/xml-value.js';
import { xmlText } from './xml-values.js';

/** Values as the package holds them. */
type PlainValue =
  | null
  | boolean
  | number
  | string
  | Buffer
  | readonly PlainValue[]
  | { [name: string]: PlainValue };

interface Serializer {
  serializeMethodCall(method: string, params: readonly PlainValue[]): string;
  serializeMethodResponse(value: PlainValue): string;
  serializeFault(fault: PlainValue): string;
}

interface Deserializer {
  deserializeMethodCall(
    stream: Readable,
    callback: (
      error: Error | null | undefined,
      method: string,
      params: readonly PlainValue[],
    ) => void,
  ): void;
  deserializeMethodResponse(
    stream: Readable,
    callback: (error: Error | null | undefined, value: PlainValue) => void,
  ): void;
}

const require = createRequire(import.meta.url);
const serializer = require('xmlrpc/lib/serializer.js') as Serializer;
const PartnerDeserializer = require('xmlrpc/lib/deserializer.js') as new () => Deserializer;

/** The package writes a bare CR, which XML turns into LF, and puts `]]>` into CDATA. */
const partnerText = xmlText.map((text) => text.replaceAll('\r', '').replaceAll(']]>', ''));

const { plainValue } = fc.letrec<{ plainValue: PlainValue }>((tie) => ({
  plainValue: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<PlainValue>(null, true, false),
    fc.integer(),
    fc.double({ min: -1e6, max: 1e6, noNaN: true, noInteger: true }),
    partnerText,
    fc.uint8Array({ minLength: 1, maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
    fc.array(tie('plainValue'), { maxLength: 4 }),
    fc.dictionary(fc.stringMatching(/^[a-zA-Z ]{1,9}$/), tie('plainValue'), {
      maxKeys: 4,
      noNullPrototype: true,
    }),
  ),
}));

function toXml(value: PlainValue): XmlValue {
  if (typeof value === 'number' && !Number.isInteger(value)) return new XmlDouble(value);
  if (value === null || typeof value !== 'object' || Buffer.isBuffer(value)) return value;
  if (isList(value)) return value.map(toXml);
  return new Map(Object.entries(value).map(([name, member]) => [name, toXml(member)]));
}

function isList(value: object): value is readonly PlainValue[] {
  return Array.isArray(value);
}

function streamOf(text: string): Readable {
  return Readable.from([Buffer.from(text)], { objectMode: false });
}

function partnerReadsResponse(text: string): Promise<PlainValue> {
  return new Promise((resolve, reject) => {
    new PartnerDeserializer().deserializeMethodResponse(streamOf(text), (error, value) => {
      if (error) reject(error);
      else resolve(value);
    });
  });
}

function partnerReadsCall(
  text: string,
): Promise<{ method: string; params: readonly PlainValue[] }> {
  return new Promise((resolve, reject) => {
    new PartnerDeserializer().deserializeMethodCall(streamOf(text), (error, method, params) => {
      if (error) reject(error);
      else resolve({ method, params });
    });
  });
}

describe('beside the npm package xmlrpc', () => {
  it('the decoder reads the calls and responses that the package writes', () => {
    fc.assert(
      fc.property(fc.array(plainValue, { maxLength: 3 }), (params) => {
        const call = decodeCall(Buffer.from(serializer.serializeMethodCall('m', params)));
        const expected = { methodName: 'm', params: params.map(toXml) };
        expect(call).to.deep.equal({ kind: 'call', call: expected });
        const response = decodeResponse(Buffer.from(serializer.serializeMethodResponse(params)));
        expect(response).to.deep.equal({ kind: 'value', value: params.map(toXml) });
      }),
      { numRuns: 200 },
    );
  });

  it('an updatefile that the package writes takes the short way', () => {
    const written = serializer.serializeMethodCall('surfstore.updatefile', ['a', 1, ['b', 'c']]);
    expect(readPlainUpdate(Buffer.from(written))?.read).to.have.property('kind', 'update');
  });

  it('the decoder reads the faults that the package writes', () => {
    const fault = { faultCode: 1, faultString: 'not the leader: <2>' };
    expect(decodeResponse(Buffer.from(serializer.serializeFault(fault)))).to.deep.equal({
      kind: 'fault',
      fault: { code: 1, text: 'not the leader: <2>' },
    });
  });

  it('the package reads the calls and responses that the encoder writes', async () => {
    await fc.assert(
      fc.asyncProperty(plainValue, async (value) => {
        const call = await partnerReadsCall(encodeCall('m', [toXml(value)]));
        expect(call).to.deep.equal({ method: 'm', params: [value] });
        expect(await partnerReadsResponse(encodeResponse(toXml(value)))).to.deep.equal(value);
      }),
      { numRuns: 100 },
    );
  });

  it('the package reads the faults that the encoder writes', async () => {
    const error = await partnerReadsResponse(
      encodeFault({ code: 2, text: 'isCrashed & more' }),
    ).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).to.include({ faultCode: 2, faultString: 'isCrashed & more' });
  });
});
