/**
 * Runs checks one after the other against a live cluster, heals what each disturbed, and tells a
 * reporter. Whatever happens in a check, the next one finds the servers restored.
 */
import { CallScope, ScopeClosed } from '../wire/call-scope.js';
import { type Check } from './check.js';
import { CheckFailure, CheckSkipped } from '../cluster/check-outcome.js';
import { Cluster, type RunNotes } from '../cluster/cluster.js';
import type { CheckResult, Reporter, Summary, Verdict } from './reporter.js';
import { lackOf, type Target } from '../cluster/target.js';

/** Work that is no check, but has results like checks. It heals what it disturbs. */
export interface Act {
  run(progress: (text: string) => void): Promise<readonly CheckResult[]>;
}

export interface SuiteRun {
  readonly checks: readonly Check[];
  /** Comes after the checks. */
  readonly act?: Act | undefined;
  readonly target: Target;
  readonly reporter: Reporter;
  /** Aborting it ends the current check and skips the rest; all servers are restored still. */
  readonly interrupt: AbortSignal;
}

export async function runSuite(run: SuiteRun): Promise<Summary> {
  const { checks, target, reporter, interrupt } = run;
  const notes: RunNotes = { leaderless: false, nameCount: 0 };
  const startedAt = performance.now();
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const finish = (result: CheckResult): void => {
    counts[result.verdict.kind] += 1;
    reporter.finished(result);
  };
  reporter.begin(target);
  await restoreAll(target, notes);
  for (const [position, check] of checks.entries()) {
    if (interrupt.aborted) break;
    reporter.progress(`${position + 1}/${checks.length} ${check.group}: ${check.name}`);
    const checkStartedAt = performance.now();
    const verdict = await runCheck(check, { target, notes, interrupt });
    if (verdict === 'interrupted') break;
    finish({ check, verdict, durationMs: performance.now() - checkStartedAt });
  }
  if (run.act !== undefined && !interrupt.aborted) {
    const results = await run.act.run((text) => reporter.progress(text));
    for (const result of results) finish(result);
  }
  const unrestored = await restoreAll(target, notes);
  const summary: Summary = {
    ...counts,
    durationMs: performance.now() - startedAt,
    interrupted: interrupt.aborted,
    unrestored,
  };
  reporter.end(summary);
  return summary;
}

async function restoreAll(target: Target, notes: RunNotes): Promise<string | undefined> {
  const scope = new CallScope();
  const trouble = await new Cluster(target, scope, notes).restoreAll();
  scope.close();
  return trouble;
}

interface CheckContext {
  readonly target: Target;
  readonly notes: RunNotes;
  readonly interrupt: AbortSignal;
}

async function runCheck(check: Check, context: CheckContext): Promise<Verdict | 'interrupted'> {
  const { target, notes, interrupt } = context;
  for (const need of check.needs) {
    const lack = lackOf(need, target);
    if (lack !== undefined) return { kind: 'skipped', why: lack };
  }
  const scope = new CallScope();
  const cluster = new Cluster(target, scope, notes);
  const endScope = (): void => scope.close();
  interrupt.addEventListener('abort', endScope, { once: true });
  const timer = setTimeout(endScope, target.timing.checkMs);
  let verdict: Verdict;
  try {
    await check.run(cluster);
    verdict = { kind: 'passed' };
  } catch (error) {
    if (interrupt.aborted) return 'interrupted';
    verdict = verdictOf(error, target.timing.checkMs);
  } finally {
    clearTimeout(timer);
    interrupt.removeEventListener('abort', endScope);
    scope.close();
  }
  const trouble = cluster.disturbed ? await healAfter(context) : undefined;
  if (trouble === undefined || verdict.kind !== 'passed') return verdict;
  const failure = new CheckFailure('a healthy cluster when all servers are restored', trouble);
  return { kind: 'failed', failure };
}

async function healAfter({ target, notes }: CheckContext): Promise<string | undefined> {
  const scope = new CallScope();
  const trouble = await new Cluster(target, scope, notes).heal();
  scope.close();
  return trouble;
}

function verdictOf(error: unknown, limitMs: number): Verdict {
  if (error instanceof CheckFailure) return { kind: 'failed', failure: error };
  if (error instanceof CheckSkipped) return { kind: 'skipped', why: error.message };
  if (error instanceof ScopeClosed) {
    const failure = new CheckFailure(`the check to end within ${limitMs} ms`, 'that it went on');
    return { kind: 'failed', failure };
  }
  const failure = new CheckFailure('the tester to work', `${String(error)}, a bug of the tester`);
  return { kind: 'failed', failure };
}
