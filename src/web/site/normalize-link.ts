/**
 * Makes of what a person typed the one form in which a link is kept and compared, or says what is
 * wrong with it. What comes out leads to the web and nowhere else, and carries nobody's password.
 */
import { linkCharsMax } from '../../site/site-limits.js';
import { findLinkMistake } from '../../site/site-text.js';

export type NormalizedLink =
  | { readonly kind: 'ok'; readonly link: string }
  /** `mistake` ends a sentence: what was expected. */
  | { readonly kind: 'wrong'; readonly mistake: string };

/** Looks at each run of spaces once: what is typed may be long. */
const outerSpaces = /^ +|(?<! ) +$/g;
const webScheme = /^https?:\/\//i;
/** `mailto:` or `javascript:`, but not `example.org:8080`. */
const otherScheme = /^[a-z][a-z0-9+.-]*:(?!\d+(?:[/?#]|$))/i;
const hasControl = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

/** `example.org/x` becomes `http://example.org/x`. */
export function normalizeLink(typed: string): NormalizedLink {
  const text = typed.replace(outerSpaces, '');
  if (hasControl.test(text) || text.includes('\\')) {
    return wrong('expected an address without control characters and backslashes');
  }
  if (text.length > linkCharsMax) return tooLong;
  const hasScheme = webScheme.test(text);
  if (!hasScheme && (otherScheme.test(text) || text.startsWith('/'))) return notOfTheWeb;
  const url = parse(hasScheme ? text : `http://${text}`);
  if (url === undefined) return notOfTheWeb;
  if (!hasScheme && !url.hostname.includes('.') && !isPlainHost(url.hostname)) return notOfTheWeb;
  if (url.username !== '' || url.password !== '') {
    return wrong('expected an address without a user name and a password');
  }
  if (url.href.length > linkCharsMax) return tooLong;
  return findLinkMistake(url.href) === undefined ? { kind: 'ok', link: url.href } : notOfTheWeb;
}

/** Without a dot, and meant as a host all the same. */
function isPlainHost(hostname: string): boolean {
  return hostname === 'localhost' || hostname.startsWith('[');
}

function parse(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

function wrong(mistake: string): NormalizedLink {
  return { kind: 'wrong', mistake };
}

const notOfTheWeb = wrong('expected an address that begins with http:// or https://');
const tooLong = wrong(`expected at most ${linkCharsMax} characters`);
