/** One command that moves data, measured: how long it took and how much memory it had at most. */
import { readFile } from 'node:fs/promises';
import type { Processes } from '../systems/processes.js';

export interface Transfer {
  readonly seconds: number;
  /** The most that was resident, as seen every so often. */
  readonly peakBytes: number;
  readonly printed: string;
}

const lookEveryMs = 20;

/** Runs the command to its end; rejects when it fails. */
export async function transfer(
  processes: Processes,
  command: string,
  args: readonly string[],
): Promise<Transfer> {
  let peakBytes = 0;
  let looking: NodeJS.Timeout | undefined;
  const startedMs = performance.now();
  try {
    const printed = await processes.run(command, args, (pid) => {
      looking = setInterval(() => {
        void peakOf(pid).then((bytes) => (peakBytes = Math.max(peakBytes, bytes)));
      }, lookEveryMs);
    });
    return { seconds: (performance.now() - startedMs) / 1000, peakBytes, printed };
  } finally {
    clearInterval(looking);
  }
}

/** The kernel keeps the highest value itself; 0 when the process is gone. */
async function peakOf(pid: number): Promise<number> {
  try {
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmHWM:\s*(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
