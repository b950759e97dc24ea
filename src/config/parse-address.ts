/**
 * Reads `host:port`, where the host is a name, an IPv4 address or an IPv6 address in brackets.
 */
import type { Address } from './cluster-config.js';

const portMax = 65_535;
const hostCharactersMax = 253;

export type ParsedAddress =
  | { readonly kind: 'ok'; readonly address: Address }
  /** What is wrong, as the end of a sentence that names the entry. */
  | { readonly kind: 'error'; readonly problem: string };

export function parseAddress(text: string): ParsedAddress {
  const parts = /^(?:\[(?<inBrackets>[^\]]*)\]|(?<plain>[^:[\]]*)):(?<port>[^:]*)$/.exec(text);
  if (parts?.groups === undefined) return malformed(text);
  const { inBrackets, plain = '', port = '' } = parts.groups;
  if (inBrackets === undefined ? !isName(plain) && !isIpv4(plain) : !isIpv6(inBrackets)) {
    return error(
      `${shown(inBrackets ?? plain)} is no host`,
      'a name, an IPv4 address or an IPv6 address in brackets',
    );
  }
  if (!/^[1-9]\d*$/.test(port) || Number(port) > portMax) {
    return error(`${shown(port)} is no port`, `a number from 1 to ${portMax}`);
  }
  const host = inBrackets ?? plain;
  return { kind: 'ok', address: { host, port: Number(port), address: text } };
}

/**
 * Whether two addresses, each `host:port`, cannot be two: letter case does not count, and
 * `localhost` is 127.0.0.1. Names are not looked up.
 */
export function isSamePlace(one: string, other: string): boolean {
  return placeOf(one) === placeOf(other);
}

/** Equal for addresses of one place. */
export function placeOf(address: string): string {
  const lowerCase = address.toLowerCase();
  const colon = lowerCase.lastIndexOf(':');
  const host = lowerCase.slice(0, colon).replace(/\.$/, '');
  return `${host === 'localhost' ? '127.0.0.1' : host}:${lowerCase.slice(colon + 1)}`;
}

/** Text of the file as a message can show it: quoted, printable, and short. */
export function shown(text: string): string {
  const shownCharactersMax = 60;
  const isLong = text.length > shownCharactersMax;
  return JSON.stringify(isLong ? `${text.slice(0, shownCharactersMax)}…` : text);
}

function malformed(text: string): ParsedAddress {
  const colons = text.split(':').length - 1;
  if (colons > 1 && !text.includes('[')) {
    return error(
      `${shown(text)} has more than one colon`,
      '<host>:<port>, with an IPv6 host in brackets',
    );
  }
  return error(`${shown(text)} is no address`, '<host>:<port>');
}

function error(what: string, expected: string): ParsedAddress {
  return { kind: 'error', problem: `${what}; expected ${expected}` };
}

/** A host name; one whose last part is a number would be read as an IPv4 address (RFC 1123). */
function isName(host: string): boolean {
  const label = '[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?';
  if (!new RegExp(`^${label}(?:\\.${label})*\\.?$`).test(host)) return false;
  return host.length <= hostCharactersMax && !/(^|\.)\d+\.?$/.test(host);
}

function isIpv4(host: string): boolean {
  const parts = host.split('.');
  return (
    parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && +part < 256)
  );
}

/** RFC 4291, section 2.2, with an optional zone (`%eth0`). */
function isIpv6(text: string): boolean {
  const [host = '', zone, ...more] = text.split('%');
  if (more.length > 0 || (zone !== undefined && !/^[A-Za-z0-9_.-]+$/.test(zone))) return false;
  const halves = host.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  const tail = groups.at(-1);
  const endsInIpv4 = tail?.includes('.') === true && !host.endsWith('::');
  if (endsInIpv4 && !isIpv4(tail)) return false;
  const hexGroups = endsInIpv4 ? groups.slice(0, -1) : groups;
  const count = hexGroups.length + (endsInIpv4 ? 2 : 0);
  if (!hexGroups.every((group) => /^[0-9A-Fa-f]{1,4}$/.test(group))) return false;
  return halves.length === 2 ? count < 8 : count === 8;
}
