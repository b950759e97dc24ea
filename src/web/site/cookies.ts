/**
 * The cookies of the site: `session` (who is logged in), `visitor` (whoever is not, for the forms),
 * and `seen` (the newest change of this browser that is in the log). A cookie that is doubled or
 * malformed is as good as none: whoever sends it is a visitor.
 *
 * The session's cookie begins with the index of its log-in, so that a front that is shown nothing
 * else still reads from a server that knows the session.
 */
import { sessionLifeMs } from '../../site/site-limits.js';
import { hashToken, isCsrfOf } from './secrets.js';

export interface BrowserCookies {
  /** The token of a session, which may have ended or never been. */
  readonly token: string | undefined;
  readonly visitor: string | undefined;
  /** What this browser has changed is in the log up to this index. */
  readonly seen: number;
}

const sessionPattern = /^(\d{1,15})\.([A-Za-z0-9_-]{43})$/;
const visitorPattern = /^[A-Za-z0-9_-]{22}$/;
const seenPattern = /^\d{1,15}$/;
const lifeSeconds = sessionLifeMs / 1_000;
/** After a log-out: until every server that lives has it. */
const seenAfterSessionSeconds = 60;

export function readCookies(header: string | undefined): BrowserCookies {
  const values = new Map<string, string>();
  const doubled = new Set<string>();
  for (const part of header?.split(';') ?? []) {
    const at = part.indexOf('=');
    const name = part.slice(0, Math.max(at, 0)).trim();
    if (values.has(name)) doubled.add(name);
    else values.set(name, part.slice(at + 1).trim());
  }
  const only = (name: string, pattern: RegExp): RegExpExecArray | null =>
    doubled.has(name) ? null : pattern.exec(values.get(name) ?? '');
  const session = only('session', sessionPattern);
  return {
    token: session?.[2],
    visitor: only('visitor', visitorPattern)?.[0],
    seen: Math.max(Number(session?.[1] ?? 0), Number(only('seen', seenPattern)?.[0] ?? 0)),
  };
}

/** The hash of the token; undefined for a visitor. */
export function tokenHashIn({ token }: BrowserCookies): string | undefined {
  return token === undefined ? undefined : hashToken(token);
}

/**
 * As whom a form was sent, by the value that it carries: the page was made for the session, or for
 * somebody who had none. Undefined when it was made for neither.
 */
export function senderOf(cookies: BrowserCookies, csrf: string): 'session' | 'visitor' | undefined {
  if (isCsrfOf(csrf, cookies.token)) return 'session';
  return isCsrfOf(csrf, cookies.visitor) ? 'visitor' : undefined;
}

/** The header `Set-Cookie` for each of them. */
export class CookieWriter {
  readonly #attributes: string;

  constructor({ isSecure }: { readonly isSecure: boolean }) {
    this.#attributes = `Path=/; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`;
  }

  /** A session that began at this index. */
  session(token: string, index: number): readonly string[] {
    return [this.#write('session', `${index}.${token}`, lifeSeconds), this.seen(index)];
  }

  endSession(): string {
    return this.#write('session', '', 0);
  }

  visitor(secret: string): string {
    return this.#write('visitor', secret, lifeSeconds);
  }

  seen(index: number): string {
    return this.#write('seen', String(index), lifeSeconds);
  }

  seenAfterSession(index: number): string {
    return this.#write('seen', String(index), seenAfterSessionSeconds);
  }

  #write(name: string, value: string, seconds: number): string {
    return `${name}=${value}; Max-Age=${seconds}; ${this.#attributes}`;
  }
}
