/** The table of the gateway's benchmark: medians, failures, and how the servers compare. */
import { median, pairedRatio } from '../goals/statistics.js';
import type { AbResult } from './apache-bench.js';
import { apacheName, nginxName } from './contestants.js';

export interface GatewaySample extends AbResult {
  readonly name: string;
  readonly round: number;
  readonly keepsAlive: boolean;
}

export const gatewayHeader: readonly string[] = [
  'server',
  'keep-alive',
  'requests/s',
  'failed',
  'p50 ms',
  'p99 ms',
  'longest ms',
  'to Apache 2',
  'to nginx',
];

/** One row for each server with and without keep-alive; failures are of all rounds together. */
export function gatewayRows(samples: readonly GatewaySample[]): readonly (readonly string[])[] {
  const names = [...new Set(samples.map(({ name }) => name))];
  return [true, false].flatMap((keepsAlive) => {
    const of = (wanted: string): readonly GatewaySample[] =>
      samples
        .filter((sample) => sample.name === wanted && sample.keepsAlive === keepsAlive)
        .sort((a, b) => a.round - b.round);
    const present = names.filter((name) => of(name).length > 0);
    return present.map((name) => {
      const own = of(name);
      const middle = (figure: (sample: GatewaySample) => number): string =>
        Math.round(median(own.map(figure))).toLocaleString('en');
      return [
        name,
        keepsAlive ? 'yes' : 'no',
        middle(({ perSecond }) => perSecond),
        String(own.reduce((sum, { failed }) => sum + failed, 0)),
        ...[middle(({ p50Ms }) => p50Ms), middle(({ p99Ms }) => p99Ms)],
        middle(({ longestMs }) => longestMs),
        ratioText(own, of(apacheName)),
        ratioText(own, of(nginxName)),
      ];
    });
  });
}

function ratioText(own: readonly GatewaySample[], theirs: readonly GatewaySample[]): string {
  if (theirs.length !== own.length) return '–';
  const rates = (samples: readonly GatewaySample[]): readonly number[] =>
    samples.map(({ perSecond }) => perSecond);
  const digits = 2;
  return pairedRatio(rates(own), rates(theirs)).toFixed(digits);
}
