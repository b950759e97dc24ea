/**
 * Which older versions of files the garbage collector leaves, as it is told: so many of each file,
 * and those that were current within so many days. A version is kept when either says so.
 */
import type { NamedVersion } from '../client/file-answers.js';

export interface KeepPolicy {
  /** Of each file, the newest older ones. */
  readonly keepVersions: number;
  /** Days since another version took the place of one. */
  readonly keepDays: number;
  /** The present time: ms since 1970. */
  readonly nowMs: number;
}

export interface JudgedVersion {
  readonly version: NamedVersion;
  readonly isCurrent: boolean;
  /** The current version of a file is always kept. */
  readonly isKept: boolean;
}

const dayMs = 24 * 60 * 60 * 1000;

/**
 * Judges versions that come file by file, the newest of each first. A version was current until
 * the next newer one that is known was made; when that is not known, it is taken for long ago.
 */
export async function* judgeVersions(
  versions: AsyncIterable<NamedVersion>,
  { keepVersions, keepDays, nowMs }: KeepPolicy,
): AsyncGenerator<JudgedVersion, void> {
  let newer: NamedVersion | undefined;
  let older = 0;
  for await (const version of versions) {
    const isCurrent = newer?.name !== version.name;
    older = isCurrent ? 0 : older + 1;
    const supersededMs = newer?.timeMs ?? 0;
    const isRecent = keepDays > 0 && supersededMs >= nowMs - keepDays * dayMs;
    yield { version, isCurrent, isKept: isCurrent || older <= keepVersions || isRecent };
    newer = version;
  }
}
