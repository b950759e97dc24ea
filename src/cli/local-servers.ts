/**
 * Which servers of a configuration belong to this machine: those whose host is one of its own
 * addresses, by number or by name.
 */
import { lookup } from 'node:dns/promises';
import { BlockList, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';

/** In the order of the configuration. A name that cannot be looked up belongs to nobody here. */
export async function findLocalServers<T extends { readonly host: string }>(
  servers: readonly T[],
): Promise<readonly T[]> {
  const own = ownAddresses();
  const areLocal = await Promise.all(
    servers.map(async ({ host }) =>
      (await addressesOf(host)).some((address) =>
        own.check(address, isIPv6(address) ? 'ipv6' : 'ipv4'),
      ),
    ),
  );
  return servers.filter((_, index) => areLocal[index] === true);
}

/** Those of the network interfaces, and all that loop back. */
function ownAddresses(): BlockList {
  const own = new BlockList();
  own.addSubnet('127.0.0.0', 8, 'ipv4');
  own.addAddress('::1', 'ipv6');
  for (const addresses of Object.values(networkInterfaces())) {
    for (const { address, family } of addresses ?? []) {
      own.addAddress(withoutZone(address), family === 'IPv6' ? 'ipv6' : 'ipv4');
    }
  }
  return own;
}

async function addressesOf(host: string): Promise<readonly string[]> {
  if (host.toLowerCase() === 'localhost') return ['127.0.0.1'];
  try {
    const found = await lookup(withoutZone(host), { all: true });
    return found.map(({ address }) => withoutZone(address));
  } catch {
    return [];
  }
}

function withoutZone(address: string): string {
  return address.replace(/%.*$/, '');
}
