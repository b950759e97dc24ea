/**
 * Header fields on their way through the master, as node:http gives them in raw: name, value, name,
 * value. What belongs to one connection only goes no further (RFC 9110, section 7.6.1).
 */
import { maxAgeHeader, repeatHeader, uploadIdHeader } from '../uploads/upload-headers.js';

const ofOneConnection: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Set anew by the master, whatever the client says. */
const setHere: ReadonlySet<string> = new Set([
  'host',
  'expect',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  uploadIdHeader,
  repeatHeader,
  maxAgeHeader,
]);

/** What decides which part of which version is sent. */
const conditions: ReadonlySet<string> = new Set([
  'range',
  'if-range',
  'if-match',
  'if-none-match',
  'if-modified-since',
  'if-unmodified-since',
]);

const ofBody: ReadonlySet<string> = new Set(['content-length', 'content-type', 'content-encoding']);

/** Everything but what is of one connection, in the same order. */
export function endToEndFields(raw: readonly string[]): string[] {
  const named = namedInConnection(raw);
  return without(raw, (name) => ofOneConnection.has(name) || named.has(name));
}

/** The value, those of several fields joined; undefined when there is none. */
export function fieldValue(raw: readonly string[], wanted: string): string | undefined {
  const values: string[] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) {
    if (raw[at]?.toLowerCase() === wanted) values.push(raw[at + 1] ?? '');
  }
  return values.length === 0 ? undefined : values.join(', ');
}

export interface ForwardedRequest {
  /** The master has judged who asks: the password goes no further. */
  readonly isAuthenticated: boolean;
  readonly rawHeaders: readonly string[];
  readonly httpVersion: string;
  readonly clientAddress: string;
  readonly proto: 'http' | 'https';
}

/** The fields of a request, but those of its body, to a worker at `workerAddress`. */
export function requestFields(request: ForwardedRequest, workerAddress: string): string[] {
  const { rawHeaders, httpVersion, clientAddress, proto, isAuthenticated } = request;
  const fields = without(
    endToEndFields(rawHeaders),
    (name) =>
      setHere.has(name) || ofBody.has(name) || (isAuthenticated && name === 'authorization'),
  );
  const earlier = fieldValue(rawHeaders, 'x-forwarded-for');
  const host = fieldValue(rawHeaders, 'host');
  fields.push('Host', workerAddress);
  fields.push('X-Forwarded-For', earlier ? `${earlier}, ${clientAddress}` : clientAddress);
  if (host !== undefined) fields.push('X-Forwarded-Host', host);
  fields.push('X-Forwarded-Proto', proto, 'Via', `${httpVersion} surfraft`);
  return fields;
}

export function withoutConditions(raw: readonly string[]): string[] {
  return without(raw, (name) => conditions.has(name));
}

function without(raw: readonly string[], isUnwanted: (name: string) => boolean): string[] {
  const kept: string[] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = raw[at] ?? '';
    if (!isUnwanted(name.toLowerCase())) kept.push(name, raw[at + 1] ?? '');
  }
  return kept;
}

function namedInConnection(raw: readonly string[]): ReadonlySet<string> {
  const value = fieldValue(raw, 'connection');
  if (value === undefined) return none;
  return new Set(value.split(',').map((name) => name.trim().toLowerCase()));
}

const none: ReadonlySet<string> = new Set();
