/** The names of the files that storage keeps in a folder. Nothing else there is its own. */
import type { LogIndex } from '../base/ids.js';
import { u48Max } from '../base/u48.js';

export const hardStateName = 'hard-state';
/** The next hard state while it is being written; what is left of one means nothing. */
export const hardStateAsideName = 'hard-state.new';

const digits = 16;
const segmentPattern = /^log-(\d{16})\.seg$/;
const snapshotPattern = /^snapshot-(\d{16})\.snap$/;
const snapshotAsidePattern = /^snapshot-\d{16}\.\d+\.new$/;

/** The log segment with this sequence: 1, 2, 3, … */
export function segmentName(sequence: number): string {
  return `log-${padded(sequence)}.seg`;
}

/** The sequence in a segment's name; undefined when it is the name of something else. */
export function segmentSequence(name: string): number | undefined {
  return numberIn(name, segmentPattern);
}

/** The snapshot of the state through `index`. */
export function snapshotName(index: LogIndex): string {
  return `snapshot-${padded(index)}.snap`;
}

/** The index in a snapshot's name; undefined when it is the name of something else. */
export function snapshotIndex(name: string): number | undefined {
  return numberIn(name, snapshotPattern);
}

/** A snapshot while it is written; `number` tells those of one index apart. */
export function snapshotAsideName(index: LogIndex, number: number): string {
  return `snapshot-${padded(index)}.${number}.new`;
}

/** What is left of something that was not written to its end. */
export function isLeftover(name: string): boolean {
  return name === hardStateAsideName || snapshotAsidePattern.test(name);
}

/** What a damaged file is called once it is out of the way. */
export function damagedName(name: string): string {
  return `${name}.damaged`;
}

/** A file that was put out of the way; it is kept for people and never read. */
export function isDamagedAside(name: string): boolean {
  return name.endsWith('.damaged') && isLive(name.slice(0, -'.damaged'.length));
}

/** Whether storage made this file, whatever became of it. */
export function isStorageFile(name: string): boolean {
  return isLive(name) || isLeftover(name) || isDamagedAside(name);
}

function isLive(name: string): boolean {
  const number = segmentSequence(name) ?? snapshotIndex(name);
  return name === hardStateName || number !== undefined;
}

/** A number that a header has no room for was never given: such a file is not a server's. */
function numberIn(name: string, pattern: RegExp): number | undefined {
  const number = Number(pattern.exec(name)?.[1]);
  return number >= 1 && number <= u48Max ? number : undefined;
}

function padded(value: number): string {
  return String(value).padStart(digits, '0');
}
