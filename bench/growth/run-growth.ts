/** Measures the growth axes one after the other. */
import { reasonOf } from '../scenes/run-scenes.js';
import type { Bench } from '../scenes/bench.js';
import type { GrowthAxis } from './growth-axes.js';
import { growthPoint, type GrowthCurve, type GrowthPoint } from './growth-curve.js';

export interface GrowthFindings {
  readonly curves: readonly GrowthCurve[];
  /** A line for each axis that broke off; its other points are kept. */
  readonly failures: readonly string[];
}

export async function runGrowth(
  bench: Bench,
  axes: readonly GrowthAxis[],
  isQuick: boolean,
): Promise<GrowthFindings> {
  const curves: GrowthCurve[] = [];
  const failures: string[] = [];
  for (const { id, what, points, quickMax, measureAt } of axes) {
    bench.world.standing.enter(id);
    const measured: GrowthPoint[] = [];
    try {
      for (const point of points.filter((at) => !isQuick || at <= quickMax)) {
        bench.say(`${what}: ${point}`);
        measured.push(growthPoint(point, await measureAt(bench, point)));
      }
    } catch (error) {
      failures.push(`${what}: ${reasonOf(error)}`);
    }
    if (measured.length > 0) curves.push({ id, what, points: measured });
  }
  return { curves, failures };
}
