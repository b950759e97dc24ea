/**
 * Further addresses at which a server takes connections: each hands what it accepts to the server
 * itself, which treats all connections alike.
 */
import type { Server as HttpServer } from 'node:http';
import { createServer, type Server } from 'node:net';
import { ListenError } from './listen-error.js';

/** The machine has no such address, or does not know its kind. */
const codesOfLackingAddress: readonly string[] = ['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL'];

export interface SideListenOptions {
  readonly server: HttpServer;
  readonly hosts: readonly string[];
  readonly port: number;
  readonly backlog: number;
  readonly onError: (error: Error) => void;
}

export class SideListeners {
  readonly #open: Server[] = [];

  /**
   * Opens the port at those of the hosts that this machine has. Rejects with `ListenError` when the
   * operating system refuses for another reason; what was opened then is closed.
   */
  async listen(options: SideListenOptions): Promise<void> {
    try {
      for (const host of options.hosts) await this.#listenAt(host, options);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Resolves once the connections that came this way have ended, too. */
  async close(): Promise<void> {
    const closing = this.#open.splice(0).map(
      (listener) =>
        new Promise<void>((resolve) => {
          listener.close(() => {
            resolve();
          });
        }),
    );
    await Promise.all(closing);
  }

  #listenAt(host: string, options: SideListenOptions): Promise<void> {
    const { server, port, backlog, onError } = options;
    // As node:http has its own connections.
    const listener = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      server.emit('connection', socket);
    });
    listener.maxConnections = server.maxConnections;
    return new Promise((resolve, reject) => {
      const fail = (error: Error): void => {
        const isLacking = 'code' in error && codesOfLackingAddress.includes(String(error.code));
        if (isLacking) resolve();
        else reject(new ListenError(`${host}:${port}`, error));
      };
      listener.once('error', fail);
      listener.listen({ port, host, backlog }, () => {
        listener.off('error', fail);
        listener.on('error', onError);
        this.#open.push(listener);
        resolve();
      });
    });
  }
}
