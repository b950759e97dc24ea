/** Workers of the gateway in this process, on ports of their own, and what asks them. */
import { request, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { ContentCache } from '../../src/gateway/content-cache.js';
import { createResponder } from '../../src/gateway/create-responder.js';
import type { UploadOptions } from '../../src/gateway/uploads/answer-upload.js';
import type { FileSource } from '../../src/gateway/file-source.js';
import { methodsOf } from '../../src/gateway/methods.js';
import { WorkerServer } from '../../src/gateway/worker-server.js';

export interface ServedOptions {
  readonly listing?: boolean;
  readonly dotfiles?: boolean;
  readonly cache?: ContentCache;
  readonly uploads?: UploadOptions;
  readonly headersMsMax?: number;
}

export interface Response {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The body is shorter than its head says. */
  readonly isCut: boolean;
}

export interface RequestOptions {
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Uint8Array;
}

export class Served {
  readonly port: number;
  readonly bugs: unknown[];
  readonly #server: WorkerServer;

  private constructor(server: WorkerServer, port: number, bugs: unknown[]) {
    this.#server = server;
    this.port = port;
    this.bugs = bugs;
  }

  static async start(source: FileSource, options: ServedOptions = {}): Promise<Served> {
    const cache = options.cache ?? new ContentCache(1_000_000);
    const bugs: unknown[] = [];
    const respond = createResponder({
      source,
      cache,
      listing: options.listing ?? false,
      dotfiles: options.dotfiles ?? false,
      uploads: options.uploads,
      onBug: (error) => bugs.push(error),
    });
    const cacheStatistics = () => cache.statistics;
    const server = new WorkerServer({
      ...{ respond, host: '127.0.0.1', port: 0, cacheStatistics },
      allow: methodsOf({ uploads: options.uploads !== undefined }),
      ...(options.headersMsMax === undefined ? {} : { headersMsMax: options.headersMsMax }),
    });
    return new Served(server, await server.listen(), bugs);
  }

  /** `path` goes out as it is: no client mends its dots. */
  ask(path: string, options: RequestOptions = {}): Promise<Response> {
    return ask(this.port, path, options);
  }

  /** Sends these bytes and gives back all that comes until the other side ends. */
  raw(bytes: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(this.port, '127.0.0.1', () => socket.write(bytes, 'latin1'));
      let answer = '';
      socket.setEncoding('latin1');
      socket.on('data', (piece: string) => (answer += piece));
      socket.on('end', () => {
        socket.end();
        resolve(answer);
      });
      socket.on('error', reject);
    });
  }

  async stop(): Promise<void> {
    await this.#server.close(0);
  }
}

export function ask(port: number, path: string, options: RequestOptions = {}): Promise<Response> {
  const { method = 'GET', headers = {}, body } = options;
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port, path, method, headers, agent: false });
    outgoing.on('error', reject);
    outgoing.on('response', (incoming) => {
      const pieces: Buffer[] = [];
      const end = (): void => {
        const { statusCode: status = 0, headers: received } = incoming;
        const isCut = !incoming.complete;
        resolve({ status, headers: received, body: Buffer.concat(pieces), isCut });
      };
      incoming.on('data', (piece: Buffer) => pieces.push(piece));
      incoming.on('end', end);
      incoming.on('error', end);
    });
    outgoing.end(body);
  });
}
