/**
 * Holds the project to its house rules. Each rule is shown text that breaks it, too: a rule that
 * cannot fail is worth nothing.
 */
import { expect } from 'chai';
import { importProblems } from './import-table.js';
import {
  barrelProblems,
  charterProblems,
  defaultExportProblems,
  fileLengthProblems,
  fileNameProblems,
  functionLengthProblems,
  lineLengthProblems,
} from './shape-rules.js';
import { readAllText, readCode, type SourceText } from './source-text.js';
import { unusedExports } from './unused-exports.js';
import { codeWordProblems, machinePathProblems } from './word-rules.js';

type Rule = (file: SourceText) => readonly string[];

function file(path: string, ...lines: readonly string[]): SourceText {
  return { path, text: `${lines.join('\n')}\n` };
}

function expectNone(problems: readonly string[]): void {
  if (problems.length > 0) expect.fail(`\n${problems.join('\n')}\n`);
}

/** One test that the project keeps the rule, one for each text that must break it. */
function hold(
  name: string,
  rule: Rule,
  files: () => readonly SourceText[],
  bad: readonly SourceText[],
): void {
  it(name, () => {
    const texts = files();
    expect(texts).not.to.be.empty;
    expectNone(texts.flatMap(rule));
  });
  it(`${name} (and the rule can fail)`, () => {
    for (const text of bad) expect(rule(text), text.text).to.have.length(1);
  });
}

/** Text that must break a rule, but not here, where it is only an example. */
const apart = (...parts: readonly string[]): string => parts.join('');

const lines = (count: number, line: string): readonly string[] =>
  Array.from({ length: count }, () => line);

describe('tidy: every file', () => {
  hold('imports only what the import table allows', importProblems, readCode, [
    file('src/raft/a.ts', "import { b } from '../io/b.js';"),
    file('src/raft/a.ts', "import { readFileSync } from 'node:fs';"),
    file('src/base/a.ts', "import type { Term } from '../raft/messages.js';"),
    file('src/storage/a.ts', "import { nothingToAwait } from '../raft/effects.js';"),
    file('src/replica/a.ts', "import type { UpdateFile } from '../files/file-command.js';"),
    file('src/io/a.ts', "import { Replica } from '../replica/replica.js';"),
    file('src/rpc/a.ts', "import { readFileSync } from 'node:fs';"),
    file('src/cli/a.ts', "import { run } from '../../tester/run.js';"),
    file('src/raft/a.ts', "const a = await import('seedrandom');"),
    file('src/raft/a.ts', "export { b } from '../io/b.js';"),
    file('tester/a.ts', "import { XmlDouble } from '../src/rpc/xml-value.js';"),
    file('src/unheard-of/a.ts', 'export const a = 1;'),
  ]);
  hold('has lines of at most 100 columns', lineLengthProblems, readAllText, [
    file('src/a.ts', 'x'.repeat(101)),
    file('bench/load/a.lua', 'x'.repeat(101)),
    file('.ci/run', 'x'.repeat(101)),
  ]);
  hold('has at most 400 lines', fileLengthProblems, readCode, [
    file('src/raft/a.ts', ...lines(401, '//')),
  ]);
  hold('has functions of at most 60 lines', functionLengthProblems, readCode, [
    file('a.ts', 'function a() {', ...lines(59, ';'), '}'),
    file('a.ts', 'const a = () => {', ...lines(59, ';'), '};'),
    file('a.ts', 'class A {', 'b() {', ...lines(59, ';'), '}', '}'),
    file('a.ts', "it('b', () => {", ...lines(59, ';'), '});'),
  ]);
  hold('opens with a charter when it is in src or bench', charterProblems, readCode, [
    file('bench/load/a.ts', '/** Short. */', 'export const a = 1;'),
    file('src/raft/a.ts', "import { b } from './b.js';"),
    file('src/raft/a.ts', '/** Short. */', 'export const a = 1;'),
  ]);
  hold('has a name in kebab-case', fileNameProblems, readCode, [
    file('src/raft/logStore.ts'),
    file('src/raft/Log.ts'),
    file('src/raft/log_store.ts'),
  ]);
  hold('is no barrel', barrelProblems, readCode, [
    file('src/raft/a.ts', "export * from './b.js';", 'export const a = 1;'),
    file('src/raft/a.ts', "export { b } from './b.js';"),
  ]);
  hold('exports nothing as default', defaultExportProblems, readCode, [
    file('src/raft/a.ts', 'export default 1;'),
    file('src/raft/a.ts', 'export default function a() {}'),
    file('src/raft/a.ts', 'export default class A {}'),
  ]);
  hold('leaves nothing for later and evades no check', codeWordProblems, readAllText, [
    file('src/a.ts', apart('// TO', 'DO: later')),
    file('src/a.ts', apart('// FIX', 'ME')),
    file('src/a.ts', apart('// @ts', '-ignore')),
    file('src/a.ts', apart('// eslint', '-disable-next-line')),
    file('test/a.test.ts', apart('describe', ".only('x', () => {});")),
    file('test/a.test.ts', apart('it', ".skip('x', () => {});")),
    file('run-server.sh', apart('# TO', 'DO')),
  ]);
  hold('names no path of one machine', machinePathProblems, readAllText, [
    file('docs/a.md', apart('see /', 'home/somebody/notes')),
    file('src/a.ts', apart("const a = '/", "root/x';")),
    file('.ci/run', apart('cd /', 'tmp/x')),
    file('a.md', apart('C:\\Us', 'ers\\somebody')),
  ]);
});

describe('tidy: the exports of src and bench', () => {
  it('are imported by another file', () => {
    expectNone(unusedExports(readCode()));
  });

  it('are found when nobody imports them', () => {
    const dead = file('src/base/a.ts', 'export const dead = 1, used = 2;');
    const user = file('test/base/a.test.ts', "import { used } from '../../src/base/a.js';");
    expect(unusedExports([dead, user])).to.deep.equal(['src/base/a.ts: nobody imports dead']);
    const benched = file('bench/goals/a.ts', 'export const dead = 1;');
    expect(unusedExports([benched])).to.deep.equal(['bench/goals/a.ts: nobody imports dead']);
  });

  it('may be types that only another export of their file mentions', () => {
    const spared = file(
      'src/base/a.ts',
      'export interface Spared { readonly a: number }',
      'export interface Lonely { readonly a: number }',
      'export function make(): Spared { return { a: 1 }; }',
      'const lonely: Lonely = make();',
    );
    const user = file('src/cli/b.ts', "import { make } from '../base/a.js';");
    expect(unusedExports([spared, user])).to.deep.equal(['src/base/a.ts: nobody imports Lonely']);
  });

  it('count as imported through a namespace', () => {
    const values = file('src/base/a.ts', 'export const a = 1;');
    const user = file('tester/b.ts', "import * as all from '../src/base/a.js';");
    expect(unusedExports([values, user])).to.deep.equal([]);
  });
});
