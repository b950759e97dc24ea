/**
 * Basic authentication (RFC 7617) against scrypt hashes. Hashing is costly on purpose, so few
 * hashes are reckoned at once, few wait, and what was right once is remembered under a key of this
 * process.
 */
import { createHmac, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import type { AuthConfig, ScryptHash } from '../config/gateway-config.js';

export type AuthVerdict = 'allowed' | 'refused' | 'busy';

const atOnceMax = 2;
const waitingMax = 50;
const rememberedMax = 1_000;
const fieldCharactersMax = 1_024;
const keyBytes = 32;
const defaultCosts = { log2n: 15, r: 8, p: 1 };

/** What is reckoned for a name that nobody has, so that it takes as long as a wrong password. */
const nobody: ScryptHash = { ...defaultCosts, salt: 'AAAAAAAAAAAAAAAAAAAAAA', key: '' };

export class BasicAuth {
  readonly #config: AuthConfig;
  readonly #secret = randomBytes(keyBytes);
  readonly #right = new Set<string>();
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(config: AuthConfig) {
    this.#config = config;
  }

  /** For the header WWW-Authenticate. */
  get challenge(): string {
    return `Basic realm="${this.#config.realm}", charset="UTF-8"`;
  }

  /** `field` is the header Authorization. */
  async check(field: string | undefined): Promise<AuthVerdict> {
    const given = field === undefined ? undefined : readField(field);
    if (given === undefined) return 'refused';
    const mark = createHmac('sha256', this.#secret).update(`${given.user}:${given.password}`);
    const digest = mark.digest('base64');
    if (this.#right.has(digest)) return 'allowed';
    if (this.#running >= atOnceMax) {
      if (this.#waiting.length >= waitingMax) return 'busy';
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    } else {
      this.#running += 1;
    }
    const isRight = await this.#reckon(given);
    this.#leave();
    if (!isRight) return 'refused';
    this.#remember(digest);
    return 'allowed';
  }

  async #reckon({ user, password }: Given): Promise<boolean> {
    const hash = this.#config.users.get(user);
    const wanted = hash ?? nobody;
    const key = await deriveKey(password, wanted);
    const expected = Buffer.from(wanted.key, 'base64url');
    return hash !== undefined && key.length === expected.length && timingSafeEqual(key, expected);
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#running -= 1;
    else next();
  }

  #remember(digest: string): void {
    if (this.#right.size >= rememberedMax) this.#right.clear();
    this.#right.add(digest);
  }
}

/** `scrypt:LOG2N:R:P:SALT:KEY`, with a salt of its own. */
export async function hashPassword(password: string): Promise<string> {
  const { log2n, r, p } = defaultCosts;
  const saltBytes = 16;
  const salt = randomBytes(saltBytes).toString('base64url');
  const key = await deriveKey(password, { ...defaultCosts, salt, key: '' });
  return `scrypt:${log2n}:${r}:${p}:${salt}:${key.toString('base64url')}`;
}

function deriveKey(password: string, { log2n, r, p, salt, key }: ScryptHash): Promise<Buffer> {
  const cost = 2 ** log2n;
  const length = key === '' ? keyBytes : Buffer.from(key, 'base64url').length;
  const memoryFactor = 256;
  const options = { cost, blockSize: r, parallelization: p, maxmem: memoryFactor * cost * r };
  return new Promise((resolve, reject) => {
    scrypt(password, Buffer.from(salt, 'base64url'), length, options, (error, derived) => {
      if (error === null) resolve(derived);
      else reject(error);
    });
  });
}

interface Given {
  readonly user: string;
  readonly password: string;
}

function readField(field: string): Given | undefined {
  if (field.length > fieldCharactersMax) return undefined;
  const token = /^basic +([A-Za-z0-9+/]+={0,2})$/i.exec(field)?.[1];
  if (token === undefined) return undefined;
  const text = Buffer.from(token, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 0) return undefined;
  return { user: text.slice(0, colon), password: text.slice(colon + 1) };
}
