/**
 * How much memory a process really holds, and held at most, as the kernel of Linux counts it.
 */
import { readFile } from 'node:fs/promises';

export interface ResidentMemory {
  readonly bytes: number;
  /** The most since the process was started. */
  readonly peakBytes: number;
}

export async function residentMemory(pid: number): Promise<ResidentMemory> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const read = (field: string): number => {
    const kibibytes = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
    if (kibibytes === undefined) throw new Error(`the kernel tells no ${field} of ${pid}`);
    return Number(kibibytes) * 1024;
  };
  return { bytes: read('VmRSS'), peakBytes: read('VmHWM') };
}
