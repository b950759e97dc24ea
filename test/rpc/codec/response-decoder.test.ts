/** What a client makes of the answers of servers good and bad. */
import { expect } from 'chai';
import { decodeResponse, ResponseDecoder } from '../../../src/rpc/codec/response-decoder.js';

const fault = (members: string): string =>
  `<methodResponse><fault><value><struct>${members}</struct></value></fault></methodResponse>`;

function decode(text: string): ReturnType<typeof decodeResponse> {
  return decodeResponse(Buffer.from(text));
}

describe('the response decoder', () => {
  it('takes an answer in pieces', () => {
    const decoder = new ResponseDecoder();
    const body = Buffer.from(
      '<methodResponse><params><param><value>é</value></param></params></methodResponse>',
    );
    for (const byte of body) decoder.write(Buffer.of(byte));
    expect(decoder.end()).to.deep.equal({ kind: 'value', value: 'é' });
  });

  it('reads a fault', () => {
    const members =
      '<member><name>faultCode</name><value><int>4</int></value></member>' +
      '<member><name>faultString</name><value>busy</value></member>';
    expect(decode(fault(members))).to.deep.equal({
      kind: 'fault',
      fault: { code: 4, text: 'busy' },
    });
  });

  it('calls malformed whatever is no response', () => {
    const one = '<param><value>1</value></param>';
    for (const body of [
      '',
      'Not found',
      '<html/>',
      '<methodCall><methodName>m</methodName></methodCall>',
      '<methodResponse/>',
      '<methodResponse><params/></methodResponse>',
      `<methodResponse><params>${one}${one}</params></methodResponse>`,
      `<methodResponse><params>${one}</params><fault><value>1</value></fault></methodResponse>`,
      '<methodResponse><fault/></methodResponse>',
      '<methodResponse><fault><value>1</value></fault></methodResponse>',
      fault('<member><name>faultCode</name><value><int>4</int></value></member>'),
      `<methodResponse><params>${one.replace('1', '<int>x</int>')}</params></methodResponse>`,
    ]) {
      expect(decode(body), body).to.have.property('kind', 'malformed');
    }
  });
});
