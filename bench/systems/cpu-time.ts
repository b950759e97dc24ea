/** Processor time of processes, where the system tells it (Linux). */
import { readFileSync } from 'node:fs';

/** Linux tells these times in hundredths of a second, whatever its clock does inside. */
const ticksPerSecond = 100;

/** User and system time out of the text of `/proc/PID/stat`. */
export function cpuSecondsOfStat(stat: string): number {
  // The name of the command stands in brackets and may hold anything, brackets and blanks included.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [userTicks, systemTicks] = fields.slice(11, 13).map(Number);
  return ((userTicks ?? Number.NaN) + (systemTicks ?? Number.NaN)) / ticksPerSecond;
}

/** Of all of them together; NaN where it cannot be known. */
export function cpuSeconds(pids: readonly number[]): number {
  try {
    const each = pids.map((pid) => cpuSecondsOfStat(readFileSync(`/proc/${pid}/stat`, 'latin1')));
    return each.reduce((sum, seconds) => sum + seconds, 0);
  } catch {
    return Number.NaN;
  }
}
