/** The addresses of a host, from whatever this machine knows names by. */
import { lookup } from 'node:dns/promises';

/** Rejects when there are none. */
export async function lookUpHost(host: string): Promise<readonly string[]> {
  const found = await lookup(host, { all: true });
  return found.map(({ address }) => address);
}
