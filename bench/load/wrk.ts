/** The generator to be preferred: wrk (Debian: wrk), which costs the machine little. */
import { join } from 'node:path';
import type { Processes } from '../systems/processes.js';
import { projectRoot } from '../systems/project-root.js';
import type { Generator } from './generator.js';
import { scatterFactor, type LoadPlan } from './load-plan.js';
import { readWrkResult } from './wrk-result.js';

/** What takes longer is a failure. wrk keeps a counter for each microsecond below it. */
const answerSecondsMax = 10;

export function wrkGenerator(command: string, version: string, processes: Processes): Generator {
  return {
    name: version,
    isThisProcess: false,
    run: async (plan, clients, seconds) => {
      const args = wrkArguments(plan, clients, seconds);
      return readWrkResult(await processes.run(command, args));
    },
  };
}

/** wrk counts in whole seconds, one at least. */
export function wrkArguments(plan: LoadPlan, clients: number, seconds: number): readonly string[] {
  const { endpoint, answer } = plan;
  return [
    ...['-t1', `-c${clients}`, `-d${Math.max(1, Math.round(seconds))}s`],
    ...['--timeout', `${answerSecondsMax}s`],
    ...['-s', join(projectRoot, 'bench/load/wrk.lua')],
    ...[`http://${endpoint.host}:${endpoint.port}/`, '--'],
    ...[plan.before, plan.after, plan.numbering],
    String(plan.isScattered ? scatterFactor : 0),
    ...[answer.contains, String(answer.bodyBytes ?? '')],
  ];
}
