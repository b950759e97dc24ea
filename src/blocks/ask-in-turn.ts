/**
 * Asks stores in their order: some at once, and the next one in place of each that cannot help or
 * lets us wait. A store that is slow is not given up, it only has company from then on.
 */
import type { BlockTimer } from './block-timer.js';

export interface AskInTurnOptions {
  readonly timer: BlockTimer;
  /** So long a store may take before the next one is asked, too. */
  readonly patienceMs: number;
  readonly addresses: readonly string[];
  /** So many are asked to begin with. */
  readonly atOnce: number;
  /** Asks one; resolves to whether another has to be asked in its place. */
  ask(address: string): Promise<boolean>;
  /** Whether it is still worth while to ask another because one is slow. */
  isWaiting(): boolean;
}

/** Resolves when nobody is left who was asked and has not answered. */
export function askInTurn(options: AskInTurnOptions): Promise<void> {
  const { timer, patienceMs, addresses, atOnce } = options;
  return new Promise((resolve, reject) => {
    let next = 0;
    let unanswered = 0;
    const askNext = (): void => {
      const address = addresses[next];
      if (address === undefined) return;
      next += 1;
      unanswered += 1;
      let hasCompany = false;
      const cancel = timer.after(patienceMs, () => {
        if (!options.isWaiting()) return;
        hasCompany = true;
        askNext();
      });
      const onAnswer = (another: boolean): void => {
        cancel();
        unanswered -= 1;
        if (another && !hasCompany) askNext();
        if (unanswered === 0) resolve();
      };
      options.ask(address).then(onAnswer, (error: unknown) => {
        cancel();
        reject(error instanceof Error ? error : new Error(String(error)));
      });
    };
    for (let count = 0; count < atOnce; count++) askNext();
    if (unanswered === 0) resolve();
  });
}
