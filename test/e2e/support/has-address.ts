/** Whether this machine has an address that a test needs. */
import { createServer } from 'node:net';

export async function hasAddress(host: string): Promise<boolean> {
  const probe = createServer();
  const isThere = await new Promise<boolean>((resolve) => {
    probe.once('error', () => {
      resolve(false);
    });
    probe.listen({ host, port: 0 }, () => {
      resolve(true);
    });
  });
  probe.close();
  return isThere;
}
