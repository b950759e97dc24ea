/**
 * Closed-loop load: every client sends its next call when the last one is answered. Every answer
 * is checked; one wrong answer ends the run.
 */
import { quantile } from './goals/statistics.js';
import { HttpConnection, type HttpAnswer } from './http-connection.js';

/** Something that can be loaded: a server, and what to ask of it. */
export interface Workload {
  readonly host: string;
  readonly port: number;
  /** The bytes of the next call; `serial` is different in each. */
  readonly request: (serial: number) => Buffer;
  readonly isRight: (answer: HttpAnswer) => boolean;
}

export interface LoadResult {
  readonly callsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly longestMs: number;
  /** All calls, those of the warm-up included. */
  readonly answered: number;
}

/** The part of a run that is not counted: connections open, code gets warm. */
const warmUpShare = 0.2;

let nextSerial = 1;

/** Loads with `clients` connections for `seconds` and measures the time after the warm-up. */
export async function load(
  workload: Workload,
  clients: number,
  seconds: number,
): Promise<LoadResult> {
  const open = Array.from({ length: clients }, () =>
    HttpConnection.open(workload.host, workload.port),
  );
  const connections = await Promise.all(open);
  const startMs = performance.now();
  const countFromMs = startMs + seconds * 1000 * warmUpShare;
  const endMs = startMs + seconds * 1000;
  const latenciesMs: number[] = [];
  let answered = 0;
  const runClient = async (connection: HttpConnection): Promise<void> => {
    for (let sentMs = performance.now(); sentMs < endMs;) {
      const request = workload.request(nextSerial++);
      const answer = await connection.call(request);
      const nowMs = performance.now();
      if (!workload.isRight(answer)) {
        throw new Error(`wrong answer: ${answer.status} ${answer.body.slice(0, 300)}`);
      }
      answered += 1;
      if (sentMs >= countFromMs) latenciesMs.push(nowMs - sentMs);
      sentMs = nowMs;
    }
  };
  try {
    await Promise.all(connections.map(runClient));
  } finally {
    for (const connection of connections) connection.close();
  }
  const countedSeconds = (performance.now() - countFromMs) / 1000;
  latenciesMs.sort((a, b) => a - b);
  return {
    callsPerSecond: latenciesMs.length / countedSeconds,
    p50Ms: quantile(latenciesMs, 0.5),
    p99Ms: quantile(latenciesMs, 0.99),
    longestMs: latenciesMs.at(-1) ?? 0,
    answered,
  };
}
