import { expect } from 'chai';
import { networkInterfaces } from 'node:os';
import { asServerId } from '../../src/base/ids.js';
import { findLocalServers } from '../../src/cli/local-servers.js';

async function areLocal(...hosts: readonly string[]): Promise<readonly string[]> {
  const servers = hosts.map((host, index) => ({
    id: asServerId(index),
    host,
    port: 9301,
    address: `${host}:9301`,
  }));
  return (await findLocalServers(servers)).map(({ host }) => host);
}

describe('a server is local to this machine', () => {
  it('when its host loops back', async () => {
    const hosts = ['localhost', 'LocalHost', '127.0.0.1', '127.8.8.8', '::1'];
    expect(await areLocal(...hosts)).to.deep.equal(hosts);
  });

  it('when its host is an address of a network interface', async () => {
    const own = Object.values(networkInterfaces()).flatMap((addresses) =>
      (addresses ?? []).map(({ address }) => address),
    );
    expect(await areLocal(...own)).to.deep.equal(own);
  });

  it('not when its host is elsewhere or unknown', async () => {
    expect(await areLocal('192.0.2.1', '2001:db8::1', 'no-such-host.invalid')).to.deep.equal([]);
  });
});
