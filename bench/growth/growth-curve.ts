/** What a growth axis shows once it is measured: a table and a small figure. */
import { medianOf, type Sample } from '../scenes/sample.js';
import { roundText, wholeText } from '../report/figure-text.js';
import { svgCurve, svgLine, svgPicture, svgText } from '../report/svg.js';

export interface GrowthCurve {
  readonly id: string;
  readonly what: string;
  readonly points: readonly GrowthPoint[];
}

/** Medians over the rounds. */
export interface GrowthPoint {
  readonly at: number;
  readonly callsPerSecond: number;
  /** Of all servers together. */
  readonly cpuUsPerCall: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export function growthPoint(at: number, samples: readonly Sample[]): GrowthPoint {
  return {
    at,
    callsPerSecond: medianOf(samples, 'callsPerSecond'),
    cpuUsPerCall: medianOf(samples, 'cpuUsPerCall'),
    p50Ms: medianOf(samples, 'p50Ms'),
    p99Ms: medianOf(samples, 'p99Ms'),
  };
}

export function growthHeader({ what }: GrowthCurve): readonly string[] {
  return [what, 'updates/s', 'CPU µs per update', 'p50 ms', 'p99 ms'];
}

export function growthRows({ points }: GrowthCurve): readonly (readonly string[])[] {
  return points.map((point) => [
    wholeText(point.at),
    wholeText(point.callsPerSecond),
    Number.isNaN(point.cpuUsPerCall) ? '–' : roundText(point.cpuUsPerCall),
    roundText(point.p50Ms),
    roundText(point.p99Ms),
  ]);
}

const paper = { width: 460, height: 220 };
const plot = { left: 60, right: 400, top: 52, bottom: 170 };

/** Both scales begin at zero; the points stand side by side, however far apart they are. */
export function growthPicture({ what, points }: GrowthCurve): string {
  const calls = points.map(({ callsPerSecond }) => callsPerSecond);
  const cpu = points.map(({ cpuUsPerCall }) => cpuUsPerCall);
  const title = `Updates a second and processor time per update over ${what}`;
  const { left, right, top, bottom } = plot;
  return svgPicture({ title, ...paper }, [
    svgText('updates/s', { x: 16, y: 26 }, 'ours'),
    svgText('CPU µs per update', { x: paper.width - 16, y: 26 }, 'theirs', 'end'),
    svgLine({ x: left, y: bottom }, { x: right, y: bottom }, 'axis'),
    svgText(wholeText(Math.max(...calls)), { x: left - 8, y: top + 4 }, 'small', 'end'),
    svgText('0', { x: left - 8, y: bottom + 4 }, 'small', 'end'),
    ...svgCurve(placed(calls), 'line', 'dot'),
    ...(cpu.some(Number.isNaN)
      ? []
      : [
          svgText(roundText(Math.max(...cpu)), { x: right + 8, y: top + 4 }, 'small'),
          ...svgCurve(placed(cpu), 'otherline', 'otherdot'),
        ]),
    ...points.map(({ at }, index) =>
      svgText(wholeText(at), { x: xOf(index, points.length), y: bottom + 18 }, 'small', 'middle'),
    ),
    svgText(what, { x: (left + right) / 2, y: bottom + 38 }, 'text', 'middle'),
  ]);
}

function placed(values: readonly number[]): readonly { readonly x: number; readonly y: number }[] {
  const most = Math.max(...values);
  return values.map((value, index) => ({
    x: xOf(index, values.length),
    y: plot.bottom - ((plot.bottom - plot.top) * value) / most,
  }));
}

function xOf(index: number, count: number): number {
  const margin = 24;
  const width = plot.right - plot.left - 2 * margin;
  return plot.left + margin + (count > 1 ? (width * index) / (count - 1) : width / 2);
}
