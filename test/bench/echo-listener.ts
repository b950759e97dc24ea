/** A server in this process that remembers what generators ask and answers as the test likes. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { Endpoint } from '../../bench/load/load-plan.js';

export class EchoListener {
  /** The bodies that came in. */
  readonly bodies: string[] = [];
  readonly #server: Server;

  private constructor(answer: (body: string, path: string) => string) {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString();
        this.bodies.push(body);
        response.end(answer(body, request.url ?? ''));
      });
    });
  }

  static async start(answer: (body: string, path: string) => string): Promise<EchoListener> {
    const listener = new EchoListener(answer);
    listener.#server.listen(0, '127.0.0.1');
    await once(listener.#server, 'listening');
    return listener;
  }

  get endpoint(): Endpoint {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('no port was given');
    return { host: '127.0.0.1', port: address.port };
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
