/**
 * Whether a server of this API answers at an address, whatever names it gives its methods.
 */
import { saysMethodUnknown } from '../wire/answer.js';
import type { Reply, Server } from '../wire/server.js';

/** The reply to `ping`, under the name by which the server knows it if it does. */
export async function pingByAnyName(server: Server): Promise<Reply> {
  const reply = await server.callByName('surfstore.ping', []);
  return saysMethodUnknown(reply.answer) ? server.callByName('ping', []) : reply;
}

/** A fault, too, is an answer of a server of this API; a web page is none. */
export function isSignOfLife({ answer }: Reply): boolean {
  return answer.kind === 'value' || answer.kind === 'fault';
}
