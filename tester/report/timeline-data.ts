/**
 * A chaos run as short rows for the script of the page: a run has tens of thousands of operations,
 * and the page must stay small. Texts that come again and again are said once.
 */
import { assert } from '../../src/base/assert.js';
import type { ChaosRecord, FaultKind, Role } from '../chaos/chaos-record.js';
import type { Operation } from '../history/operation.js';
import { bounded, visible } from './markup.js';
import { roleBands } from './role-bands.js';
import { outcomeWord, type OutcomeWord } from './words.js';

/** What is drawn at most; the verdict is about all. Evidence is always drawn. */
const operationsMax = 25_000;
const bandsMax = 10_000;
const faultsMax = 2_000;
const textCharactersMax = 80;

/** Positions in these lists stand for their words. */
const outcomeCodes: readonly OutcomeWord[] = ['true', 'false', 'seen', 'failed', 'unknown'];
const roleCodes: readonly Role[] = ['leader', 'follower', 'candidate', 'crashed', 'silent'];

type OperationRow = readonly [
  id: number,
  client: number,
  server: number,
  beganMs: number,
  endedMs: number,
  /** Position in the texts. */
  name: number,
  /** 0 for a read. */
  version: number,
  outcome: number,
  /** Of the answer of a read. */
  seenVersion: number,
  /** Position in the texts of the hash that was written or seen, or of why there is no answer. */
  detail: number,
];

export interface TimelineData {
  readonly durationMs: number;
  readonly servers: readonly (readonly [id: number, address: string])[];
  readonly roles: readonly string[];
  readonly outcomes: readonly string[];
  readonly texts: readonly string[];
  readonly operations: readonly OperationRow[];
  readonly operationCount: number;
  readonly bands: readonly (readonly [
    server: number,
    fromMs: number,
    untilMs: number,
    role: number,
    /** -1 when it was not told. */
    term: number,
  ])[];
  readonly faults: readonly (readonly [
    kind: FaultKind,
    servers: readonly number[],
    fromMs: number,
    untilMs: number,
    description: string,
  ])[];
}

export function timelineData(record: ChaosRecord): TimelineData {
  const texts = new Texts();
  const operations = shownOperations(record).map((operation) => rowOf(operation, texts));
  const bands = roleBands(record);
  const ends = [...bands.map(({ untilMs }) => untilMs), ...operations.map((row) => row[4])];
  return {
    durationMs: ends.reduce((last, end) => Math.max(last, end), Math.ceil(record.durationMs)),
    servers: record.servers.map(({ id, address }) => [id, shown(address)]),
    roles: roleCodes,
    outcomes: outcomeCodes,
    texts: texts.all,
    operations,
    operationCount: record.operations.length,
    bands: bands
      .slice(0, bandsMax)
      .map(({ server, fromMs, untilMs, role, term }) => [
        server,
        rounded(fromMs),
        rounded(untilMs),
        roleCodes.indexOf(role),
        term ?? -1,
      ]),
    faults: record.faults
      .slice(0, faultsMax)
      .map(({ kind, servers, fromMs, untilMs, description }) => [
        kind,
        servers,
        rounded(fromMs),
        rounded(untilMs),
        shown(description),
      ]),
  };
}

/** In the order in which they began. */
function shownOperations({ operations, findings }: ChaosRecord): readonly Operation[] {
  const ordered = [...operations].sort((a, b) => a.beganAt - b.beganAt);
  if (ordered.length <= operationsMax) return ordered;
  const evidence = new Set(
    findings.flatMap(({ verdict }) =>
      verdict.kind === 'violated' ? verdict.evidence.map(({ id }) => id) : [],
    ),
  );
  const kept = (operation: Operation, index: number) =>
    index < operationsMax || evidence.has(operation.id);
  return ordered.filter(kept);
}

function rowOf(operation: Operation, texts: Texts): OperationRow {
  const { id, client, server, question, outcome, beganMs, endedMs } = operation;
  const code = outcomeCodes.indexOf(outcomeWord(outcome));
  assert(code >= 0, 'every outcome has a code');
  const version = question.kind === 'update' ? question.version : 0;
  const seenVersion = outcome.kind === 'seen' ? outcome.version : 0;
  const detail = texts.indexOf(detailOf(operation));
  const [began, ended] = [rounded(beganMs), rounded(endedMs)];
  const name = texts.indexOf(question.name);
  return [id, client, server, began, ended, name, version, code, seenVersion, detail];
}

function detailOf({ question, outcome }: Operation): string {
  if (outcome.kind === 'failed' || outcome.kind === 'unknown') return outcome.why;
  if (outcome.kind === 'seen') return outcome.hash;
  return question.kind === 'update' ? question.hash : '';
}

/** Hundredths of a millisecond are enough for a drawing, and short. */
function rounded(ms: number): number {
  return Math.round(ms * 100) / 100;
}

function shown(text: string): string {
  return visible(bounded(text, textCharactersMax));
}

/** Each text once, by position. */
class Texts {
  readonly all: string[] = [];
  readonly #positions = new Map<string, number>();

  indexOf(text: string): number {
    const known = this.#positions.get(text);
    if (known !== undefined) return known;
    this.#positions.set(text, this.all.length);
    return this.all.push(shown(text)) - 1;
  }
}
