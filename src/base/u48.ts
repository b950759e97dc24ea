/** Integers of 48 bits, little-endian: room for any count this service can reach. */
import { assert } from './assert.js';

const twoPow32 = 2 ** 32;
export const u48Max = 2 ** 48 - 1;

export function putU48(view: DataView, at: number, value: number): void {
  assert(Number.isInteger(value) && value >= 0 && value <= u48Max, () => `${value} fits 48 bits`);
  view.setUint32(at, value % twoPow32, true);
  view.setUint16(at + 4, Math.floor(value / twoPow32), true);
}

export function getU48(view: DataView, at: number): number {
  const low = view.getUint32(at, true);
  const high = view.getUint16(at + 4, true);
  // Multiplied by 0 it would be a float for V8, whose code for small integers is given up for it.
  return high === 0 ? low : low + high * twoPow32;
}
