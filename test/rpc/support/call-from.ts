/** Calls that come from an address of this machine's choice. */
import { request } from 'node:http';
import { encodeCall } from '../../../src/rpc/codec/encode.js';
import { decodeResponse } from '../../../src/rpc/codec/response-decoder.js';
import type { XmlValue } from '../../../src/rpc/xml-value.js';

export type Headers = Readonly<Record<string, string>>;

/** Where a call goes, and from which address. */
export interface Way {
  readonly port: number;
  readonly from: string;
}

/** The body of the answer. */
export function postFrom(way: Way, body: string, headers: Headers = {}): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        ...{ host: '127.0.0.1', port: way.port, localAddress: way.from },
        ...{ method: 'POST', path: '/RPC2' },
        headers: {
          'content-type': 'text/xml',
          'content-length': Buffer.byteLength(body),
          ...headers,
        },
      },
      (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () => {
          resolve(Buffer.concat(parts));
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** `code text` of a fault, or `answered`. */
export async function answerFrom(
  way: Way,
  [name, ...params]: readonly [string, ...XmlValue[]],
  headers?: Headers,
): Promise<string> {
  const decoded = decodeResponse(await postFrom(way, encodeCall(name, params), headers));
  if (decoded.kind === 'fault') return `${decoded.fault.code} ${decoded.fault.text}`;
  return decoded.kind === 'value' ? 'answered' : decoded.reason;
}
