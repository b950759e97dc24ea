/**
 * Finds what src and bench export and nobody imports: dead code, or a detail that should be
 * private.
 */
import ts from 'typescript';
import { resolveImport } from './import-table.js';
import type { SourceText } from './source-text.js';

/** Stands for every export of a file, after `import * as` or a dynamic import. */
const everyName = '*';

/**
 * Exports of src and bench that no other file imports. A type is spared when another exported
 * declaration of its file mentions it: whoever uses that one must be able to name it.
 */
export function unusedExports(files: readonly SourceText[]): readonly string[] {
  const sources = files.map((file) =>
    ts.createSourceFile(file.path, file.text, ts.ScriptTarget.ES2023, true),
  );
  const used = new Set(sources.flatMap((source) => usedNames(source)));
  return sources
    .filter(({ fileName }) => fileName.startsWith('src/') || fileName.startsWith('bench/'))
    .flatMap((source) =>
      exportsOf(source)
        .filter(({ name }) => !used.has(`${source.fileName}#${name}`))
        .filter(() => !used.has(`${source.fileName}#${everyName}`))
        .filter((found) => !found.isType || !isMentioned(source, found))
        .map(({ name }) => `${source.fileName}: nobody imports ${name}`),
    );
}

interface FoundExport {
  readonly name: string;
  readonly isType: boolean;
  readonly statement: ts.Statement;
}

function exportsOf(source: ts.SourceFile): readonly FoundExport[] {
  return source.statements.flatMap((statement) => {
    if (!isExported(statement)) return [];
    const isType = ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement);
    return declaredNames(statement).map((name) => ({ name, isType, statement }));
  });
}

function isExported(statement: ts.Statement): boolean {
  if (!ts.canHaveModifiers(statement)) return false;
  const modifiers = ts.getModifiers(statement) ?? [];
  return modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
}

function declaredNames(statement: ts.Statement): readonly string[] {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.flatMap(({ name }) =>
      ts.isIdentifier(name) ? [name.text] : [],
    );
  }
  const { name } = statement as ts.DeclarationStatement;
  return name !== undefined && ts.isIdentifier(name) ? [name.text] : [];
}

function isMentioned(source: ts.SourceFile, found: FoundExport): boolean {
  return source.statements
    .filter((statement) => statement !== found.statement && isExported(statement))
    .some((statement) => mentions(statement, found.name));
}

function mentions(node: ts.Node, name: string): boolean {
  if (ts.isIdentifier(node) && node.text === name) return true;
  return ts.forEachChild(node, (child) => mentions(child, name) || undefined) ?? false;
}

/** `file#name` of everything that a file takes from other files. */
function usedNames(source: ts.SourceFile): readonly string[] {
  const names: string[] = [];
  const visit = (node: ts.Node): void => {
    const taken = takenNames(node);
    if (taken?.specifier.startsWith('.') === true) {
      const path = resolveImport(source.fileName, taken.specifier);
      names.push(...taken.names.map((name) => `${path}#${name}`));
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return names;
}

interface TakenNames {
  readonly specifier: string;
  readonly names: readonly string[];
}

function takenNames(node: ts.Node): TakenNames | undefined {
  if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
    const bindings = node.importClause?.namedBindings;
    const names =
      bindings !== undefined && ts.isNamedImports(bindings)
        ? bindings.elements.map((element) => (element.propertyName ?? element.name).text)
        : [everyName];
    return { specifier: node.moduleSpecifier.text, names };
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    return taken(node.arguments[0]);
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    return taken(node.argument.literal);
  }
  return undefined;
}

function taken(specifier: ts.Node | undefined): TakenNames | undefined {
  if (specifier === undefined || !ts.isStringLiteral(specifier)) return undefined;
  return { specifier: specifier.text, names: [everyName] };
}
