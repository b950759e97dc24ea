/**
 * One call over HTTPS, by a client that believes `ca` and may show a certificate of its own.
 */
import { request, type RequestOptions } from 'node:https';
import { decodeResponse } from '../../../src/rpc/codec/response-decoder.js';
import { host } from './served-replica.js';

/** The value as text, or `code text` of a fault; rejects when there is no answer. */
export function httpsPost(port: number, body: string, options: RequestOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const method = 'POST';
    const outgoing = request({ host, port, method, agent: false, ...options }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const decoded = decodeResponse(Buffer.concat(chunks));
        if (decoded.kind === 'fault') resolve(`${decoded.fault.code} ${decoded.fault.text}`);
        else if (decoded.kind === 'value') resolve(JSON.stringify(decoded.value));
        else reject(new Error(decoded.reason));
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
