/**
 * Each limit is reached, and a refused body costs neither memory nor time.
 */
import { expect } from 'chai';
import { CallDecoder, decodeCall } from '../../../src/rpc/codec/call-decoder.js';
import { faultCode } from '../../../src/rpc/codec/fault-code.js';
import { ResponseDecoder } from '../../../src/rpc/codec/response-decoder.js';
import { retainedBytes } from '../support/retained-bytes.js';

const mebibyte = 1024 * 1024;
const head = '<methodCall><methodName>m</methodName><params><param>';

/** Each look collects all garbage of the whole test run, which may take long. */
const looks = 16;

/** Writes `count` pieces and returns by how many MiB what is kept grew at most. */
function growthWhileWriting(decoder: CallDecoder, piece: Buffer, count: number): number {
  const before = retainedBytes();
  let most = before;
  for (let at = 0; at < count; at += 1) {
    decoder.write(Buffer.from(piece));
    if (at % Math.ceil(count / looks) === 0) most = Math.max(most, retainedBytes());
  }
  return (most - before) / mebibyte;
}

describe('the limits of the codec', () => {
  it('refuse a body of 64 MiB without keeping it', () => {
    const decoder = new CallDecoder();
    decoder.write(Buffer.from(`${head}<value>`));
    const growth = growthWhileWriting(decoder, Buffer.alloc(65_536, 'a'), 1024);
    expect(decoder.end()).to.have.nested.property('fault.code', faultCode.invalidCall);
    expect(growth).to.be.lessThan(20);
  });

  it('keep nothing of a body after its first mistake', () => {
    const decoder = new CallDecoder({ bytesMax: 128 * mebibyte, nestedValuesMax: 64 });
    decoder.write(Buffer.from('<methodCall><oops>'));
    const growth = growthWhileWriting(decoder, Buffer.alloc(65_536, 'a'), 640);
    expect(decoder.end()).to.have.nested.property('fault.code', faultCode.notWellFormed);
    expect(growth).to.be.lessThan(4);
  });

  it('accept a body of exactly the limit and refuse one byte more', () => {
    const body = Buffer.from(`${head}<value>a</value></param></params></methodCall>`);
    const limits = { bytesMax: body.length, nestedValuesMax: 64 };
    expect(decodeCall(body, limits).kind).to.equal('call');
    const longer = Buffer.concat([body, Buffer.from(' ')]);
    expect(decodeCall(longer, limits)).to.have.nested.property('fault.code', -32600);
  });

  it('accept a large body of exactly the limit, streamed', () => {
    const decoder = new CallDecoder();
    const tail = '</value></param></params></methodCall>';
    decoder.write(Buffer.from(`${head}<value>`));
    const fill = 16 * mebibyte - head.length - '<value>'.length - tail.length;
    decoder.write(Buffer.alloc(fill, 'a'));
    decoder.write(Buffer.from(tail));
    const decoded = decoder.end();
    expect(decoded.kind === 'call' ? decoded.call.params[0] : decoded).to.have.length(fill);
  });

  it('refuse 20,000 nested arrays', () => {
    const nested = '<value><array><data>'.repeat(20_000);
    const closed = `${head}${nested}${'</data></array></value>'.repeat(20_000)}</param></params>`;
    for (const body of [`${head}${nested}`, `${closed}</methodCall>`]) {
      expect(decodeCall(Buffer.from(body))).to.deep.equal({
        kind: 'fault',
        fault: { code: faultCode.invalidCall, text: 'over a limit: more than 64 nested values' },
      });
    }
  });

  it('refuse unknown elements that nest without end', () => {
    const decoded = decodeCall(Buffer.from('<a>'.repeat(1_000_000)));
    expect(decoded).to.have.nested.property('fault.code', faultCode.invalidCall);
  });

  it('refuse an element with a million attributes', () => {
    const attributes = Array.from({ length: 1_000_000 }, (_, at) => `a${at}=""`).join(' ');
    const decoded = decodeCall(Buffer.from(`<methodCall ${attributes}/>`));
    expect(decoded).to.have.nested.property('fault.code', faultCode.invalidCall);
  });

  it('quote a client only in part', () => {
    const long = 'x'.repeat(100_000);
    for (const body of [`<${long}/>`, `<methodCall></${long}>`, `${head}<value><int>${long}`]) {
      const closed = body.endsWith('x')
        ? `${body}</int></value></param></params></methodCall>`
        : body;
      const decoded = decodeCall(Buffer.from(closed));
      expect(decoded).to.have.nested.property('fault.text').with.length.below(300);
    }
  });

  it('take a body of single bytes without holding each of them', () => {
    const decoder = new CallDecoder();
    const byte = Buffer.from('x');
    decoder.write(Buffer.from(`${head}<value>`));
    const growth = growthWhileWriting(decoder, byte, 100_000);
    decoder.write(Buffer.from('</value></param></params></methodCall>'));
    expect(decoder.end().kind).to.equal('call');
    expect(growth).to.be.lessThan(32);
  });

  it('apply to responses, too', () => {
    const decoder = new ResponseDecoder({ bytesMax: 10, nestedValuesMax: 64 });
    decoder.write(Buffer.from('<methodResponse/>'));
    expect(decoder.end()).to.deep.equal({
      kind: 'malformed',
      reason: 'over a limit: the body is larger than 10 bytes',
    });
  });
});
