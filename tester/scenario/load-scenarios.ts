/**
 * From files and folders to checks. Everything is read before anything is run, and all problems of
 * all files are told at once.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Check } from '../suite/check.js';
import { readScenario } from './read-scenario.js';
import { runScenario } from './run-scenario.js';
import type { Scenario } from './scenario.js';
import { ScenarioText } from './scenario-text.js';

export type LoadedScenarios =
  | { readonly kind: 'loaded'; readonly checks: readonly Check[] }
  /** Lines `FILE:LINE:COLUMN: what is wrong, what was expected`. */
  | { readonly kind: 'refused'; readonly problems: readonly string[] };

/** The group under which reporters show scenarios. */
const group = 'scenario';

/**
 * Each path is a file, whatever its name, or a folder, of which all *.yaml and *.yml are read, in
 * the order of their names, those of its folders too. A file holds one scenario a YAML document.
 */
export function loadScenarios(paths: readonly string[]): LoadedScenarios {
  const problems: string[] = [];
  const scenarios: Scenario[] = [];
  const files = new Set(paths.flatMap((path) => filesOf(path, problems)));
  for (const file of files) {
    const source = readText(file, problems);
    if (source === undefined) continue;
    const text = new ScenarioText(file, source);
    for (const document of text.documents) {
      const scenario = readScenario(text, document);
      if (scenario !== null) scenarios.push(scenario);
    }
    problems.push(...text.problems);
    if (text.documents.length === 0 && text.problems.length === 0) {
      problems.push(`${file}:1:1: the file is empty, expected a scenario with a name and steps`);
    }
  }
  problems.push(...repeatedNames(scenarios));
  if (problems.length > 0) return { kind: 'refused', problems };
  return { kind: 'loaded', checks: scenarios.map(checkOf) };
}

function checkOf(scenario: Scenario): Check {
  const { name, needs } = scenario;
  return { group, name, needs, run: (cluster) => runScenario(scenario, cluster) };
}

function repeatedNames(scenarios: readonly Scenario[]): readonly string[] {
  const first = new Map<string, Scenario>();
  return scenarios.flatMap((scenario) => {
    const { name, place } = scenario;
    const known = first.get(name);
    if (known === undefined) {
      first.set(name, scenario);
      return [];
    }
    const where = `${place.file}:${place.line}:${place.column}`;
    const other = `${known.place.file}:${known.place.line}`;
    return [`${where}: "${name}" is also the scenario at ${other}, expected a name of its own`];
  });
}

function filesOf(path: string, problems: string[]): readonly string[] {
  let files: readonly string[];
  try {
    if (!statSync(path).isDirectory()) return [path];
    files = readdirSync(path, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.ya?ml$/.test(name))
      .toSorted()
      .map((name) => join(path, name));
  } catch (error) {
    problems.push(unreadable(path, error));
    return [];
  }
  if (files.length === 0) problems.push(`${path}: nothing in it, expected .yaml or .yml files`);
  return files;
}

function readText(file: string, problems: string[]): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    problems.push(unreadable(file, error));
    return undefined;
  }
}

function unreadable(path: string, error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? String(error);
  return `${path}: cannot be read (${code}), expected a scenario file or a folder of them`;
}
