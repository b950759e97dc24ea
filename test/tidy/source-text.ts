/**
 * The project's own files as text, which is what every tidy rule takes in: a rule never touches
 * the disk, so that it can be fed bad text to show that it can fail.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** One file; `path` is relative to the root of the project, with forward slashes. */
export interface SourceText {
  readonly path: string;
  readonly text: string;
}

const codeFolders = ['src', 'tester', 'test', 'bench'];
const otherFolders = ['.ci', 'docs'];
const textEndings = /(\.(ts|js|lua|json|md|sh|txt|xml|html|css|yml|yaml|py|pl)|\/run)$/;
const foldersWithoutSources = new Set(['node_modules', 'build', 'coverage', 'data']);

/** TypeScript of src, tester, test and bench. */
export function readCode(): readonly SourceText[] {
  return readFolders(codeFolders).filter(({ path }) => path.endsWith('.ts'));
}

/** Every text file that belongs to the project, the root's own included. */
export function readAllText(): readonly SourceText[] {
  const root = projectRoot();
  const atRoot = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isFile() && textEndings.test(entry.name))
    .map((entry) => readText(root, entry.name));
  return [...atRoot, ...readFolders([...codeFolders, ...otherFolders])];
}

function readFolders(folders: readonly string[]): readonly SourceText[] {
  const root = projectRoot();
  return folders
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) => listFiles(root, folder))
    .filter((path) => textEndings.test(path))
    .map((path) => readText(root, path));
}

function readText(root: string, path: string): SourceText {
  return { path, text: readFileSync(join(root, path), 'utf8') };
}

function listFiles(root: string, folder: string): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      return foldersWithoutSources.has(entry.name) ? [] : listFiles(root, path);
    }
    return entry.isFile() ? [path] : [];
  });
}

/** The nearest folder above the compiled test that holds a package.json. */
export function projectRoot(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}
