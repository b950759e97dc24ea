/**
 * The end of a run: every fault is undone, every open call is waited for, every name is read once
 * more, and the servers are compared with each other.
 */
import { CheckFailure } from '../cluster/check-outcome.js';
import type { Cluster } from '../cluster/cluster.js';
import type { Target } from '../cluster/target.js';
import type { Finding, Verdict } from '../history/finding.js';
import type { Outcome, Question } from '../history/operation.js';
import type { CallScope } from '../wire/call-scope.js';
import type { ChaosClient } from './chaos-client.js';
import type { Conditions } from './conditions.js';
import { judgeFinalState } from './final-state.js';
import type { Traffic } from './traffic.js';

export interface Settlement {
  readonly target: Target;
  readonly cluster: Cluster;
  readonly calls: CallScope;
  readonly clients: readonly ChaosClient[];
  /** Resolves when every client has ended. */
  readonly asking: Promise<unknown>;
  /** Asks when all others are done. */
  readonly lastClient: ChaosClient;
  readonly conditions: Conditions;
  readonly traffic: Traffic;
  /** All names of the run. */
  readonly names: readonly string[];
}

const promises = {
  healed: 'all servers can be restored, and one of them leads then',
  ended: 'every call that is blocked ends once all servers are restored',
  answered: 'updates and reads are answered once all servers are restored',
} as const;

export async function settle(settlement: Settlement): Promise<readonly Finding[]> {
  const { target, cluster, clients, conditions, names } = settlement;
  for (const client of clients) client.finish();
  for (const { id } of target.reachable) conditions.crashEnds(id);
  const verdict = await restoreAndElect(cluster);
  if (verdict.kind !== 'held') {
    for (const client of clients) client.giveUp();
    await settlement.asking;
    return [{ promise: promises.healed, verdict }];
  }
  for (const { id } of target.reachable) {
    conditions.started(id);
    conditions.resumed(id);
  }
  const { settleMs } = target.timing;
  return [
    { promise: promises.healed, verdict },
    await drain(settlement, settleMs),
    await askLast(settlement, settleMs),
    ...(await judgeFinalState({
      servers: cluster.servers,
      names,
      tellsState: target.abilities.has('getinternalstate'),
      limitMs: settleMs,
      scope: settlement.calls,
    })),
  ];
}

/** Undoes whatever was done to the servers, by this run or before it, and waits for a leader. */
export async function restoreAndElect(cluster: Cluster): Promise<Verdict> {
  const trouble = await cluster.restoreAll();
  if (trouble !== undefined) {
    return { kind: 'violated', expected: 'every server restored', seen: trouble, evidence: [] };
  }
  try {
    await cluster.leader();
    return { kind: 'held' };
  } catch (error) {
    if (!(error instanceof CheckFailure)) throw error;
    const { expected, seen } = error;
    return { kind: 'violated', expected, seen, evidence: [] };
  }
}

function violated(promise: string, expected: string, seen: string): Finding {
  return { promise, verdict: { kind: 'violated', expected, seen, evidence: [] } };
}

/** Waits for the calls that are open; those that are left after `limitMs` are given up. */
async function drain({ clients, asking }: Settlement, limitMs: number): Promise<Finding> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise((resolve) => (timer = setTimeout(resolve, limitMs)));
  await Promise.race([asking, patience]);
  clearTimeout(timer);
  const leftOpen = clients.filter((client) => client.giveUp()).length;
  await asking;
  if (leftOpen === 0) return { promise: promises.ended, verdict: { kind: 'held' } };
  const seen = `${leftOpen} calls still open after ${limitMs} ms`;
  return violated(promises.ended, 'an answer to each', seen);
}

/** Reads every name, updates the first, and reads it again. */
async function askLast(settlement: Settlement, limitMs: number): Promise<Finding> {
  const { names, traffic, lastClient } = settlement;
  const unanswered = (words: string): Finding =>
    violated(promises.answered, 'an answer', `${words}, for ${limitMs} ms`);
  const readOf = (name: string) => (): Question => ({ kind: 'read', name });
  for (const name of names) {
    if (!(await insist(settlement, limitMs, readOf(name)))) return unanswered(`no read of ${name}`);
  }
  const [name] = names;
  if (name === undefined) return { promise: promises.answered, verdict: { kind: 'held' } };
  const update = (): Question => {
    const version = traffic.versionOf(name) + 1;
    return { kind: 'update', name, version, hash: lastClient.newHash() };
  };
  if (!(await insist(settlement, limitMs, update))) return unanswered(`no update of ${name}`);
  if (!(await insist(settlement, limitMs, readOf(name)))) return unanswered(`no read of ${name}`);
  return { promise: promises.answered, verdict: { kind: 'held' } };
}

const pollMs = 50;

/** Asks the leader, whoever that is, until it answers as asked for; false when the limit is over. */
async function insist(
  { target, cluster, calls, lastClient, traffic }: Settlement,
  limitMs: number,
  question: () => Question,
): Promise<boolean> {
  const asMap = !target.abilities.has('getfileinfo');
  const deadline = performance.now() + limitMs;
  for (;;) {
    const leader = traffic.leader ?? (await cluster.leadersNow())[0]?.seat.id;
    if (leader !== undefined) {
      const leftMs = Math.max(pollMs, deadline - performance.now());
      const asked = question();
      const outcome = await lastClient.ask({ server: leader, question: asked, asMap }, leftMs);
      if (isAnswer(outcome)) return true;
      // An update that is refused for its version learns the right one by a read.
      const read: Question = { kind: 'read', name: asked.name };
      if (outcome.kind === 'updated') {
        await lastClient.ask({ server: leader, question: read, asMap }, leftMs);
      }
    }
    if (performance.now() >= deadline) return false;
    await calls.pause(pollMs);
  }
}

function isAnswer(outcome: Outcome): boolean {
  return outcome.kind === 'seen' || (outcome.kind === 'updated' && outcome.updated);
}
