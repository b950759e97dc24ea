/** How messages name a server: by its id, and by where it was looked for. */
import type { ServerEndpoint } from './rpc-connection.js';

export function describeServer(server: ServerEndpoint): string {
  return `server ${server.id} at ${server.host}:${server.port}`;
}
