/**
 * Imports go one way. This table is that rule: what a folder may import, and nothing else. A
 * folder that is not in it may not exist.
 */
import ts from 'typescript';
import type { SourceText } from './source-text.js';

interface FolderRule {
  /** Folders of src that may be imported whole. A folder may always import from itself. */
  readonly folders: readonly string[];
  /** Folders of which only types may be imported. */
  readonly typesOf?: readonly string[];
  /** Files, as `folder/name`, whose values may be imported all the same. */
  readonly files?: readonly string[];
  /** Packages; `node:*` stands for every module of Node.js. */
  readonly packages: readonly string[];
}

const everything = ['*'];

const importTable: Readonly<Record<string, FolderRule>> = {
  'src/base': { folders: [], packages: [] },
  'src/config': { folders: ['base'], packages: [] },
  'src/raft': { folders: ['base'], packages: [] },
  'src/files': { folders: ['base'], packages: [] },
  'src/site': { folders: ['base'], packages: [] },
  'src/state': { folders: ['base', 'files', 'site'], packages: [] },
  'src/blocks': { folders: ['base'], packages: ['node:crypto', 'node:timers/promises'] },
  'src/sync': { folders: ['base', 'blocks'], packages: ['node:*'] },
  'src/s3': {
    folders: ['base', 'blocks'],
    packages: ['node:http', 'node:https', 'node:timers/promises', 'saxes', 'aws4fetch'],
  },
  'src/storage': {
    folders: ['base'],
    typesOf: ['raft'],
    files: ['raft/entry-codec'],
    packages: [],
  },
  'src/replica': { folders: ['base', 'raft', 'storage'], packages: [] },
  'src/io': {
    folders: ['base', 'blocks', 'storage'],
    typesOf: ['replica'],
    packages: ['node:*', 'seedrandom', 'pino'],
  },
  'src/rpc': {
    folders: ['base', 'live', 'replica'],
    typesOf: ['blocks', 'files', 'raft', 'site'],
    files: [
      'blocks/block-hash',
      'blocks/block-store',
      'config/parse-address',
      'files/received-update',
      'raft/check-request',
      'raft/configuration',
      'raft/entry-codec',
      'site/parse-site-call',
    ],
    packages: [
      'node:buffer',
      'node:crypto',
      'node:http',
      'node:https',
      'node:net',
      'node:stream',
      'node:tls',
      'saxes',
      'prom-client',
    ],
  },
  'src/client': {
    folders: ['base', 'blocks', 'config', 'rpc'],
    typesOf: ['doctor', 'site'],
    files: ['doctor/read-report'],
    packages: [
      'node:crypto',
      'node:events',
      'node:http',
      'node:https',
      'node:stream/consumers',
      'node:timers/promises',
    ],
  },
  'src/doctor': { folders: ['base'], packages: [] },
  'src/live': { folders: ['base', 'doctor'], packages: [] },
  'src/gateway': {
    folders: ['base', 'blocks', 'client', 'files', 'sync'],
    files: ['rpc/listen-error'],
    packages: ['node:*', 'mime'],
  },
  'src/web': {
    folders: ['base', 'client', 'config', 'doctor', 'live', 'site'],
    typesOf: ['rpc'],
    files: ['rpc/listen-error'],
    packages: ['node:*'],
  },
  'src/cli': { folders: everything, packages: ['node:*', 'yargs'] },
  'tester/wire': {
    folders: ['base'],
    packages: ['node:http', 'node:https', 'node:net', 'node:tls', 'xmlrpc'],
  },
  'tester/cluster': { folders: ['base', 'tester/wire'], packages: ['node:fs', 'node:util'] },
  'tester/history': { folders: ['base'], packages: [] },
  'tester/launch': {
    folders: ['base', 'config', 'tester/wire', 'tester/cluster'],
    packages: ['node:*', 'execa'],
  },
  'tester/suite': {
    folders: ['base', 'tester/wire', 'tester/cluster', 'tester/launch'],
    packages: ['node:*'],
  },
  'tester/scenario': {
    folders: ['base', 'tester/wire', 'tester/cluster', 'tester/launch', 'tester/suite'],
    packages: ['node:*', 'yaml', 'seedrandom'],
  },
  'tester/chaos': {
    folders: ['base', 'tester/wire', 'tester/cluster', 'tester/launch', 'tester/history'],
    typesOf: ['tester/suite'],
    packages: ['node:*', 'seedrandom'],
  },
  'tester/reporters': {
    folders: ['base', 'tester/wire', 'tester/cluster', 'tester/suite'],
    packages: [],
  },
  'tester/report': {
    folders: ['base', 'tester/wire', 'tester/history', 'tester/reporters'],
    typesOf: ['tester/chaos', 'tester/cluster', 'tester/suite'],
    packages: [],
  },
  tester: {
    folders: [
      'base',
      'tester/wire',
      'tester/cluster',
      'tester/launch',
      'tester/suite',
      'tester/scenario',
      'tester/chaos',
      'tester/reporters',
      'tester/report',
    ],
    packages: ['node:*', 'yargs'],
  },
  test: { folders: everything, packages: everything },
  bench: { folders: everything, packages: everything },
};

