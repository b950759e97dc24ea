/**
 * What is encoded is decoded to the same, whichever way it takes through the decoder, and however
 * the bytes are cut.
 */
import { expect } from 'chai';
import fc from 'fast-check';
import { CallDecoder, decodeCall } from '../../../src/rpc/codec/call-decoder.js';
import { encodeCall, encodeFault, encodeResponse } from '../../../src/rpc/codec/encode.js';
import { decodeResponse } from '../../../src/rpc/codec/response-decoder.js';
import type { XmlValue } from '../../../src/rpc/xml-value.js';
import { xmlText, xmlValue } from './xml-values.js';

describe('encoding and decoding', () => {
  it('brings every call back as it was', () => {
    fc.assert(
      fc.property(fc.array(xmlValue, { maxLength: 4 }), (params) => {
        const body = Buffer.from(encodeCall('surfstore.method', params));
        const call = { methodName: 'surfstore.method', params };
        expect(decodeCall(body)).to.deep.equal({ kind: 'call', call });
      }),
      { numRuns: 500 },
    );
  });

  it('brings a call back wherever its bytes are cut', () => {
    fc.assert(
      fc.property(xmlValue, fc.array(fc.nat(), { maxLength: 90 }), (param, cuts) => {
        const body = Buffer.from(encodeCall('m', [param]));
        const decoder = new CallDecoder();
        let start = 0;
        for (const cut of cuts.map((at) => at % (body.length + 1)).sort((a, b) => a - b)) {
          decoder.write(body.subarray(start, cut));
          start = cut;
        }
        decoder.write(body.subarray(start));
        const call = { methodName: 'm', params: [param] };
        expect(decoder.end()).to.deep.equal({ kind: 'call', call });
      }),
      { numRuns: 300 },
    );
  });

  it('brings every value and every fault back in a response', () => {
    fc.assert(
      fc.property(xmlValue, fc.integer(), xmlText, (value, code, text) => {
        const response = decodeResponse(Buffer.from(encodeResponse(value)));
        expect(response).to.deep.equal({ kind: 'value', value });
        const fault = decodeResponse(Buffer.from(encodeFault({ code, text })));
        expect(fault).to.deep.equal({ kind: 'fault', fault: { code, text } });
      }),
      { numRuns: 300 },
    );
  });

  it('brings every character back that XML can carry', () => {
    for (const [first, last] of [
      [0x20, 0xd7ff],
      [0xe000, 0xfffd],
      [0x10000, 0x10ffff],
    ] as const) {
      for (let start = first; start <= last; start += 0x4000) {
        const length = Math.min(0x4000, last - start + 1);
        const codes = Array.from({ length }, (_, at) => start + at);
        const text = String.fromCodePoint(...codes);
        const decoded = decodeResponse(Buffer.from(encodeResponse(text)));
        expect(decoded.kind === 'value' && decoded.value === text).to.equal(true);
      }
    }
  });

  it('brings a base64 of megabytes back, streamed in pieces of any size', () => {
    const bytes = Buffer.alloc(1_500_000, 'surf');
    const params: XmlValue[] = ['before', bytes, new Map<string, XmlValue>([['after', bytes]])];
    const body = Buffer.from(encodeCall('m', params));
    for (const pieceBytes of [1009, 65_536, 10_000_000]) {
      const decoder = new CallDecoder();
      for (let at = 0; at < body.length; at += pieceBytes) {
        decoder.write(body.subarray(at, at + pieceBytes));
      }
      expect(decoder.end()).to.deep.equal({ kind: 'call', call: { methodName: 'm', params } });
    }
  });
});
