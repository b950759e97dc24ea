/** How many files or keys there are once the calls that a generator gave up have come to an end. */
import { retry } from './processes.js';

const settleSecondsMax = 20;
const lookAgainMs = 50;

/** Asks until it is told the same number twice in a row; undefined from `ask` is no number yet. */
export async function settledCount(ask: () => Promise<number | undefined>): Promise<number> {
  return await retry('a count that stays', settleSecondsMax, async () => {
    const first = await ask();
    await new Promise((resolve) => setTimeout(resolve, lookAgainMs));
    return first === (await ask()) ? first : undefined;
  });
}
