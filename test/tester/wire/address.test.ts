/**
 * Addresses as users write them, and configuration files as other makers write them.
 */
import { expect } from 'chai';
import { formatAddress, parseAddress, sameAddress } from '../../../tester/wire/address.js';
import { seatsInFile } from '../../../tester/cluster/cluster-file.js';

describe('an address', () => {
  for (const text of ['localhost:9001', '10.0.0.7:1', '[::1]:65535', 'raft-0.example.org:80']) {
    it(`is read from "${text}" and written the same way`, () => {
      const address = parseAddress(text) ?? expect.fail();
      expect(formatAddress(address)).to.equal(text);
    });
  }

  for (const text of [
    '',
    'localhost',
    'localhost:',
    ':9001',
    'a:0',
    'a:65536',
    'a b:1',
    '::1:80',
  ]) {
    it(`is not read from "${text}"`, () => {
      expect(parseAddress(text)).to.equal(undefined);
    });
  }

  it('is the same under every name of the loopback, and only on one port', () => {
    const here = { host: 'localhost', port: 9001 };
    expect(sameAddress(here, { host: '127.0.0.1', port: 9001 })).to.equal(true);
    expect(sameAddress(here, { host: '::1', port: 9001 })).to.equal(true);
    expect(sameAddress(here, { host: 'LOCALHOST', port: 9001 })).to.equal(true);
    expect(sameAddress(here, { host: 'localhost', port: 9002 })).to.equal(false);
    expect(sameAddress(here, { host: 'elsewhere', port: 9001 })).to.equal(false);
  });
});

describe('a configuration file', () => {
  const portsIn = (text: string): unknown =>
    seatsInFile(text)?.map((seat) => [seat.id, seat.address.port]);

  it('gives its servers by id, in whatever order they are written', () => {
    const text = '\uFEFFM: 3\r\n\r\nmetadata2: a:3 \r\nmetadata0: a:1 # first\r\nmetadata1: a:2';
    expect(portsIn(text)).to.deep.equal([
      [0, 1],
      [1, 2],
      [2, 3],
    ]);
  });

  it('numbers its servers by their lines when labels repeat', () => {
    expect(portsIn('M: 2\nmetadata2: a:7\nmetadata2: a:8')).to.deep.equal([
      [0, 7],
      [1, 8],
    ]);
  });

  it('is not one when no line names a server', () => {
    expect(seatsInFile('block: localhost:80\nhello')).to.equal(undefined);
  });
});
