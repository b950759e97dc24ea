/**
 * What a request asks for: its target (RFC 9112, section 3.2), as the parts of a path that can be
 * looked up, or the reason why it is refused. Percent signs are decoded exactly once. What could
 * lead out of the served directory is refused by its spelling alone, before anything is looked up,
 * so that the answer cannot tell whether something is there.
 */
import { decodeUtf8 } from '../base/utf8.js';
import type { PathParts } from './file-source.js';

/** Characters of a request target; room for a name of 4,096 bytes of which each is escaped. */
const targetCharactersMax = 16_384;

export type RequestTarget =
  | {
      readonly kind: 'path';
      readonly parts: PathParts;
      /** The path ends in a slash, as that of a folder does. */
      readonly isFolder: boolean;
      /** Of `?version=N`; 0, which no file ever has, when N is no version. */
      readonly version: number | undefined;
      /** With its question mark; empty if there is none. */
      readonly query: string;
    }
  | { readonly kind: 'refused'; readonly status: 400 | 414; readonly reason: string };

const absoluteForm = /^https?:\/\/[^/?#]*/i;
const versionPattern = /^[1-9]\d{0,14}$/;

/** `target` as it came: one character for each byte. Repeated slashes count as one. */
export function parseRequestTarget(target: string): RequestTarget {
  if (target.length > targetCharactersMax) {
    return {
      kind: 'refused',
      status: 414,
      reason: `the address has more than ${targetCharactersMax} characters`,
    };
  }
  const local = target.replace(absoluteForm, '');
  const queryAt = local.indexOf('?');
  const path = (queryAt === -1 ? local : local.slice(0, queryAt)) || '/';
  const query = queryAt === -1 ? '' : local.slice(queryAt);
  if (!path.startsWith('/')) return refused('the address does not begin with a slash');
  const parts: string[] = [];
  for (const raw of path.split('/')) {
    if (raw === '') continue;
    const part = decodePart(raw);
    if (part === undefined) return refused('the address is not well-formed UTF-8');
    const problem = problemOf(part);
    if (problem !== undefined) return refused(problem);
    parts.push(part);
  }
  return { kind: 'path', parts, isFolder: path.endsWith('/'), version: versionIn(query), query };
}

/** The path that leads to these parts; the other way round of `parseRequestTarget`. */
export function formatPath(parts: PathParts): string {
  return `/${parts.map(encodeURIComponent).join('/')}`;
}

/** Whether a name could be a part of a path that is served. */
export function isServablePart(name: string): boolean {
  return name !== '' && problemOf(name) === undefined;
}

function refused(reason: string): RequestTarget {
  return { kind: 'refused', status: 400, reason };
}

/** Undefined for escapes that are none, and for bytes that are not UTF-8 (RFC 3629). */
function decodePart(raw: string): string | undefined {
  const bytes: number[] = [];
  for (let at = 0; at < raw.length; at += 1) {
    const unit = raw.charCodeAt(at);
    if (unit > 0xff) return undefined;
    if (unit !== 0x25) {
      bytes.push(unit);
      continue;
    }
    const digits = raw.slice(at + 1, at + 3);
    if (!/^[0-9a-f]{2}$/i.test(digits)) return undefined;
    bytes.push(Number.parseInt(digits, 16));
    at += 2;
  }
  try {
    return decodeUtf8(Uint8Array.from(bytes));
  } catch {
    return undefined;
  }
}

function problemOf(part: string): string | undefined {
  if (part === '.' || part === '..') return 'the address has a part that is . or ..';
  if (/[/\\]/.test(part)) return 'the address has an escaped slash, or a backslash';
  for (let at = 0; at < part.length; at += 1) {
    const unit = part.charCodeAt(at);
    if (unit < 0x20 || unit === 0x7f) return 'the address has a control character';
  }
  return undefined;
}

function versionIn(query: string): number | undefined {
  const text = new URLSearchParams(query).get('version');
  if (text === null) return undefined;
  return versionPattern.test(text) ? Number(text) : 0;
}
