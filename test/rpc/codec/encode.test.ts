/** The form of what is written, and the values that XML-RPC cannot carry. */
import { expect } from 'chai';
import {
  encodeCall,
  encodeFault,
  encodeResponse,
  UnencodableError,
} from '../../../src/rpc/codec/encode.js';
import { decodeResponse } from '../../../src/rpc/codec/response-decoder.js';
import { XmlDouble } from '../../../src/rpc/xml-value.js';
import type { XmlValue } from '../../../src/rpc/xml-value.js';

function written(value: XmlValue): string {
  const [, text = ''] = /<param><value>(.*)<\/value><\/param>/s.exec(encodeResponse(value)) ?? [];
  return text;
}

describe('the encoder', () => {
  it('writes an integer as <int> where it fits 32 bits and as <i8> beyond', () => {
    expect(written(2 ** 31 - 1)).to.equal('<int>2147483647</int>');
    expect(written(-(2 ** 31))).to.equal('<int>-2147483648</int>');
    expect(written(2 ** 31)).to.equal('<i8>2147483648</i8>');
    expect(written(-(2n ** 63n))).to.equal('<i8>-9223372036854775808</i8>');
    expect(written(-0)).to.equal('<int>0</int>');
  });

  it('escapes what a parser would change', () => {
    expect(written('a<b>&]]>\r\n\t')).to.equal('<string>a&lt;b&gt;&amp;]]&gt;&#13;\n\t</string>');
  });

  it('throws for strings that XML cannot carry', () => {
    for (const text of ['\0', 'a\u0001', '\u001f', '\ufffe', '\uffff', '\ud800', 'a\udc00b']) {
      expect(() => encodeResponse(text)).to.throw(UnencodableError, 'U+');
      expect(() => encodeResponse(new Map([[text, 1]]))).to.throw(UnencodableError);
      expect(() => encodeCall(text, [])).to.throw(UnencodableError);
    }
    expect(() => encodeResponse(new XmlDouble(NaN))).to.throw(UnencodableError, 'NaN');
  });

  it('sends a fault whatever characters its text has', () => {
    const body = encodeFault({ code: 1, text: 'a\u0001\ud800b<' });
    expect(decodeResponse(Buffer.from(body))).to.deep.equal({
      kind: 'fault',
      fault: { code: 1, text: 'a\ufffd\ufffdb<' },
    });
  });

  it('writes 100,000 nested arrays without recursion', () => {
    let value: XmlValue = [];
    for (let depth = 0; depth < 100_000; depth += 1) value = [value, 'x'];
    expect(encodeResponse(value).length).to.be.greaterThan(100_000);
  });
});
