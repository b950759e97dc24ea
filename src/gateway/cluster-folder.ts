/**
 * Folders of the cluster: it has none, only names with slashes in them. What lies in a folder is
 * found by asking for the names that begin with its path, page by page; once a sub-folder is known
 * to have a file, the names in it are jumped over.
 */
import { fileNameBytesMax } from '../base/limits.js';
import { utf8Length } from '../base/utf8.js';
import type { FileInfoPage } from '../client/file-answers.js';
import { toKnownFile, type KnownVersion } from './cluster-versions.js';
import { SourceUnavailable } from './file-source.js';
import { isServablePart } from './request-target.js';

/** Files that are asked for at a time; many have long hash lists. */
const pageFiles = 200;
/** A folder beyond this is too large for a page of its own. */
const pagesMax = 10_000;

/** Behind every name that begins with what stands before it. */
const lastCharacter = '\u{10FFFF}';

export type AskPage = (afterName: string, limit: number) => Promise<FileInfoPage>;

/** What lies directly in a folder. */
export type ClusterEntry =
  | { readonly type: 'folder'; readonly name: string }
  | { readonly type: 'file'; readonly name: string; readonly version: KnownVersion };

/**
 * The entries behind `prefix`, which is empty or ends in a slash, in the order of their whole
 * names. Names that cannot be paths, and deleted files, do not count.
 */
export async function* clusterEntries(
  askPage: AskPage,
  prefix: string,
): AsyncGenerator<ClusterEntry, void> {
  let after = prefix;
  let jumped: string | undefined;
  for (let pages = 0; ; pages += 1) {
    if (pages >= pagesMax) throw new SourceUnavailable('the folder has too many files to list');
    const page: FileInfoPage = await askPage(after, pageFiles);
    let next: string | undefined;
    for (const file of page.files) {
      if (!file.name.startsWith(prefix)) return;
      next = file.name;
      if (jumped !== undefined && file.name.startsWith(jumped)) continue;
      const entry = toEntry(file, prefix);
      if (entry === undefined) continue;
      yield entry;
      if (entry.type === 'file') continue;
      jumped = `${prefix}${entry.name}/`;
      next = behind(jumped) ?? file.name;
      if (next !== file.name) break;
    }
    if (next === undefined || (!page.more && next === page.files.at(-1)?.name)) return;
    after = next;
  }
}

function toEntry(file: FileInfoPage['files'][number], prefix: string): ClusterEntry | undefined {
  const known = toKnownFile(file);
  const parts = file.name.slice(prefix.length).split('/');
  if (known.kind === 'absent' || !parts.every(isServablePart)) return undefined;
  const [name = '', ...deeper] = parts;
  return deeper.length > 0 ? { type: 'folder', name } : { type: 'file', name, version: known };
}

/** Undefined when names are not allowed to be so long. */
function behind(prefix: string): string | undefined {
  const name = prefix + lastCharacter;
  return utf8Length(name) > fileNameBytesMax ? undefined : name;
}
