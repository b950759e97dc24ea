/**
 * Sizes and outward shape of a file: what keeps code readable on one screen.
 */
import ts from 'typescript';
import type { SourceText } from './source-text.js';

const lineColumnsMax = 100;
const fileLinesMax = 400;
const functionLinesMax = 60;
const charterCharactersMin = 40;

/** Lines of code in whatever language fit the screen; fixtures are what they must be. */
export function lineLengthProblems(file: SourceText): readonly string[] {
  if (!/\.(ts|js|lua|sh)$|\/run$/.test(file.path) || file.path.includes('/fixtures/')) return [];
  return file.text
    .split('\n')
    .map((line, index) => ({ columns: line.length, number: index + 1 }))
    .filter(({ columns }) => columns > lineColumnsMax)
    .map(
      ({ columns, number }) => `${file.path}:${number}: ${columns} columns of ${lineColumnsMax}`,
    );
}

export function fileLengthProblems(file: SourceText): readonly string[] {
  const lines = file.text.split('\n').length - 1;
  return lines > fileLinesMax ? [`${file.path}: ${lines} lines of ${fileLinesMax}`] : [];
}

/** Functions, methods and arrows. One that holds tests side by side is a list, not a function. */
export function functionLengthProblems(file: SourceText): readonly string[] {
  const source = parse(file);
  const problems: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && !isListOfTests(node)) {
      const first = source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
      const last = source.getLineAndCharacterOfPosition(node.getEnd()).line + 1;
      const lines = last - first + 1;
      if (lines > functionLinesMax) {
        problems.push(`${file.path}:${first}: function of ${lines} lines of ${functionLinesMax}`);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return problems;
}

function isListOfTests(node: ts.SignatureDeclaration): boolean {
  if (isCallOf(node.parent, 'describe')) return true;
  const body = 'body' in node ? node.body : undefined;
  if (body === undefined || !ts.isBlock(body)) return false;
  return body.statements.some(
    (statement) =>
      ts.isExpressionStatement(statement) && isCallOf(statement.expression, 'describe', 'it'),
  );
}

function isCallOf(node: ts.Node, ...names: readonly string[]): boolean {
  if (!ts.isCallExpression(node) || !ts.isIdentifier(node.expression)) return false;
  return names.includes(node.expression.text);
}

/** A source file opens with what it is and what it promises. */
export function charterProblems(file: SourceText): readonly string[] {
  if (!/^(src|bench)\/.*\.ts$/.test(file.path)) return [];
  const text = file.text.replace(/^#!.*\n/, '');
  const comment = /^\/\*\*([\s\S]*?)\*\//.exec(text)?.[1] ?? '';
  const words = comment.replace(/[\s*]+/g, ' ').trim();
  if (words.length >= charterCharactersMin) return [];
  return [`${file.path}: opens with no charter (a comment of what the file is and promises)`];
}

export function fileNameProblems(file: SourceText): readonly string[] {
  const name = file.path.split('/').at(-1) ?? '';
  if (!name.endsWith('.ts') || /^[a-z0-9]+(-[a-z0-9]+)*(\.test|\.d)?\.ts$/.test(name)) return [];
  return [`${file.path}: a file's name is in kebab-case`];
}

/** A file that only passes on what others export hides where things live. */
export function barrelProblems(file: SourceText): readonly string[] {
  const statements = parse(file).statements;
  const passesOn = (statement: ts.Statement): boolean =>
    ts.isExportDeclaration(statement) && statement.moduleSpecifier !== undefined;
  const only = statements.every((node) => passesOn(node) || ts.isImportDeclaration(node));
  const all = statements.some(
    (node) => passesOn(node) && ts.isExportDeclaration(node) && node.exportClause === undefined,
  );
  const isBarrel = all || (only && statements.some(passesOn));
  return isBarrel ? [`${file.path}: a barrel; import from the file itself`] : [];
}

export function defaultExportProblems(file: SourceText): readonly string[] {
  const found = parse(file).statements.some(
    (node) =>
      ts.isExportAssignment(node) ||
      (ts.canHaveModifiers(node) &&
        ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword) === true),
  );
  return found ? [`${file.path}: a default export; export by name`] : [];
}

function parse(file: SourceText): ts.SourceFile {
  return ts.createSourceFile(file.path, file.text, ts.ScriptTarget.ES2023, true);
}
