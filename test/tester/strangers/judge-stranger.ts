/** Judges a server that we did not write, by the whole tester, and reads its report. */
import { expect } from 'chai';
import { runAsUser } from '../run-as-user.js';

export interface ToldCheck {
  readonly group: string;
  readonly name: string;
  readonly verdict: 'passed' | 'failed' | 'skipped';
  /** Of a skipped check. */
  readonly why?: string;
  /** Of a failed check. */
  readonly expected?: string;
  readonly seen?: string;
}

export interface Told {
  readonly exitCode: number;
  readonly checks: readonly ToldCheck[];
}

/** `argv`: the address, and what else the user would write. */
export async function judgeStranger(...argv: readonly string[]): Promise<Told> {
  const { exitCode, stdout, stderr } = await runAsUser([...argv, '--json']);
  expect(stderr).to.equal('');
  const { checks } = JSON.parse(stdout) as { readonly checks: readonly ToldCheck[] };
  for (const { name, seen } of checks) {
    expect(seen ?? '', name).not.to.match(/bug of the tester|^\s+at /m);
  }
  return { exitCode, checks };
}

/** The deviations in a report: the name of each check that failed, and what it saw. */
export function deviations({ checks }: Told): ReadonlyMap<string, string> {
  const failed = checks.filter(({ verdict }) => verdict === 'failed');
  return new Map(failed.map(({ name, seen }) => [name, seen ?? '']));
}

/** Why checks were skipped, each reason once. */
export function reasonsToSkip({ checks }: Told): readonly string[] {
  return [...new Set(checks.flatMap(({ why }) => (why === undefined ? [] : [why])))];
}
