/**
 * Reads the commands and questions that come to a server as JSON texts. Whoever sends them may be
 * anybody: what is accepted can be logged and applied, and what is not is told with its place.
 */
import { closestWord } from '../base/closest-word.js';
import { isHex } from './hex.js';
import type { NewSession, PasswordRecord, SiteCommand } from './site-command.js';
import { idBytes, passwordKeyBytes, saltBytes, tokenHashBytes } from './site-fields.js';
import type { PostOrder, SiteQuery } from './site-query.js';
import {
  findCommentMistake,
  findLabelMistake,
  findLinkMistake,
  findNameMistake,
  findTitleMistake,
} from './site-text.js';

/** A text that is no command, or no question: the end of a sentence that says why. */
export class SiteCallError extends Error {
  override readonly name = 'SiteCallError';
}

/** Pages that can be asked for; the last post is on an earlier one. */
const pageMax = 1_000_000_000;
/** What scrypt's parameters may be; what it makes of larger ones takes minutes. */
const logNMax = 24;
const costFactorMax = 64;

/** The command in a JSON text; its time is 0, whatever it says. Throws `SiteCallError`. */
export function parseSiteCommand(text: string): SiteCommand {
  const fields = Fields.parse(text, 'the command');
  const command = readCommand(fields);
  fields.optional('timeMs', (value) => readInteger(value, 0, Number.MAX_SAFE_INTEGER));
  fields.end();
  return command;
}

/** The question in a JSON text. Throws `SiteCallError`. */
export function parseSiteQuery(text: string): SiteQuery {
  const fields = Fields.parse(text, 'the query');
  const query = readQuery(fields);
  fields.end();
  return query;
}

const commandTypes = [
  'signUp',
  'logIn',
  'logOut',
  'endSessions',
  'post',
  'like',
  'comment',
] as const satisfies readonly SiteCommand['type'][];

const queryTypes = [
  'posts',
  'post',
  'user',
  'sessions',
  'viewer',
  'password',
  'counts',
] as const satisfies readonly SiteQuery['type'][];

const orders = ['hot', 'new', 'top'] as const satisfies readonly PostOrder[];

const tokenHash = hexReader(tokenHashBytes);
const id = hexReader(idBytes);
const name = textReader(findNameMistake);
const page = (value: unknown): number => readInteger(value, 1, pageMax);

function readCommand(fields: Fields): SiteCommand {
  const timeMs = 0;
  const type = fields.required('type', oneOf(commandTypes));
  switch (type) {
    case 'signUp':
      return {
        ...{ type, timeMs, name: fields.required('name', name) },
        password: readPassword(fields.inner('password')),
        session: readSession(fields.inner('session')),
      };
    case 'logIn':
      return {
        ...{ type, timeMs, name: fields.required('name', name) },
        passwordKey: fields.required('passwordKey', hexReader(passwordKeyBytes)),
        session: readSession(fields.inner('session')),
      };
    case 'logOut':
      return { type, timeMs, tokenHash: fields.required('tokenHash', tokenHash) };
    case 'endSessions':
      return {
        ...{ type, timeMs, tokenHash: fields.required('tokenHash', tokenHash) },
        sessionId: fields.optional('sessionId', id),
      };
    case 'post':
      return {
        ...{ type, timeMs, tokenHash: fields.required('tokenHash', tokenHash) },
        id: fields.required('id', id),
        title: fields.required('title', textReader(findTitleMistake)),
        link: fields.required('link', textReader(findLinkMistake)),
      };
    case 'like':
      return {
        ...{ type, timeMs, tokenHash: fields.required('tokenHash', tokenHash) },
        postId: fields.required('postId', id),
        liked: fields.required('liked', readBoolean),
      };
    case 'comment':
      return {
        ...{ type, timeMs, tokenHash: fields.required('tokenHash', tokenHash) },
        id: fields.required('id', id),
        postId: fields.required('postId', id),
        text: fields.required('text', textReader(findCommentMistake)),
      };
  }
}

function readPassword(fields: Fields): PasswordRecord {
  const password = {
    salt: fields.required('salt', hexReader(saltBytes)),
    key: fields.required('key', hexReader(passwordKeyBytes)),
    logN: fields.required('logN', (value) => readInteger(value, 1, logNMax)),
    r: fields.required('r', (value) => readInteger(value, 1, costFactorMax)),
    p: fields.required('p', (value) => readInteger(value, 1, costFactorMax)),
  };
  fields.end();
  return password;
}

