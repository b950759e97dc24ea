import { expect } from 'chai';
import {
  endToEndFields,
  fieldValue,
  requestFields,
} from '../../../src/gateway/master/header-fields.js';

const request = {
  ...{ httpVersion: '1.1', clientAddress: '10.0.0.9' },
  proto: 'http' as const,
  isAuthenticated: false,
};

describe('header fields on their way through the master', () => {
  it('lose what is of one connection, and what Connection names', () => {
    const raw = [
      ...['Host', 'a', 'Connection', 'keep-alive, X-Hop', 'x-hop', '1', 'Keep-Alive', 'timeout=5'],
      ...['TE', 'trailers', 'Trailer', 'x', 'Transfer-Encoding', 'chunked', 'Upgrade', 'h2c'],
      ...['Proxy-Connection', 'close', 'Proxy-Authorization', 'b', 'Accept', '*/*'],
    ];
    expect(endToEndFields(raw)).to.deep.equal(['Host', 'a', 'Accept', '*/*']);
  });

  it('keep their order, and fields that come twice', () => {
    const raw = ['Set-Cookie', 'a', 'Date', 'now', 'Set-Cookie', 'b'];
    expect(endToEndFields(raw)).to.deep.equal(raw);
    expect(fieldValue(raw, 'set-cookie')).to.equal('a, b');
    expect(fieldValue(raw, 'etag')).to.equal(undefined);
  });

  it('say to a worker for whom it works', () => {
    const rawHeaders = ['host', 'files.example:8080', 'Accept', 'text/html'];
    expect(requestFields({ ...request, rawHeaders }, '127.0.0.1:9000')).to.deep.equal([
      ...['Accept', 'text/html', 'Host', '127.0.0.1:9000', 'X-Forwarded-For', '10.0.0.9'],
      ...['X-Forwarded-Host', 'files.example:8080', 'X-Forwarded-Proto', 'http'],
      ...['Via', '1.1 surfraft'],
    ]);
  });

  it('add the client to a chain of proxies, and overwrite what else it claims', () => {
    const rawHeaders = [
      ...['X-Forwarded-For', '1.2.3.4', 'X-Forwarded-Proto', 'https', 'X-Forwarded-Host', 'evil'],
      ...['Host', 'a'],
    ];
    const fields = requestFields({ ...request, rawHeaders }, 'w:1');
    expect(fieldValue(fields, 'x-forwarded-for')).to.equal('1.2.3.4, 10.0.0.9');
    expect(fieldValue(fields, 'x-forwarded-proto')).to.equal('http');
    expect(fieldValue(fields, 'x-forwarded-host')).to.equal('a');
  });

  it('leave out what speaks of a body, which does not go along', () => {
    const rawHeaders = [
      'Content-Length',
      '5',
      'Content-Type',
      'text/plain',
      'Expect',
      '100-continue',
    ];
    const fields = requestFields({ ...request, rawHeaders }, 'w:1');
    for (const name of ['content-length', 'content-type', 'expect']) {
      expect(fieldValue(fields, name)).to.equal(undefined);
    }
  });
});
