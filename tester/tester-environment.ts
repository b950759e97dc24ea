/** The world around the tester, handed in by the process or by a test. */
import type { Timing } from './cluster/timing.js';
import type { Sink } from './suite/reporter.js';

export interface TesterEnvironment {
  readonly stdout: Sink;
  readonly stderr: Sink;
  /** Aborted when the user wants the run to end. */
  readonly interrupt: AbortSignal;
  /** Configuration files to look at when the cluster does not tell its servers. */
  readonly defaultFiles: readonly string[];
  readonly timing: Timing;
  /** The command that the user gave, for reports. */
  readonly commandLine: string;
  /** A seed that nobody has used. */
  drawSeed(): string;
  now(): Date;
  /** Throws what the file system throws. */
  saveFile(path: string, text: string): void;
  /** Makes a folder for data of servers, and removes one. */
  makeFolder(): string;
  removeFolder(path: string): void;
}
