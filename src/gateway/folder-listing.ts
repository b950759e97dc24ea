/** What a folder holds, written for people, for shells and for programs. */
import { escapeHtml } from '../base/escape-html.js';
import type { FolderEntry, PathParts } from './file-source.js';
import { page } from './html-page.js';
import { preferredType } from './negotiation.js';

export interface Listing {
  readonly type: string;
  readonly text: string;
}

const types = ['text/html', 'text/plain', 'application/json'] as const;

/** In the form that Accept likes best; a page if it does not say. */
export function renderListing(
  accept: string | undefined,
  parts: PathParts,
  entries: readonly FolderEntry[],
): Listing {
  const type = preferredType(accept, [...types]);
  switch (type) {
    case 'text/html':
      return { type: `${type}; charset=utf-8`, text: listingPage(parts, entries) };
    case 'text/plain':
      return { type: `${type}; charset=utf-8`, text: entries.map(line).join('') };
    case 'application/json':
      return { type, text: `${JSON.stringify(entries.map(toJson))}\n` };
  }
}

function line({ name, type }: FolderEntry): string {
  return `${name}${type === 'folder' ? '/' : ''}\n`;
}

function toJson({ name, type, size, modifiedMs }: FolderEntry): object {
  const modified = modifiedMs === undefined ? null : new Date(modifiedMs).toISOString();
  return { name, type, size: size ?? null, modified };
}

function listingPage(parts: PathParts, entries: readonly FolderEntry[]): string {
  const folders = entries.filter(({ type }) => type === 'folder');
  const files = entries.filter(({ type }) => type === 'file');
  const up = parts.length === 0 ? '' : '<tr><td><a href="../">../</a></td><td></td><td></td></tr>';
  const rows = [...folders, ...files].map(row).join('\n');
  const title = parts.length === 0 ? 'Files' : `Files in /${parts.join('/')}/`;
  return page(
    title,
    `<table>
<thead><tr><th>Name</th><th class="size">Size</th><th class="time">Modified</th></tr></thead>
<tbody>
${up}
${rows}
</tbody>
</table>
<footer>${count(folders.length, 'folder')}, ${count(files.length, 'file')}</footer>`,
  );
}

function row({ name, type, size, modifiedMs }: FolderEntry): string {
  const slash = type === 'folder' ? '/' : '';
  // Its own folder first: a name with a colon would be read as a scheme.
  const address = `./${encodeURIComponent(name)}${slash}`;
  const time = modifiedMs === undefined ? '' : new Date(modifiedMs).toISOString();
  return (
    `<tr><td><a href="${escapeHtml(address)}">${escapeHtml(name)}${slash}</a></td>` +
    `<td class="size">${size === undefined ? '' : describeSize(size)}</td>` +
    `<td class="time">${time.slice(0, 16).replace('T', ' ')}</td></tr>`
  );
}

const units = ['KiB', 'MiB', 'GiB', 'TiB'] as const;

function describeSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  let value = bytes / 1024;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value.toFixed(1)} ${units[unit] ?? ''}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
