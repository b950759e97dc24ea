/** What a command line of the tester asks for. */
import type { OneShotCall } from './one-shot.js';
import type { AccessFiles } from './access-files.js';
import type { Address } from './wire/address.js';

export const reporterNames = ['spec', 'tap', 'junit', 'json'] as const;
export type ReporterName = (typeof reporterNames)[number];

export type Request =
  /** `text` is what the user asked to read. */
  | { readonly kind: 'print'; readonly text: string }
  | { readonly kind: 'list'; readonly only: readonly string[]; readonly work: Work }
  | { readonly kind: 'judge'; readonly judged: Judged; readonly options: JudgeOptions }
  | {
      readonly kind: 'call';
      readonly address: Address;
      readonly call: OneShotCall;
      readonly asJson: boolean;
      readonly timeoutScale: number;
      readonly accessFiles?: AccessFiles | undefined;
    }
  | { readonly kind: 'misuse'; readonly message: string };

/** Whose servers are judged. */
export type Judged =
  | {
      readonly kind: 'running';
      readonly address: Address;
      readonly configFile: string | undefined;
      readonly accessFiles?: AccessFiles | undefined;
    }
  /** The tester starts all servers of the file itself, each by `serverCommand` if there is one. */
  | {
      readonly kind: 'started';
      readonly configFile: string;
      readonly serverCommand: string | undefined;
      /** Our own servers are started with the same files. */
      readonly accessFiles?: AccessFiles | undefined;
    };

/** What is run against them, in this order. */
export interface Work {
  readonly suite: boolean;
  /** Files and folders. */
  readonly scenarios: readonly string[];
  readonly chaos: ChaosRequest | undefined;
}

export interface ChaosRequest {
  /** Undefined: one is drawn and told. */
  readonly seed: string | undefined;
  readonly seconds: number;
  readonly clients: number;
  readonly kill: boolean;
}

export interface JudgeOptions {
  readonly work: Work;
  readonly only: readonly string[];
  readonly reporter: ReporterName;
  readonly reportFile: string | undefined;
  readonly grade: boolean;
  readonly timeoutScale: number;
}
