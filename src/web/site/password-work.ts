/**
 * Makes and checks what is kept of passwords. Both are costly on purpose, so few are worked on at
 * once and few wait. A name that nobody has costs what a wrong password costs.
 */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import type { PasswordRecord } from '../../site/site-command.js';
import { passwordsAtOnceMax, passwordsWaitingMax } from './front-limits.js';

const logNDefault = 17;
const factors = { r: 8, p: 1 } as const;
const saltBytes = 16;
const keyBytes = 32;
/** scrypt needs 128 * N * r bytes; twice as much is allowed. */
const memoryFactor = 256;

export class PasswordWork {
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  readonly #costs: Pick<PasswordRecord, 'logN' | 'r' | 'p'>;
  /** Of nobody. */
  readonly #stranger: PasswordRecord;

  /** `logN`: what new passwords cost; 17 unless given. */
  constructor({ logN = logNDefault }: { readonly logN?: number } = {}) {
    this.#costs = { logN, ...factors };
    this.#stranger = {
      ...this.#costs,
      salt: randomBytes(saltBytes).toString('hex'),
      key: randomBytes(keyBytes).toString('hex'),
    };
  }

  /** Undefined when too many wait. */
  make(password: string): Promise<PasswordRecord | undefined> {
    return this.#inTurn(async () => {
      const salt = randomBytes(saltBytes).toString('hex');
      const key = await deriveKey(password, { ...this.#costs, salt });
      return { ...this.#costs, salt, key: key.toString('hex') };
    });
  }

  /** Whether it is the record's password (null: nobody's); undefined when too many wait. */
  check(password: string, record: PasswordRecord | null): Promise<boolean | undefined> {
    return this.#inTurn(async () => {
      const wanted = record ?? this.#stranger;
      const key = await deriveKey(password, wanted);
      const isRight = timingSafeEqual(key, Buffer.from(wanted.key, 'hex'));
      return isRight && record !== null;
    });
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T | undefined> {
    if (this.#running < passwordsAtOnceMax) this.#running += 1;
    else if (this.#waiting.length >= passwordsWaitingMax) return undefined;
    else {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}

type Recipe = Pick<PasswordRecord, 'salt' | 'logN' | 'r' | 'p'>;

/** Letters that look alike are one letter, however the keyboard puts them together (NFC). */
function deriveKey(password: string, { salt, logN, r, p }: Recipe): Promise<Buffer> {
  const cost = 2 ** logN;
  const options = { cost, blockSize: r, parallelization: p, maxmem: memoryFactor * cost * r };
  const text = password.normalize('NFC');
  return new Promise((resolve, reject) => {
    scrypt(text, Buffer.from(salt, 'hex'), keyBytes, options, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}
