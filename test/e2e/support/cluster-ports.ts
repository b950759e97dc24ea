/**
 * Ports for servers that are killed and started again. They lie below the range from which systems
 * take the ports of outgoing connections: while a server is down, a peer that calls it could
 * otherwise be given that very port, and the server would find it taken. Test files that run at the
 * same time each have a part of them: a server that is down listens nowhere, and is called all the
 * same.
 */
import { once } from 'node:events';
import { createServer } from 'node:net';

const parts = 4;
const portsOfPart = 3_000;
const portMin = 20_000 + (Number(process.env['MOCHA_WORKER_ID'] ?? 0) % parts) * portsOfPart;
const portMax = portMin + portsOfPart - 1;

/** Ports that nobody listens at now. */
export async function findClusterPorts(count: number): Promise<readonly number[]> {
  const ports: number[] = [];
  let port = portMin + Math.floor(Math.random() * (portMax - portMin));
  for (let tries = 0; ports.length < count; tries += 1) {
    if (tries > portMax - portMin) throw new Error('every port is taken');
    port = port === portMax ? portMin : port + 1;
    if (await isFree(port)) ports.push(port);
  }
  return ports;
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
