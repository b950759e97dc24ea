/** Which pages are the cluster's own: by where they come from, and whom they believe to ask. */
import { expect } from 'chai';
import { asServerId } from '../../src/base/ids.js';
import { PageOrigins } from '../../src/rpc/live/page-origins.js';

const servers = [
  { id: asServerId(0), host: 'node0.example', port: 9001 },
  { id: asServerId(1), host: '127.0.0.1', port: 9002 },
  { id: asServerId(2), host: '2001:db8::2', port: 9003 },
  { id: asServerId(3), host: 'node3.example', port: 80 },
];

describe('the origin of a page', () => {
  const origins = new PageOrigins({ scheme: 'http', servers: () => servers, ownPort: () => 9700 });

  it('is nobody when no browser speaks for a page', () => {
    expect(origins.kindOf({ host: 'node0.example:9001' })).to.equal('none');
    expect(origins.grant({ host: 'node0.example:9001' })).to.deep.equal({});
  });

  const own: readonly (readonly [string, string])[] = [
    ['http://node0.example:9001', 'node0.example:9001'],
    ['http://NODE0.example:9001', '127.0.0.1:9002'],
    ['http://node3.example', 'node0.example:9001'],
    ['http://localhost:9002', 'node0.example:9001'],
    ['http://127.0.0.1:9700', 'localhost:9700'],
    ['http://[2001:db8::2]:9003', '[2001:db8::2]:9003'],
    ['http://[::1]:9002', 'node3.example'],
  ];
  for (const [origin, host] of own) {
    it(`is the cluster for ${origin}, which asks ${host}`, () => {
      expect(origins.kindOf({ origin, host })).to.equal('own');
      expect(origins.whyNoCalls({ origin, host })).to.equal(undefined);
      expect(origins.grant({ origin, host })).to.deep.equal({
        'Access-Control-Allow-Origin': origin,
        Vary: 'Origin',
      });
    });
  }

  const foreign: readonly (readonly [string, string | undefined])[] = [
    ['http://evil.example', 'node0.example:9001'],
    ['http://evil.example:9001', 'evil.example:9001'],
    ['http://node0.example:9001', 'evil.example:9001'],
    ['http://node0.example:9001', undefined],
    ['http://node0.example', 'node0.example:9001'],
    ['http://node0.example:9002', 'node0.example:9001'],
    ['https://node0.example:9001', 'node0.example:9001'],
    ['http://localhost:3000', 'node0.example:9001'],
    ['http://localhost:9700', 'node0.example:9001'],
    ['http://node0.example:9001.evil.example', 'node0.example:9001'],
    ['http://node0.example:9001@evil.example', 'node0.example:9001'],
    ['http://node0.example:9001/', 'node0.example:9001'],
    ['null', 'node0.example:9001'],
    ['', 'node0.example:9001'],
    ['http://10.0.0.5:9001', '10.0.0.5:9001'],
  ];
  for (const [origin, host] of foreign) {
    it(`is elsewhere for ${JSON.stringify(origin)}, which asks ${host ?? 'nobody'}`, () => {
      expect(origins.kindOf({ origin, host })).to.equal('foreign');
      expect(origins.grant({ origin, host })).to.deep.equal({});
      expect(origins.whyNoCalls({ origin, host })).to.include('http://node0.example:9001/');
    });
  }

  it('is elsewhere when a browser does not say it', () => {
    const headers = { 'sec-fetch-site': 'same-origin', host: 'node0.example:9001' };
    expect(origins.kindOf(headers)).to.equal('foreign');
  });

  it('lets everybody look who uses an address, or a name of the cluster', () => {
    for (const host of [
      'node0.example:9001',
      'localhost:1',
      '10.0.0.5:9001',
      '[::1]:7',
      undefined,
    ]) {
      expect(origins.whyNoFeed({ host }), host).to.equal(undefined);
    }
    // Over an address nobody but this server is reached, so a page from there is from here.
    const same = { origin: 'http://10.0.0.5:9001', host: '10.0.0.5:9001' };
    expect(origins.whyNoFeed(same)).to.equal(undefined);
  });

  it('lets nobody look by a name that may be led here, and no page from elsewhere', () => {
    const led = { origin: 'http://evil.example:9001', host: 'evil.example:9001' };
    expect(origins.whyNoFeed(led)).to.match(/no server is called evil\.example/);
    expect(origins.whyNoFeed({ host: 'evil.example:9001' })).to.match(/no server is called/);
    const other = { origin: 'http://evil.example', host: 'node0.example:9001' };
    expect(origins.whyNoFeed(other)).to.match(/from elsewhere/);
  });

  it('follows the servers as they come and go', () => {
    const members = [...servers];
    const changing = new PageOrigins({
      ...{ scheme: 'https', servers: () => members, ownPort: () => 9700 },
    });
    const headers = { origin: 'https://node9.example', host: 'node9.example' };
    expect(changing.kindOf(headers)).to.equal('foreign');
    members.push({ id: asServerId(4), host: 'node9.example', port: 443 });
    expect(changing.kindOf(headers)).to.equal('own');
  });
});
