/**
 * A service that answers as a test says, for what no real one does: cut bodies, silence, hostile
 * documents. It checks nothing.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { S3Credentials } from '../../src/s3/s3-credentials.js';
import type { S3Place } from '../../src/s3/s3-place.js';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export type Script = (seen: SeenRequest, response: ServerResponse) => void;

export class ScriptedService {
  readonly seen: SeenRequest[] = [];
  script: Script = (_seen, response) => response.end();
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method = '', url = '', headers } = request;
        const seen = { method, path: url, headers, body: Buffer.concat(chunks) };
        this.seen.push(seen);
        this.script(seen, response);
      });
    });
  }

  static async start(): Promise<ScriptedService> {
    const service = new ScriptedService();
    service.#server.listen(0, '127.0.0.1');
    await once(service.#server, 'listening');
    return service;
  }

  get place(): S3Place {
    const { port } = this.#server.address() as AddressInfo;
    const endpoint = new URL(`http://127.0.0.1:${port}`);
    const credentials = new S3Credentials({
      ...{ accessKeyId: 'id', secretAccessKey: 'secret', region: 'r', sessionToken: undefined },
    });
    return { bucket: 'bucket', prefix: 'p', endpoint, credentials };
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

export function errorDocument(code: string, message = 'because'): string {
  return `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`;
}

/** A page of a listing with these keys. */
export function pageDocument(keys: readonly string[], continuation?: string): string {
  const objects = keys.map(
    (key) =>
      `<Contents><Key>${key}</Key><LastModified>2026-01-02T03:04:05.000Z</LastModified>` +
      '<Size>5</Size><Owner><ID>x</ID></Owner></Contents>',
  );
  const more =
    continuation === undefined
      ? '<IsTruncated>false</IsTruncated>'
      : '<IsTruncated>true</IsTruncated>' +
        `<NextContinuationToken>${continuation}</NextContinuationToken>`;
  return `<ListBucketResult>${more}${objects.join('')}</ListBucketResult>`;
}
