/**
 * Scenario files for tests: written to a temporary folder, loaded, and played on a fake cluster.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadScenarios, type LoadedScenarios } from '../../../tester/scenario/load-scenarios.js';
import type { Check } from '../../../tester/suite/check.js';
import type { Timing } from '../../../tester/cluster/timing.js';
import type { Bug } from '../fake-bugs.js';
import { fastTiming, judge, withFake, type Judgement } from '../judging.js';

/** Files by their names; `use` gets the folder. */
export function withFiles<T>(
  files: Readonly<Record<string, string>>,
  use: (folder: string) => T,
): T {
  const folder = mkdtempSync(join(tmpdir(), 'scenario-'));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export function loadText(text: string): LoadedScenarios {
  return withFiles({ 'a.yaml': text }, (folder) => loadScenarios([join(folder, 'a.yaml')]));
}

/** What is wrong with a file of this text, as `LINE:COLUMN: …`. */
export function problemsOf(text: string): readonly string[] {
  const loaded = loadText(text);
  if (loaded.kind === 'loaded') return [];
  return loaded.problems.map((line) => line.replace(/^.*?a\.yaml:/, ''));
}

/** The checks in a text that must be right. */
export function checksIn(text: string): readonly Check[] {
  const loaded = loadText(text);
  if (loaded.kind === 'loaded') return loaded.checks;
  throw new Error(loaded.problems.join('\n'));
}

/** Steps as they stand after `steps:`; the first of them is on line 3. */
export function scenario(...steps: readonly string[]): string {
  return ['name: a scenario', 'steps:', ...steps.map((step) => `  ${step}`), ''].join('\n');
}

export interface Stand {
  readonly size?: number;
  readonly bugs?: readonly Bug[];
  readonly without?: string[];
  readonly timing?: Timing;
}

export function play(text: string, stand: Stand = {}): Promise<Judgement> {
  const { size = 3, bugs = [], without = [], timing = fastTiming } = stand;
  const suite = checksIn(text);
  return withFake({ size, bugs, without }, (cluster) => judge({ cluster, timing, suite }));
}
