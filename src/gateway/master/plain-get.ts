/**
 * Reads requests of the commonest kind: one GET or HEAD of a plain path without conditions, whole
 * in one piece. Whatever is not exactly that is left to node:http. Pure.
 */

export interface PlainGet {
  readonly method: 'GET' | 'HEAD';
  readonly target: string;
  readonly httpVersion: '1.0' | '1.1';
  readonly keepsAlive: boolean;
  readonly acceptEncoding: string | undefined;
  readonly referer: string | undefined;
  readonly userAgent: string | undefined;
}

const requestLine = /^(GET|HEAD) (\/[A-Za-z0-9._~/!$&'()*+,;=:@-]*) HTTP\/1\.([01])$/;
const fieldLine = /^([A-Za-z0-9-]+):[ \t]*([\x20-\x7e\x80-\xff]*)$/;

/** Fields that change nothing about the answer, beside those that are looked at below. */
const harmless: ReadonlySet<string> = new Set([
  'accept',
  'accept-language',
  'cache-control',
  'cookie',
  'dnt',
  'origin',
  'pragma',
  'priority',
  'sec-ch-ua',
  'sec-ch-ua-mobile',
  'sec-ch-ua-platform',
  'sec-fetch-dest',
  'sec-fetch-mode',
  'sec-fetch-site',
  'sec-fetch-user',
  'sec-gpc',
  'upgrade-insecure-requests',
]);

const lookedAt: ReadonlySet<string> = new Set([
  'host',
  'connection',
  'accept-encoding',
  'referer',
  'user-agent',
]);

const requestBytesMax = 8_192;
const headEnd = '\r\n\r\n';

/** Remembers the request before: clients of one kind say the same again and again. */
export class PlainGetReader {
  #bytes = Buffer.alloc(0);
  #request: PlainGet | undefined;

  read(bytes: Buffer): PlainGet | undefined {
    if (this.#request !== undefined && this.#bytes.equals(bytes)) return this.#request;
    this.#request = readPlainGet(bytes);
    // A copy: what was received may be a part of something long.
    if (this.#request !== undefined) this.#bytes = Buffer.from(bytes);
    return this.#request;
  }
}

export function readPlainGet(bytes: Buffer): PlainGet | undefined {
  if (bytes.length > requestBytesMax) return undefined;
  const text = bytes.toString('latin1');
  if (text.indexOf(headEnd) !== text.length - headEnd.length) return undefined;
  const lines = text.slice(0, -headEnd.length).split('\r\n');
  const [, method, target = '', minor] = requestLine.exec(lines[0] ?? '') ?? [];
  if (method !== 'GET' && method !== 'HEAD') return undefined;
  const fields = readFields(lines);
  if (fields === undefined) return undefined;
  const httpVersion = minor === '0' ? '1.0' : '1.1';
  if (httpVersion === '1.1' && !fields.has('host')) return undefined;
  const connection = fields.get('connection')?.toLowerCase();
  if (connection !== undefined && connection !== 'keep-alive' && connection !== 'close') {
    return undefined;
  }
  return {
    ...{ method, target, httpVersion },
    keepsAlive: httpVersion === '1.1' ? connection !== 'close' : connection === 'keep-alive',
    acceptEncoding: fields.get('accept-encoding'),
    referer: fields.get('referer'),
    userAgent: fields.get('user-agent'),
  };
}

/** Those that are looked at; undefined when another one might matter, or one comes twice. */
function readFields(lines: readonly string[]): ReadonlyMap<string, string> | undefined {
  const fields = new Map<string, string>();
  for (let at = 1; at < lines.length; at += 1) {
    const [, rawName = '', value = ''] = fieldLine.exec(lines[at] ?? '') ?? [];
    const name = rawName.toLowerCase();
    if (lookedAt.has(name)) {
      if (fields.has(name)) return undefined;
      fields.set(name, value.trim());
    } else if (!harmless.has(name)) {
      return undefined;
    }
  }
  return fields;
}
