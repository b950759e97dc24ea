/**
 * What `surfraft sync` shows: the result on stdout, all else on stderr; a progress line only where
 * somebody watches.
 */
import { count } from '../base/count.js';
import { describeAction } from '../sync/plan-text.js';
import type { Action } from '../sync/plan.js';
import type { SyncProgress } from '../sync/sync-client.js';
import type { SyncReport } from '../sync/sync-report.js';
import { describeBytes } from './describe-bytes.js';
import { printable } from './printable.js';

export interface SyncOutputOptions {
  readonly json: boolean;
  readonly quiet: boolean;
}

const redrawEveryMs = 100;

export class SyncOutput {
  readonly #options: SyncOutputOptions;
  readonly #hasProgress: boolean;
  #drawnAtMs = -Infinity;
  #isDrawn = false;
  #lastTroubles = '';
  #isFirst = true;

  constructor(options: SyncOutputOptions) {
    this.#options = options;
    this.#hasProgress = process.stderr.isTTY && !options.quiet;
  }

  progress({ filesDone, files, bytes }: SyncProgress): void {
    if (!this.#hasProgress || performance.now() - this.#drawnAtMs < redrawEveryMs) return;
    this.#drawnAtMs = performance.now();
    this.#isDrawn = true;
    process.stderr.write(
      `\r\x1b[K${filesDone} of ${count(files, 'file')}, ${describeBytes(bytes)}`,
    );
  }

  planned(action: Action): void {
    const line = describeAction(action);
    if (!this.#options.json && line !== undefined) process.stdout.write(`${printable(line)}\n`);
  }

  report(report: SyncReport): void {
    this.#clear();
    this.#tellTroubles(report);
    const line = this.#options.json ? JSON.stringify(report) : summaryOf(report);
    process.stdout.write(`${line}\n`);
  }

  /** Of many syncs, those that did something, or met with other troubles than the one before. */
  reportNews(report: SyncReport): void {
    const troubles = JSON.stringify([report.problem, report.failed, report.skipped]);
    const isNews = this.#isFirst || troubles !== this.#lastTroubles || hasChanges(report);
    this.#isFirst = false;
    this.#lastTroubles = troubles;
    if (isNews) this.report(report);
    else this.#clear();
  }

  /** What whoever watches should know, and need do nothing about. */
  note(text: string): void {
    if (this.#options.quiet) return;
    this.#clear();
    tell(text);
  }

  #tellTroubles({ skipped, failed, problem }: SyncReport): void {
    const { quiet } = this.#options;
    for (const { name, reason } of quiet ? [] : skipped) tell(`skipped ${name}: ${reason}`);
    for (const { name, reason } of failed) tell(`failed ${name}: ${reason}`);
    if (problem !== undefined) tell(problem);
  }

  #clear(): void {
    if (this.#isDrawn) process.stderr.write('\r\x1b[K');
    this.#isDrawn = false;
  }
}

function tell(line: string): void {
  process.stderr.write(`${printable(line)}\n`);
}

function hasChanges(report: SyncReport): boolean {
  const { uploaded, downloaded, deletedLocal, deletedRemote, conflicts } = report;
  const lists = [uploaded, downloaded, deletedLocal, deletedRemote, conflicts];
  return lists.some((list) => list.length > 0);
}

function summaryOf(report: SyncReport): string {
  return [
    `${report.uploaded.length} uploaded`,
    `${report.downloaded.length} downloaded`,
    `${report.deletedLocal.length} deleted here`,
    `${report.deletedRemote.length} deleted remotely`,
    `${report.conflicts.length} conflicts`,
    `${report.skipped.length} skipped`,
    `${report.failed.length} failed`,
  ].join(', ');
}
