/**
 * What the pages load besides themselves: style, script, pictures. A hash of all of it stands in
 * the paths, so that a browser may keep it for ever and never mixes two versions.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { iconFile, waveFile } from './icons.js';
import { stylesheet } from './stylesheet.js';

export interface SiteAsset {
  readonly contentType: string;
  readonly body: Buffer;
}

/** The script's modules as the compiler leaves them; `main.js` is the one that pages name. */
const modules = ['main.js', 'ages.js', 'age-words.js', 'drafts.js', 'likes.js'];

let loaded: ReadonlyMap<string, SiteAsset> | undefined;
let folder = '';

/**
 * Everything by its path, read once. Throws when the script has not been built: a front calls
 * this before it takes its first request.
 */
export function siteAssets(): ReadonlyMap<string, SiteAsset> {
  loaded ??= load();
  return loaded;
}

/** The path of one asset by its name, for example `style.css`. */
export function assetPath(name: string): string {
  siteAssets();
  return `${folder}${name}`;
}

/** What `main.js` imports, for browsers to fetch beside it. */
export function modulePaths(): readonly string[] {
  return modules.slice(1).map(assetPath);
}

function load(): ReadonlyMap<string, SiteAsset> {
  const assets: (readonly [string, SiteAsset])[] = [
    ['style.css', asset('text/css; charset=utf-8', stylesheet)],
    ['icon.svg', asset('image/svg+xml', iconFile)],
    ['wave.svg', asset('image/svg+xml', waveFile)],
    ...modules.map(
      (name) => [name, asset('text/javascript; charset=utf-8', readModule(name))] as const,
    ),
  ];
  const hash = createHash('sha256');
  for (const [name, { body }] of assets) hash.update(`${name} ${body.length} `).update(body);
  folder = `/assets/${hash.digest('base64url').slice(0, 16)}/`;
  return new Map(assets.map(([name, found]) => [`${folder}${name}`, found]));
}

function asset(contentType: string, text: string): SiteAsset {
  return { contentType, body: Buffer.from(text) };
}

/** Without the compiler's note where the source is: it is not served. */
function readModule(name: string): string {
  const path = join(import.meta.dirname, '../browser', name);
  try {
    return readFileSync(path, 'utf8').replace(/^\/\/# sourceMappingURL=.*$/m, '');
  } catch (error) {
    throw new Error(`the browser's script is not built (${path}): run npm run build`, {
      cause: error,
    });
  }
}
