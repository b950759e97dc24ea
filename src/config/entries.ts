/**
 * The entries of a configuration file, read one by one but not yet held against each other. An
 * entry whose value was wrong is kept without it, so that it is not reported as missing, too.
 */
import type { Address } from './cluster-config.js';

/** `joined`: added to the running cluster. `removed`: taken from it, and no server any more. */
export const serverWords = ['joined', 'removed'] as const;
export type ServerWord = (typeof serverWords)[number];

export interface NumberEntry {
  readonly line: number;
  readonly value: number | undefined;
}

export interface AddressEntry {
  /** `metadata3`, as written. */
  readonly label: string;
  readonly index: number;
  readonly line: number;
  readonly address: Address | undefined;
  /** What the words behind the address say; always none for block stores. */
  readonly words: readonly ServerWord[];
}

export interface Mistake {
  readonly line: number;
  readonly text: string;
}

export interface Entries {
  readonly serverCount: NumberEntry | undefined;
  readonly copies: NumberEntry | undefined;
  readonly servers: readonly AddressEntry[];
  readonly blocks: readonly AddressEntry[];
  readonly mistakes: readonly Mistake[];
}
