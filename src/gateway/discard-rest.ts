/**
 * What still comes of a body that nobody wants, once its request is answered: read for a moment, so
 * that the answer is not lost with a connection that is reset under it; then the connection ends.
 */
import type { IncomingMessage } from 'node:http';

const lingerMs = 2_000;

/** Does nothing when the body has come. */
export function discardRest(request: IncomingMessage): void {
  const { socket } = request;
  if (request.complete || socket.destroyed) return;
  request.on('error', () => undefined);
  request.resume();
  const timer = setTimeout(() => {
    if (!request.complete) socket.destroy();
  }, lingerMs);
  request.once('close', () => {
    clearTimeout(timer);
  });
}
