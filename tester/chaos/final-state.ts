/**
 * What all servers must agree on once every fault is undone and nobody asks for anything new: the
 * versions and contents of the run's files, and the committed part of the log.
 */
import type { Finding, Verdict } from '../history/finding.js';
import { describeAnswer, saysMethodUnknown } from '../wire/answer.js';
import type { CallScope } from '../wire/call-scope.js';
import type { Server } from '../wire/server.js';
import { canonicalText, readState, type StateReport } from './state-report.js';

export interface FinalOptions {
  readonly servers: readonly Server[];
  readonly names: readonly string[];
  /** `getinternalstate` is served. */
  readonly tellsState: boolean;
  /** Servers that lag behind get this time to catch up. */
  readonly limitMs: number;
  readonly scope: CallScope;
}

const pollMs = 100;

export async function judgeFinalState(options: FinalOptions): Promise<readonly Finding[]> {
  const { servers, names, tellsState } = options;
  const versions = await lasting(options, () => compareVersions(options));
  const maps = await lasting(options, async () => {
    if (!tellsState) return untold;
    return compareMaps(await statesOf(servers), names, servers.length);
  });
  const logs = tellsState ? compareLogs(await statesOf(servers)) : untold;
  return [
    { promise: 'all servers end with the same versions', verdict: versions },
    { promise: 'all servers end with the same map', verdict: maps },
    { promise: 'all servers end with the same committed log', verdict: logs },
  ];
}

const held: Verdict = { kind: 'held' };
const untold: Verdict = { kind: 'unknown', why: 'getinternalstate is not served' };

function violated(expected: string, seen: string): Verdict {
  return { kind: 'violated', expected, seen, evidence: [] };
}

/** What is violated when the limit is over; anything else as soon as it is so. */
async function lasting(
  { limitMs, scope }: FinalOptions,
  compare: () => Promise<Verdict>,
): Promise<Verdict> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const verdict = await compare();
    if (verdict.kind !== 'violated' || performance.now() >= deadline) return verdict;
    await scope.pause(pollMs);
  }
}

async function compareVersions({ servers, names }: FinalOptions): Promise<Verdict> {
  for (const name of names) {
    const replies = await Promise.all(servers.map((server) => server.appliedVersion(name)));
    if (replies.every(({ answer }) => saysMethodUnknown(answer))) {
      return { kind: 'unknown', why: 'tester_getversion is not served' };
    }
    const shown = replies.map(({ answer }) => describeAnswer(answer));
    if (new Set(shown).size === 1 && replies[0]?.answer.kind === 'value') continue;
    const seen = replies.map(
      ({ server }, position) => `${String(shown[position])} on ${server.label}`,
    );
    return violated(`one version of ${name} on all servers`, seen.join(', '));
  }
  return held;
}

interface ServerState {
  readonly server: Server;
  readonly state: StateReport;
}

/** Those of the servers that tell a state at all; who does not is judged by its versions. */
async function statesOf(servers: readonly Server[]): Promise<readonly ServerState[]> {
  const replies = await Promise.all(servers.map((server) => server.internalState()));
  return replies.flatMap(({ server, answer }) => {
    const state = answer.kind === 'value' ? readState(answer.value) : undefined;
    return state === undefined ? [] : [{ server, state }];
  });
}

/** Only the names of this run: others may be written by somebody else right now. */
function compareMaps(
  states: readonly ServerState[],
  names: readonly string[],
  serverCount: number,
): Verdict {
  const whole = states.flatMap(({ server, state }) =>
    state.files === undefined ? [] : [{ server, files: state.files }],
  );
  if (whole.length < serverCount) {
    return { kind: 'unknown', why: 'a server does not tell its whole map' };
  }
  for (const name of names) {
    const shown = whole.map(({ files }) => canonicalText(files[name] ?? null));
    if (new Set(shown).size <= 1) continue;
    const seen = whole.map(
      ({ server }, position) => `${String(shown[position])} on ${server.label}`,
    );
    return violated(`one entry of ${name} in all maps`, seen.join(', '));
  }
  return held;
}

function compareLogs(states: readonly ServerState[]): Verdict {
  const committed = new Map<number, { readonly text: string; readonly server: Server }>();
  for (const { server, state } of states) {
    for (const { index, term, command } of state.log) {
      if (index > (state.commitIndex ?? 0)) continue;
      const text = `term ${term}, ${command}`;
      const known = committed.get(index);
      if (known === undefined) committed.set(index, { text, server });
      else if (known.text !== text) {
        return violated(
          `one committed entry of index ${index}`,
          `${known.text} on ${known.server.label}, ${text} on ${server.label}`,
        );
      }
    }
  }
  if (committed.size > 0) return held;
  return { kind: 'unknown', why: 'getinternalstate tells no committed entry' };
}
