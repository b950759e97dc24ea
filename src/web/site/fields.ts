/**
 * The fields of a form or of a JSON object, and the rules that each of them must keep. Nothing is
 * guessed: bytes that are no text, a field that comes twice and one that is missing are refused.
 */
import { commentCharsMax, userNameCharsMax } from '../../site/site-limits.js';
import { findCommentMistake, findNameMistake, findTitleMistake } from '../../site/site-text.js';
import { fieldsMax, passwordCharsMax, passwordCharsMin } from './front-limits.js';
import { normalizeLink } from './normalize-link.js';

/** All values of each name, in order. */
export type Fields = ReadonlyMap<string, readonly string[]>;

/** Why a body has no fields; the end of a sentence. */
export type ParsedFields =
  | { readonly kind: 'ok'; readonly fields: Fields }
  | { readonly kind: 'wrong'; readonly mistake: string };

/** Reads a body of the type application/x-www-form-urlencoded. */
export function parseForm(body: Buffer): ParsedFields {
  const fields = new Map<string, string[]>();
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body);
    const pairs = text.split('&').filter((pair) => pair !== '');
    if (pairs.length > fieldsMax) return { kind: 'wrong', mistake: 'there are too many fields' };
    for (const pair of pairs) {
      const at = pair.indexOf('=');
      add(
        fields,
        unescape(at < 0 ? pair : pair.slice(0, at)),
        at < 0 ? '' : unescape(pair.slice(at + 1)),
      );
    }
  } catch {
    return { kind: 'wrong', mistake: 'the form is not encoded as forms are' };
  }
  return { kind: 'ok', fields };
}

function unescape(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}

/** Reads a JSON object; only its texts count as fields. No body at all is an empty object. */
export function parseJson(body: Buffer): ParsedFields {
  if (body.length === 0) return { kind: 'ok', fields: new Map() };
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body);
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return { kind: 'wrong', mistake: 'the body is not a JSON object' };
    }
    return fieldsOf(value, keysOf(text));
  } catch {
    return { kind: 'wrong', mistake: 'the body is not JSON' };
  }
}

function fieldsOf(value: object, keys: readonly string[]): ParsedFields {
  const fields = new Map<string, string[]>();
  for (const key of keys) {
    const field: unknown = (value as Readonly<Record<string, unknown>>)[key];
    if (typeof field === 'string') add(fields, key, field);
    else if (field !== null) return { kind: 'wrong', mistake: `"${key}" is not a text` };
  }
  return { kind: 'ok', fields };
}

/** The names in the outermost object of a valid JSON text, in order, as often as they come. */
function keysOf(json: string): readonly string[] {
  const keys: string[] = [];
  let depth = 0;
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"(?:\s*:)?|[{}[\]]/g)) {
    if (token === '{' || token === '[') depth += 1;
    else if (token === '}' || token === ']') depth -= 1;
    else if (depth === 1 && token.endsWith(':')) {
      keys.push(JSON.parse(token.slice(0, token.lastIndexOf('"') + 1)) as string);
    }
  }
  return keys;
}

function add(fields: Map<string, string[]>, name: string, value: string): void {
  const values = fields.get(name);
  if (values === undefined) fields.set(name, [value]);
  else values.push(value);
}

/** What is wrong, by field. */
export type Mistakes<Name extends string> = Readonly<Partial<Record<Name, string>>>;

export type ReadFields<Name extends string> =
  | { readonly kind: 'ok'; readonly values: Readonly<Record<Name, string>> }
  | { readonly kind: 'wrong'; readonly mistakes: Mistakes<Name> };

/** What is wrong with one value, as the end of a sentence. */
type Rule = (value: string) => string | undefined;

/** Reads the fields that have rules; others are not looked at. */
export function readFields<Name extends string>(
  fields: Fields,
  rules: Readonly<Record<Name, Rule>>,
): ReadFields<Name> {
  const values: Partial<Record<Name, string>> = {};
  const mistakes: Partial<Record<Name, string>> = {};
  for (const name of Object.keys(rules) as Name[]) {
    const [value, ...more] = fields.get(name) ?? [];
    const mistake =
      more.length > 0 ? 'expected once' : value ? rules[name](value) : 'expected, but missing';
    if (mistake === undefined) values[name] = value ?? '';
    else mistakes[name] = mistake;
  }
  if (Object.keys(mistakes).length > 0) return { kind: 'wrong', mistakes };
  return { kind: 'ok', values: values as Record<Name, string> };
}

/** A field that may be left out; undefined, too, when it is doubled or breaks its rule. */
export function optionalField(
  fields: Fields,
  name: string,
  rule: Rule,
): { readonly value: string | undefined; readonly isWrong: boolean } {
  const values = fields.get(name) ?? [];
  const [value] = values;
  if (value === undefined) return { value: undefined, isWrong: false };
  const isWrong = values.length > 1 || rule(value) !== undefined;
  return { value: isWrong ? undefined : value, isWrong };
}

/** What was typed, for a form that is shown again; nothing of a doubled field. */
export function typed(fields: Fields, name: string): string {
  const values = fields.get(name) ?? [];
  return values.length === 1 ? (values[0] ?? '') : '';
}

const control = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]|\p{Cs}/u;

export const signUpRules = {
  username: findNameMistake,
  password: (password: string) =>
    passwordMistake(password) ??
    (charsOf(password) < passwordCharsMin
      ? `expected at least ${passwordCharsMin} characters`
      : undefined),
} as const;

/** Less strict: a name that nobody can have is somebody unknown, and a short password is wrong. */
export const logInRules = {
  username: (name: string) => {
    if (control.test(name)) return 'expected text without control characters';
    return charsOf(name) > userNameCharsMax
      ? `expected at most ${userNameCharsMax} characters`
      : undefined;
  },
  password: passwordMistake,
} as const;

function passwordMistake(password: string): string | undefined {
  if (control.test(password)) return 'expected text without control characters';
  return charsOf(password) > passwordCharsMax
    ? `expected at most ${passwordCharsMax} characters`
    : undefined;
}

export const postRules = {
  title: findTitleMistake,
  link: (link: string) => {
    const normal = normalizeLink(link);
    return normal.kind === 'ok' ? undefined : normal.mistake;
  },
} as const;

const idPattern = /^[0-9a-f]{16}$/;

export function isId(text: string): boolean {
  return idPattern.test(text);
}

/** An id that nothing can have is the id of nothing: it breaks no rule. */
const idCharsMax = 64;

export const postIdRule = (id: string): string | undefined =>
  control.test(id) || id.length > idCharsMax ? 'expected the id of a post' : undefined;

export const sessionIdRule = (id: string): string | undefined =>
  isId(id) ? undefined : 'expected the id of a session';

/** Browsers end lines with \r\n; what is kept ends them with \n. */
export function plainLines(text: string): string {
  return text.replaceAll('\r\n', '\n').replaceAll('\r', '\n');
}

export const commentRule = (text: string): string | undefined => {
  if (charsOf(plainLines(text)) > commentCharsMax) {
    return `expected at most ${commentCharsMax} characters`;
  }
  return findCommentMistake(plainLines(text));
};

/** Where a form may lead back to: a path of this site. */
export const backRule = (path: string): string | undefined =>
  /^\/(?![/\\])[!-[\]-~]{0,2000}$/.test(path) ? undefined : 'expected a path of this site';

export const nonceRule = (nonce: string): string | undefined =>
  isId(nonce) ? undefined : 'expected 16 hexadecimal digits';

/** Code points. */
function charsOf(text: string): number {
  return Array.from(text).length;
}
