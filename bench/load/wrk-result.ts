/** Reads what bench/load/wrk.lua prints at the end of a run. */
import type { LoadFigures } from './generator.js';

/** The line that bench/load/wrk.lua prints last. */
const resultLine = /^RESULT (\{.*\})$/m;

type WrkResult = Readonly<Record<(typeof counts)[number], number>> & {
  readonly firstWrong: string;
};

const counts = [
  'durationUs',
  'right',
  'wrong',
  'p50Us',
  'p99Us',
  'longestUs',
  'connectErrors',
  'readErrors',
  'writeErrors',
  'timeouts',
] as const;

/** Throws when a call went wrong or nothing was answered: then no figure of the run is one. */
export function readWrkResult(output: string): LoadFigures {
  const text = resultLine.exec(output)?.[1];
  if (text === undefined) throw new Error(`wrk printed no result: ${output.slice(-500)}`);
  const result = JSON.parse(text) as WrkResult;
  if (counts.some((name) => typeof result[name] !== 'number')) {
    throw new Error(`the result of wrk lacks a figure: ${text}`);
  }
  if (result.wrong > 0) {
    throw new Error(`${result.wrong} wrong answers; the first: ${result.firstWrong}`);
  }
  const { connectErrors, readErrors, writeErrors, timeouts } = result;
  if (connectErrors + readErrors + writeErrors + timeouts > 0) {
    throw new Error(
      `wrk counted ${connectErrors} failed connects, ${readErrors} reads, ` +
        `${writeErrors} writes and ${timeouts} calls that took too long`,
    );
  }
  if (result.right === 0) throw new Error('nothing was answered');
  return {
    callsPerSecond: result.right / (result.durationUs / 1e6),
    p50Ms: result.p50Us / 1000,
    p99Ms: result.p99Us / 1000,
    longestMs: result.longestUs / 1000,
    answered: result.right,
  };
}
