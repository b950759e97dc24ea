/**
 * What a server tells by `getinternalstate`, as far as it is of the contract's form. Pure.
 */
import { isStruct } from '../cluster/expectations.js';
import type { Role } from './chaos-record.js';

export interface LogEntry {
  readonly index: number;
  readonly term: number;
  /** The same text for the same command, whatever the order of its fields. */
  readonly command: string;
}

export interface StateReport {
  readonly role: Role;
  readonly term: number | undefined;
  readonly commitIndex: number | undefined;
  readonly lastApplied: number | undefined;
  readonly log: readonly LogEntry[];
  /** Undefined when the server tells none, or only a part. */
  readonly files: Readonly<Record<string, unknown>> | undefined;
}

/** Undefined when `value` is no struct, or does not tell the server's status. */
export function readState(value: unknown): StateReport | undefined {
  if (!isStruct(value)) return undefined;
  const role = roleOf(value['status'], value['isLeader']);
  if (role === undefined) return undefined;
  const { metaMap, metaMapTruncated, log } = value;
  return {
    role,
    term: numberIn(value['term']),
    commitIndex: numberIn(value['commitIndex']),
    lastApplied: numberIn(value['lastApplied']),
    log: Array.isArray(log) ? log.flatMap(entryOf) : [],
    files: isStruct(metaMap) && metaMapTruncated !== true ? metaMap : undefined,
  };
}

function roleOf(status: unknown, isLeader: unknown): Role | undefined {
  const named = typeof status === 'string' ? status.toLowerCase() : '';
  const known = (['leader', 'follower', 'candidate', 'crashed'] as const).find(
    (role) => role === named,
  );
  if (known !== undefined) return known;
  if (typeof isLeader !== 'boolean') return undefined;
  return isLeader ? 'leader' : 'follower';
}

function numberIn(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function entryOf(entry: unknown): readonly LogEntry[] {
  if (!isStruct(entry)) return [];
  const { index, term, command } = entry;
  if (typeof index !== 'number' || typeof term !== 'number' || command === undefined) return [];
  return [{ index, term, command: canonicalText(command) }];
}

/** JSON with the fields of every struct in order. */
export function canonicalText(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (!isStruct(part)) return part;
    return Object.fromEntries(
      Object.entries(part).toSorted(([one], [other]) => (one < other ? -1 : 1)),
    );
  });
}
