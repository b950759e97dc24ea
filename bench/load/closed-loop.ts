/** The generator that needs nothing installed: bench/load.ts, in this process. */
import { load } from '../load.js';
import type { Generator } from './generator.js';
import { isRightAnswer, renderCall } from './load-plan.js';

export const closedLoop: Generator = {
  name: 'the generator of this project (bench/load.ts)',
  isThisProcess: true,
  run: async (plan, clients, seconds) => {
    const fixed = plan.numbering === 'none' ? Buffer.from(renderCall(plan, 0)) : undefined;
    let serial = 0;
    const workload = {
      ...plan.endpoint,
      request: () => {
        serial += 1;
        return fixed ?? Buffer.from(renderCall(plan, serial));
      },
      isRight: ({ status, body }: { readonly status: number; readonly body: string }) =>
        isRightAnswer(plan.answer, status, body),
    };
    return await load(workload, clients, seconds);
  },
};
