/**
 * What is secret between a browser and the site, and what is made of it. A front keeps none of it
 * and shares no key with others: whatever it must check follows from the cookie itself.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const tokenBytes = 32;
const visitorBytes = 16;
const idBytes = 8;

/** For the cookie of a session: 256 random bits. */
export function newToken(): string {
  return randomBytes(tokenBytes).toString('base64url');
}

/** For the cookie of somebody who is not logged in: 128 random bits. */
export function newVisitorSecret(): string {
  return randomBytes(visitorBytes).toString('base64url');
}

/** 16 hex digits. */
export function newId(): string {
  return randomBytes(idBytes).toString('hex');
}

/** 64 hex digits: what the cluster keeps of a token. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/**
 * The id of what is sent, 16 hex digits: the same when the same person sends the same form with
 * the same content again, another one for whatever else. Nobody can choose one.
 */
export function idOfContent(tokenHash: string, ...content: readonly string[]): string {
  const hash = createHash('sha256').update(JSON.stringify([tokenHash, ...content]));
  return hash.digest('hex').slice(0, 2 * idBytes);
}

/** What forms carry to show that their page was made for the owner of this cookie. */
export function csrfOf(cookieSecret: string): string {
  return createHash('sha256').update(`csrf:${cookieSecret}`).digest('base64url');
}

/** Takes as long for whatever is given. */
export function isCsrfOf(given: string, cookieSecret: string | undefined): boolean {
  if (cookieSecret === undefined) return false;
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(csrfOf(cookieSecret)));
}
