/**
 * The files of the live page: style, picture, and the script with all that it imports, found by
 * following its imports. A hash of everything stands in the paths, so that a browser may keep it
 * for ever and never mixes two versions.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { PageFile, PageFiles } from '../../rpc/live/page-files.js';
import { iconFile } from '../site/pages/icons.js';
import { stylesheet } from './stylesheet.js';

/** What the compiler made of `src`. */
const built = join(import.meta.dirname, '../..');
const entry = 'web/cluster/browser/main.js';

/** Throws when the script has not been built: a server calls this before it opens its port. */
export function readPageFiles(): PageFiles {
  const modules = readModules();
  const files: (readonly [string, PageFile])[] = [
    ['style.css', { contentType: 'text/css; charset=utf-8', body: stylesheet }],
    ['icon.svg', { contentType: 'image/svg+xml', body: iconFile }],
    ...[...modules].map(
      ([name, body]) => [name, { contentType: 'text/javascript; charset=utf-8', body }] as const,
    ),
  ];
  const hash = createHash('sha256');
  for (const [name, { body }] of files) hash.update(`${name} ${body.length} `).update(body);
  const folder = `/page/${hash.digest('base64url').slice(0, 16)}/`;
  const byPath = new Map(files.map(([name, file]) => [`${folder}${name}`, file]));
  return {
    style: `${folder}style.css`,
    icon: `${folder}icon.svg`,
    script: `${folder}${entry}`,
    modules: [...modules.keys()].filter((name) => name !== entry).map((name) => folder + name),
    get: (path) => byPath.get(path),
  };
}

/** The script and what it imports, by their places under `src`. */
function readModules(): ReadonlyMap<string, string> {
  const modules = new Map<string, string>();
  const missing = [entry];
  for (let name = missing.pop(); name !== undefined; name = missing.pop()) {
    if (modules.has(name)) continue;
    const text = readModule(name);
    modules.set(name, text);
    for (const specifier of importsOf(text)) {
      missing.push(relative(built, join(built, dirname(name), specifier)));
    }
  }
  return modules;
}

function importsOf(text: string): readonly string[] {
  const found = text.matchAll(/^(?:import|export)\b[^'"]*'(\.[^'"]+)';$/gm);
  return [...found].map(([, specifier = '']) => specifier);
}

/** Without the compiler's note where the source is: it is not served. */
function readModule(name: string): string {
  const path = join(built, name);
  try {
    return readFileSync(path, 'utf8').replace(/^\/\/# sourceMappingURL=.*$/m, '');
  } catch (error) {
    throw new Error(`the live page's script is not built (${path}): run npm run build`, {
      cause: error,
    });
  }
}