interface ImportLine {
  readonly specifier: string;
  readonly typesOnly: boolean;
}

/** What is wrong with the imports of one file, a line each. */
export function importProblems(file: SourceText): readonly string[] {
  const folder = folderOf(file.path);
  const rule = importTable[folder];
  if (rule === undefined) {
    return [`${file.path}: the folder ${folder} is not in the import table of test/tidy`];
  }
  return importLines(file)
    .filter((line) => !isAllowed(file.path, rule, line))
    .map((line) => `${file.path}: ${folder} may not import ${describeImport(line)}`);
}

function describeImport(line: ImportLine): string {
  return `${line.typesOnly ? 'types' : 'values'} of ${line.specifier}`;
}

/** `src/raft` of src/raft/log.ts, `tester/suite` of tester/suite/a.ts; `test` of test/raft/a.ts. */
function folderOf(path: string): string {
  const parts = path.split('/');
  const [root = ''] = parts;
  return root === 'src' || root === 'tester' ? parts.slice(0, -1).slice(0, 2).join('/') : root;
}

function importLines(file: SourceText): readonly ImportLine[] {
  const source = ts.createSourceFile(file.path, file.text, ts.ScriptTarget.ES2023);
  const lines: ImportLine[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
      const typesOnly = node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
      lines.push({ specifier: node.moduleSpecifier.text, typesOnly });
    } else if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
      if (ts.isStringLiteral(node.moduleSpecifier)) {
        lines.push({ specifier: node.moduleSpecifier.text, typesOnly: node.isTypeOnly });
      }
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [target] = node.arguments;
      const known = target !== undefined && ts.isStringLiteral(target);
      lines.push({ specifier: known ? target.text : '(a computed name)', typesOnly: false });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return lines;
}

function isAllowed(path: string, rule: FolderRule, line: ImportLine): boolean {
  if (!line.specifier.startsWith('.')) return isPackageAllowed(rule, line.specifier);
  const target = resolveImport(path, line.specifier);
  const folder = folderOf(target);
  if (folder === folderOf(path)) return true;
  if (rule.folders === everything && !path.startsWith('src/')) return true;
  if (folder === 'test' || folder === 'bench') return false;
  // Folders of src go by their own name, those of the tester by both.
  const name = folder.replace(/^src\//, '');
  if (name.startsWith('tester') && path.startsWith('src/')) return false;
  if (rule.folders === everything || rule.folders.includes(name)) return true;
  if (line.typesOnly && (rule.typesOf ?? []).includes(name)) return true;
  return (rule.files ?? []).includes(target.slice('src/'.length).replace(/\.ts$/, ''));
}

function isPackageAllowed(rule: FolderRule, specifier: string): boolean {
  if (rule.packages === everything || rule.packages.includes(specifier)) return true;
  if (specifier.startsWith('node:')) return rule.packages.includes('node:*');
  return rule.packages.includes(packageOf(specifier));
}

/** `yargs` of `yargs/helpers`, `@scope/name` of `@scope/name/deep`. */
function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** The project path that a relative import of `path` names, with the ending of the source. */
export function resolveImport(path: string, specifier: string): string {
  const url = new URL(specifier, new URL(path, 'file:///'));
  return url.pathname.slice(1).replace(/\.js$/, '.ts');
}
