/**
 * What happened in a simulated run, event by event: as lines for people, or as values for a page.
 * Events are described only when somebody reads them, and never influence the run.
 */
import type { ReplicaRole } from '../../src/replica/replica-api.js';

export type TraceKind = 'send' | 'receive' | 'disk' | 'state' | 'fault' | 'client' | 'life';

/** A server as it is after an event. */
export interface ServerView {
  readonly role: ReplicaRole | 'starting' | 'down' | 'paused';
  readonly term: number;
  readonly commitIndex: number;
  readonly lastApplied: number;
  readonly firstLogIndex: number;
  readonly lastLogIndex: number;
}

export interface TraceEvent {
  readonly atMs: number;
  readonly kind: TraceKind;
  /** `s0` a server, `c0` a client, `net` the network, `all` the whole run. */
  readonly who: string;
  readonly what: string;
  readonly view: ServerView | undefined;
}

export type TraceSink = (event: TraceEvent) => void;

export class Trace {
  readonly #sink: TraceSink | undefined;

  /** Without a sink nothing is described. */
  constructor(sink?: TraceSink) {
    this.#sink = sink;
  }

  get isOn(): boolean {
    return this.#sink !== undefined;
  }

  write(event: () => TraceEvent): void {
    this.#sink?.(event());
  }
}

/** For example `  1203.44 s1   leader    t3 c12/a11 log 5–14  → s2 AppendEntries …`. */
export function traceLine({ atMs, who, what, view }: TraceEvent): string {
  return `${atMs.toFixed(2).padStart(9)} ${who.padEnd(4)} ${describeView(view).padEnd(32)} ${what}`;
}

function describeView(view: ServerView | undefined): string {
  if (view === undefined) return '';
  const { role, term, commitIndex, lastApplied, firstLogIndex, lastLogIndex } = view;
  if (role === 'down' || role === 'starting') return role;
  const log = `log ${firstLogIndex}–${lastLogIndex}`;
  return `${role.padEnd(9)} t${term} c${commitIndex}/a${lastApplied} ${log}`;
}
