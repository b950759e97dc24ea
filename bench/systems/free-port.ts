/** Ports that the operating system gives, so that runs do not get into each other's way. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { must } from '../../src/base/assert.js';

/**
 * Ports of this machine that nobody listens on. They are held at the same time before any is let
 * go, so that none is given twice.
 */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => {
    const address = must(server.address(), 'a listening server has an address');
    return typeof address === 'string' ? Number.NaN : address.port;
  });
  await Promise.all(
    servers.map(async (server) => {
      server.close();
      await once(server, 'close');
    }),
  );
  return ports;
}
