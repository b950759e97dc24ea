/**
 * Looks for what no correct cluster ever tells of itself, in the states of all servers, one after
 * the other as they come in. Pure; memory is bounded by the length of the watched part of the log.
 */
import type { Finding, Verdict } from '../history/finding.js';
import type { LogEntry, StateReport } from './state-report.js';

/** A state, with what may have been done to the server since the one before. */
export interface WatchedState {
  readonly server: number;
  readonly state: StateReport;
  /** Counts the lives of its process: what is kept in memory only may change with it. */
  readonly life: number;
}

/** Entries that are remembered; the oldest make room. */
const entriesMax = 200_000;

const promises = {
  leaders: 'at most one server leads in a term',
  entries: 'log entries of one index and term are the same on all servers',
  terms: 'the term of a server never goes back, not even when it crashes',
  applied: 'what a server has applied stays applied while its process lives',
} as const;

type Promised = keyof typeof promises;

export class StateJudge {
  readonly #violations = new Map<Promised, Verdict>();
  readonly #leaders = new Map<number, number>();
  readonly #entries = new Map<string, { readonly command: string; readonly server: number }>();
  readonly #latest = new Map<number, WatchedState>();
  #knowsTerms = false;
  #knowsApplied = false;
  #knowsLogs = false;

  watch(watched: WatchedState): void {
    const before = this.#latest.get(watched.server);
    this.#latest.set(watched.server, watched);
    this.#judgeLeader(watched);
    this.#judgeLog(watched);
    if (before === undefined) return;
    this.#judgeTerm(before, watched);
    if (before.life === watched.life) this.#judgeApplied(before, watched);
  }

  /** One finding for each promise; `unknown` where the servers do not tell what is needed. */
  findings(): readonly Finding[] {
    return [
      this.#finding('leaders', this.#knowsTerms),
      this.#finding('entries', this.#knowsLogs),
      this.#finding('terms', this.#knowsTerms),
      this.#finding('applied', this.#knowsApplied),
    ];
  }

  #finding(promised: Promised, isKnown: boolean): Finding {
    const promise = promises[promised];
    const violation = this.#violations.get(promised);
    if (violation !== undefined) return { promise, verdict: violation };
    if (isKnown) return { promise, verdict: { kind: 'held' } };
    return { promise, verdict: { kind: 'unknown', why: 'getinternalstate does not tell it' } };
  }

  /** The first violation of a promise counts: those after it may be its consequences. */
  #violate(promised: Promised, expected: string, seen: string): void {
    if (this.#violations.has(promised)) return;
    this.#violations.set(promised, { kind: 'violated', expected, seen, evidence: [] });
  }

  #judgeLeader({ server, state: { role, term } }: WatchedState): void {
    if (term === undefined) return;
    this.#knowsTerms = true;
    if (role !== 'leader') return;
    const known = this.#leaders.get(term);
    this.#leaders.set(term, known ?? server);
    if (known === undefined || known === server) return;
    this.#violate(
      'leaders',
      `one leader in term ${term}`,
      `servers ${known} and ${server} both told that they lead in it`,
    );
  }

  #judgeLog({ server, state: { log } }: WatchedState): void {
    for (const entry of log) {
      this.#knowsLogs = true;
      const key = `${entry.index} ${entry.term}`;
      const known = this.#entries.get(key);
      if (known === undefined) this.#remember(key, server, entry);
      else if (known.command !== entry.command) {
        this.#violate(
          'entries',
          `one entry of index ${entry.index} and term ${entry.term}`,
          `${known.command} on server ${known.server}, ${entry.command} on server ${server}`,
        );
      }
    }
  }

  #remember(key: string, server: number, { command }: LogEntry): void {
    this.#entries.set(key, { command, server });
    if (this.#entries.size <= entriesMax) return;
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined) this.#entries.delete(oldest);
  }

  #judgeTerm(before: WatchedState, now: WatchedState): void {
    const was = before.state.term;
    const is = now.state.term;
    if (was === undefined || is === undefined || is >= was) return;
    const seen = `server ${now.server} went from term ${was} to ${is}`;
    const how = before.life === now.life ? '' : ', when its process was killed and started again';
    this.#violate('terms', 'terms that only grow', `${seen}${how}`);
  }

  #judgeApplied(before: WatchedState, now: WatchedState): void {
    const was = before.state.lastApplied;
    const is = now.state.lastApplied;
    if (was === undefined || is === undefined) return;
    this.#knowsApplied = true;
    if (is >= was) return;
    const seen = `lastApplied of server ${now.server} went from ${was} to ${is}`;
    this.#violate('applied', 'an index that only grows', seen);
  }
}
