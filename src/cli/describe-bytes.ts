/** Sizes as people read them: in the largest unit that leaves a number of 1 or more. */
import { count } from '../base/count.js';

const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** For example `1 byte`, `512 bytes`, `1.5 MiB`. */
export function describeBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return unit === 0 ? count(value, 'byte') : `${value.toFixed(1)} ${units[unit] ?? ''}`;
}
