/** The names of the files that storage keeps in a folder. Nothing else there is its own. */

export const hardStateName = 'hard-state';
/** The next hard state while it is being written; what is left of one means nothing. */
export const hardStateAsideName = 'hard-state.new';

const sequenceDigits = 16;

/** The log segment with this sequence: 1, 2, 3, … */
export function segmentName(sequence: number): string {
  return `log-${String(sequence).padStart(sequenceDigits, '0')}.seg`;
}

/** The sequence in a segment's name; undefined when it is the name of something else. */
export function segmentSequence(name: string): number | undefined {
  const digits = /^log-(\d{16})\.seg$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

export function isStorageFile(name: string): boolean {
  return (
    name === hardStateName || name === hardStateAsideName || segmentSequence(name) !== undefined
  );
}
