/**
 * Brings the text of a configuration file up to the members that a cluster has: changes the lines
 * that have to change, and leaves all others, their order and comments as they are.
 */
import type { ClusterConfig } from './cluster-config.js';

export interface CurrentMembers {
  readonly members: readonly { readonly id: number; readonly address: string }[];
  /** The id of the next server that is added. */
  readonly nextId: number;
}

export interface EditedConfig {
  readonly text: string;
  /** The lines that are new or others than before, in order; none when all was right. */
  readonly lines: readonly string[];
}

/** Stands for the address of a server that came and went without the file: no name ends so. */
const forgottenAddress = 'unknown.invalid:1';

/** `text` is what `config` was read from. */
export function editMembers(
  text: string,
  { servers, removed }: ClusterConfig,
  { members, nextId }: CurrentMembers,
): EditedConfig {
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const before = text.split(/\r?\n/);
  const known = [...servers, ...removed].map(({ id }) => Number(id));
  const gone = servers.filter(({ id }) => !members.some((member) => member.id === id));
  const count = Math.max(nextId, ...known.map((id) => id + 1));
  const edited = before.map((line) => {
    if (isOf(line, 'M')) return line.replace(/(:\s*)\d+/, `$1${count}`);
    const isGone = gone.some(({ id }) => isOf(line, `metadata${id}`));
    return isGone ? line.replace(/\s*(#.*)?$/, (comment) => ` removed${comment}`) : line;
  });
  const added = Array.from({ length: count }, (_, id) => id)
    .filter((id) => !known.includes(id))
    .map((id) => {
      const address = members.find((member) => member.id === id)?.address;
      return `metadata${id}: ${address ?? forgottenAddress} joined${address ? '' : ' removed'}`;
    });
  const place = edited.findLastIndex((line) => /^\uFEFF?\s*metadata\d/.test(line)) + 1;
  const lines = [...edited.slice(0, place), ...added, ...edited.slice(place)];
  return {
    text: lines.join(newline),
    lines: lines.filter((line) => !before.includes(line)),
  };
}

function isOf(line: string, label: string): boolean {
  return (
    line
      .replace(/^\uFEFF/, '')
      .split(':')[0]
      ?.trim() === label
  );
}
