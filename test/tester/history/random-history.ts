/**
 * Histories of a service that keeps its promises, in a random run of random clients; and the same
 * with answers that were tampered with, which may or may not be seen from outside.
 */
import seedrandom from 'seedrandom';
import { must } from '../../../src/base/assert.js';
import { HistoryRecorder, type OpenOperation } from '../../../tester/history/history-recorder.js';
import type { Operation, Outcome, Question } from '../../../tester/history/operation.js';

export interface RandomRun {
  readonly seed: string;
  readonly clients: number;
  readonly names: number;
  readonly operations: number;
  /** How many operations are never answered, of 1. */
  readonly unknownShare: number;
}

interface Busy {
  readonly open: OpenOperation;
  /** What happened at the server; undefined before anything did. */
  readonly outcome: Outcome | undefined;
}

const unknown: Outcome = { kind: 'unknown', why: 'the connection was closed' };

export function randomHistory(run: RandomRun): readonly Operation[] {
  return new RandomService(run).run();
}

class RandomService {
  readonly #run: RandomRun;
  readonly #random: () => number;
  readonly #recorder = new HistoryRecorder();
  readonly #files = new Map<string, { version: number; hash: string }>();
  readonly #clients = new Map<number, Busy>();
  /** Updates that nobody waits for any more, and that may still take effect. */
  readonly #late: Question[] = [];
  #begun = 0;
  #nowMs = 0;

  constructor(run: RandomRun) {
    this.#run = run;
    this.#random = seedrandom(run.seed);
  }

  run(): readonly Operation[] {
    const { operations, clients } = this.#run;
    while (this.#recorder.operations.length < operations) {
      this.#nowMs += 1;
      this.#step(this.#below(clients));
      if (this.#late.length > 0 && this.#random() < 0.05) this.#applyLate();
      const isOver = this.#begun === operations && this.#random() < 0.1;
      if (isOver) this.#recorder.closeAll('the run was over', this.#nowMs);
      if (isOver) break;
    }
    return this.#recorder.operations;
  }

  #step(client: number): void {
    const busy = this.#clients.get(client);
    if (busy === undefined) {
      if (this.#begun < this.#run.operations) this.#begin(client);
      return;
    }
    const { open, outcome } = busy;
    const isLost = this.#random() < this.#run.unknownShare / 2;
    if (isLost) {
      if (outcome === undefined) this.#late.push(open.question);
      this.#end(client, open, unknown);
    } else if (outcome !== undefined) {
      this.#end(client, open, outcome);
    } else {
      const isRefused = this.#random() < 0.05;
      const why = 'not the leader';
      const told: Outcome = isRefused ? { kind: 'failed', why } : this.#apply(open.question);
      this.#clients.set(client, { open, outcome: told });
    }
  }

  #begin(client: number): void {
    const name = `hot-${this.#below(this.#run.names)}`;
    const next = (this.#files.get(name)?.version ?? 0) + 1;
    const version = this.#random() < 0.75 ? next : next - 1 + this.#below(3);
    const hash = `h${this.#begun}`;
    const question: Question =
      this.#random() < 0.5 ? { kind: 'read', name } : { kind: 'update', name, version, hash };
    const server = this.#below(3);
    const open = this.#recorder.begin({ client, server, question, atMs: this.#nowMs });
    this.#clients.set(client, { open, outcome: undefined });
    this.#begun += 1;
  }

  #end(client: number, open: OpenOperation, outcome: Outcome): void {
    this.#clients.delete(client);
    this.#recorder.end(open, outcome, this.#nowMs);
  }

  #apply(question: Question): Outcome {
    const file = this.#files.get(question.name) ?? { version: 0, hash: '' };
    if (question.kind === 'read') return { kind: 'seen', ...file };
    const { name, version, hash } = question;
    const updated = version === file.version + 1;
    if (updated) this.#files.set(name, { version, hash });
    return { kind: 'updated', updated };
  }

  #applyLate(): void {
    const [question] = this.#late.splice(this.#below(this.#late.length), 1);
    this.#apply(must(question, 'there is a late update'));
  }

  /** A whole number from 0 to below `count`. */
  #below(count: number): number {
    return Math.floor(this.#random() * count);
  }
}

/** The history with one to three answers changed. */
export function tamperedHistory(
  operations: readonly Operation[],
  seed: string,
): readonly Operation[] {
  const random = seedrandom(`tampered ${seed}`);
  const changed = [...operations];
  const changes = 1 + Math.floor(random() * 3);
  for (let change = 0; change < changes; change++) {
    const at = Math.floor(random() * changed.length);
    const operation = must(changed[at], 'the history is not empty');
    changed[at] = { ...operation, outcome: tamperedOutcome(operation, operations, random) };
  }
  return changed;
}

function tamperedOutcome(
  { question, outcome }: Operation,
  operations: readonly Operation[],
  random: () => number,
): Outcome {
  if (question.kind === 'update') {
    if (random() < 0.2) return { kind: 'failed', why: 'said so' };
    const updated = outcome.kind === 'updated' ? !outcome.updated : random() < 0.5;
    return { kind: 'updated', updated };
  }
  if (random() < 0.2) return { kind: 'seen', version: Math.floor(random() * 4), hash: 'made up' };
  if (random() < 0.2) return { kind: 'seen', version: 0, hash: '' };
  const other = operations[Math.floor(random() * operations.length)]?.question;
  if (other?.kind !== 'update') return outcome;
  return { kind: 'seen', version: other.version, hash: other.hash };
}
