/**
 * The fake's side of the wire: reads a call out of an HTTP request just strictly enough for the
 * hostile checks, and gives HTTP's own errors.
 */
import type { IncomingMessage } from 'node:http';
import Deserializer from 'xmlrpc/lib/deserializer.js';
import { Fault } from './fake-replica.js';

const intMax = 2 ** 31 - 1;
const nestedMax = 64;
const bodyBytesMax = 16 * 1024 * 1024;

export interface Call {
  readonly method: string;
  readonly params: readonly unknown[];
}

/** The HTTP error that the head of a request deserves; undefined when its body is to be read. */
export function httpErrorOf(request: IncomingMessage): number | undefined {
  const { url = '', method, headers } = request;
  if (url !== '/' && url !== '/RPC2') return 404;
  if (method !== 'POST') return 405;
  const type = headers['content-type'];
  if (type !== undefined && !type.includes('xml')) return 415;
  return Number(headers['content-length'] ?? 0) > bodyBytesMax ? 413 : undefined;
}

function isOutOfRange(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isOutOfRange);
  return typeof value === 'number' && Math.abs(value) > intMax + 1;
}

/** Throws the `Fault` of a body that is no good call. */
export function decodeCall(body: string): Call {
  const text = body.trim();
  const isBad = text.includes('<!DOCTYPE') || text.includes('&#1;') || text.includes('&#xD800;');
  if (!text.startsWith('<') || isBad) throw new Fault(-32700, 'not well-formed');
  if (text.startsWith('<html')) throw new Fault(-32600, 'not a call');
  if (!text.endsWith('</methodCall>')) throw new Fault(-32700, 'not well-formed');
  if (text.split('<array>').length > nestedMax) throw new Fault(-32600, 'too deep');
  if (/<int>[a-z]|<boolean>[^01]/.test(text)) throw new Fault(-32602, 'malformed');
  let call: Call | undefined;
  const source = {
    setEncoding: () => undefined,
    on: () => undefined,
    pipe: (parser: { write(chunk: string): void; end(): void }) => {
      parser.write(text.replaceAll('i8>', 'int>'));
      parser.end();
    },
  };
  new Deserializer().deserializeMethodCall(source, (_error, method, params) => {
    if (method !== undefined) call = { method, params: params ?? [] };
  });
  if (call === undefined) throw new Fault(-32600, 'not a call');
  if (call.params.some(isOutOfRange)) throw new Fault(-32602, 'out of range');
  return call;
}
