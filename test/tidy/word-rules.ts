/**
 * Words that must not stand in the project: promises to do it later, ways round the checks, and
 * the paths of somebody's machine. The patterns are written so that they do not match themselves.
 */
import type { SourceText } from './source-text.js';

interface WordRule {
  readonly pattern: RegExp;
  readonly why: string;
}

const codeRules: readonly WordRule[] = [
  { pattern: /\bTO[D]O\b|\bFI[X]ME\b|\bXX[X]\b|\bHA[C]K\b/, why: 'do it now or drop it' },
  { pattern: /@ts-(ignore|expect-error|nocheck)/, why: 'mend the types' },
  { pattern: /eslint[-]disable/, why: 'mend the code' },
  { pattern: /prettier[-]ignore/, why: 'let it be formatted' },
  { pattern: /\b(describe|context|it|suite|specify)\.only\b/, why: 'the other tests count too' },
  {
    pattern: /\b(describe|context|it|suite|specify)\.skip\b/,
    why: 'a test that never runs is none',
  },
];

const machineRules: readonly WordRule[] = [
  {
    pattern: /(^|[^\w.~/-])\/(root|work|Users|home|tmp|private|mnt)\/\w/,
    why: 'a path of one machine',
  },
  { pattern: /[A-Z]:\\Users\\/, why: 'a path of one machine' },
];

/** Words that code may not hold. */
export function codeWordProblems(file: SourceText): readonly string[] {
  return isCode(file.path) ? matches(file, codeRules) : [];
}

/** Paths that exist on one machine only, in any text of the project. */
export function machinePathProblems(file: SourceText): readonly string[] {
  return matches(file, machineRules);
}

function isCode(path: string): boolean {
  return /\.(ts|js|lua|sh)$|\/run$/.test(path);
}

function matches(file: SourceText, rules: readonly WordRule[]): readonly string[] {
  return file.text.split('\n').flatMap((line, index) =>
    rules.flatMap(({ pattern, why }) => {
      const found = pattern.exec(line);
      return found === null ? [] : [`${file.path}:${index + 1}: "${found[0].trim()}": ${why}`];
    }),
  );
}
