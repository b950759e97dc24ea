/** A page to look at one run with; one file that needs nothing else. */
import type { SimulationReport } from '../simulation.js';
import type { TraceEvent } from '../trace.js';

export interface RunToRender {
  readonly seed: number;
  readonly events: readonly TraceEvent[];
  readonly report: SimulationReport | undefined;
  readonly failure: string | undefined;
}

export function renderRun(run: RunToRender): string {
  return JSON.stringify(run);
}