function readSession(fields: Fields): NewSession {
  const session = {
    tokenHash: fields.required('tokenHash', tokenHash),
    id: fields.required('id', id),
    label: fields.required('label', textReader(findLabelMistake)),
  };
  fields.end();
  return session;
}

function readQuery(fields: Fields): SiteQuery {
  const type = fields.required('type', oneOf(queryTypes));
  const viewed = (): { readonly tokenHash: string | undefined } => {
    return { tokenHash: fields.optional('tokenHash', tokenHash) };
  };
  switch (type) {
    case 'posts':
      return {
        ...{ type, order: fields.required('order', oneOf(orders)) },
        ...{ page: fields.required('page', page), ...viewed() },
      };
    case 'post':
      return {
        ...{ type, id: fields.required('id', id) },
        ...{ page: fields.required('page', page), ...viewed() },
      };
    case 'user':
      return {
        ...{ type, name: fields.required('name', name) },
        ...{ page: fields.required('page', page), ...viewed() },
      };
    case 'sessions':
    case 'viewer':
      return { type, ...viewed() };
    case 'password':
      return { type, name: fields.required('name', name) };
    case 'counts':
      return { type };
  }
}

type Read<Value> = (value: unknown) => Value;

/** The fields of an object, each of which must be asked for before the `end`. */
class Fields {
  readonly #where: string;
  readonly #values: ReadonlyMap<string, unknown>;
  readonly #asked: string[] = [];

  constructor(value: unknown, where: string) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new SiteCallError(`expected ${where} to be an object, not ${describe(value)}`);
    }
    this.#where = where;
    this.#values = new Map<string, unknown>(Object.entries(value));
  }

  static parse(text: string, where: string): Fields {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw new SiteCallError(`expected ${where} as JSON text`);
    }
    return new Fields(value, where);
  }

  required<Value>(key: string, read: Read<Value>): Value {
    const value = this.optional(key, read);
    if (value === undefined) throw new SiteCallError(`${this.#where} lacks ${key}`);
    return value;
  }

  optional<Value>(key: string, read: Read<Value>): Value | undefined {
    this.#asked.push(key);
    const value = this.#values.get(key);
    if (value === undefined) return undefined;
    try {
      return read(value);
    } catch (error) {
      if (!(error instanceof SiteCallError)) throw error;
      throw new SiteCallError(`${key} of ${this.#where}: ${error.message}`);
    }
  }

  inner(key: string): Fields {
    return this.required(key, (value) => new Fields(value, `${key} of ${this.#where}`));
  }

  /** Refuses what nobody asked for. */
  end(): void {
    const unknown = [...this.#values.keys()].find((key) => !this.#asked.includes(key));
    if (unknown === undefined) return;
    const quoted = quote(unknown);
    const closest = closestWord(unknown, this.#asked);
    const hint = closest === undefined ? '' : `; the closest one is ${closest}`;
    throw new SiteCallError(`${this.#where} has no field ${quoted}${hint}`);
  }
}

function oneOf<const Word extends string>(words: readonly Word[]): Read<Word> {
  return (value) => {
    const found = words.find((word) => word === value);
    if (found !== undefined) return found;
    const got = typeof value === 'string' ? quote(value) : describe(value);
    throw new SiteCallError(`expected one of ${words.join(', ')}, not ${got}`);
  };
}

function hexReader(bytes: number): Read<string> {
  return (value) => {
    if (typeof value === 'string' && isHex(value, bytes)) return value;
    throw new SiteCallError(`expected ${2 * bytes} lower-case hexadecimal digits`);
  };
}

function textReader(findMistake: (text: string) => string | undefined): Read<string> {
  return (value) => {
    if (typeof value !== 'string') {
      throw new SiteCallError(`expected a string, not ${describe(value)}`);
    }
    const mistake = findMistake(value);
    if (mistake !== undefined) throw new SiteCallError(mistake);
    return value;
  };
}

function readBoolean(value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new SiteCallError(`expected true or false, not ${describe(value)}`);
}

function readInteger(value: unknown, min: number, max: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) {
    return value;
  }
  const got = typeof value === 'number' ? String(value) : describe(value);
  throw new SiteCallError(`expected an integer from ${min} to ${max}, not ${got}`);
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return 'an object';
  return `a ${typeof value}`;
}

/** Characters of something unknown that a message repeats. */
const quotedCharsMax = 40;

function quote(text: string): string {
  // What no answer could carry is not repeated.
  return JSON.stringify(text.slice(0, quotedCharsMax).replace(/[^ -~]/g, '?'));
}
