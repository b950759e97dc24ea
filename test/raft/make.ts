/** Short ways to write entries and logs in tests. */
import { asLogIndex, asServerId, asTerm, type ServerId } from '../../src/base/ids.js';
import type { RaftTiming } from '../../src/raft/core.js';
import type { HardState } from '../../src/raft/effects.js';
import type { Entry, LogPosition } from '../../src/raft/messages.js';

/** Small numbers, in the proportions of the defaults. */
export const testTiming: RaftTiming = {
  heartbeatTicks: 3,
  electionTicksMin: 10,
  electionTicksMax: 20,
};

/** 32 hexadecimal digits that tell in which of its lives a server drew them. */
export function incarnationOf(id: number, life = 0): string {
  return `${String(id).padStart(4, '0')}${String(life).padStart(4, '0')}${'a'.repeat(24)}`;
}

/** What a new server of a cluster has on its disk, before anybody knows it. */
export function joiningServer(id: number, life = 0): HardState {
  const nothing = { term: asTerm(0), votedFor: undefined, known: new Map<ServerId, string>() };
  return { ...nothing, standing: 'joining', incarnation: incarnationOf(id, life) };
}

/** A member of a cluster of this size that all others know, without term and vote. */
export function memberOf(size: number, id: number): HardState {
  const others = serverIds(size).filter((other) => other !== id);
  const known = new Map(others.map((other) => [other, incarnationOf(other)]));
  return { ...joiningServer(id), standing: 'member', known };
}

/** Before the first entry: no snapshot, a whole log. */
export const logStart: LogPosition = { index: asLogIndex(0), term: asTerm(0) };

export function serverIds(count: number): ServerId[] {
  return Array.from({ length: count }, (_, id) => asServerId(id));
}

export function payloadOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

const entries = new Map<string, Entry>();

/** The command of this index and term: always the same object, as Log Matching wants it. */
export function makeEntry(index: number, term: number): Entry {
  const name = `${index}/${term}`;
  const known = entries.get(name);
  if (known !== undefined) return known;
  const payload = payloadOf(name);
  const entry: Entry = { index: asLogIndex(index), term: asTerm(term), kind: 'command', payload };
  entries.set(name, entry);
  return entry;
}

/** A log of one entry per given term: `makeLog(1, 1, 2)` is 1/1, 2/1, 3/2. */
export function makeLog(...terms: readonly number[]): Entry[] {
  return terms.map((term, offset) => makeEntry(offset + 1, term));
}

/** The terms of a log, the way figure 7 of the paper draws it. */
export function termsOf(entries: readonly Entry[]): number[] {
  return entries.map((entry) => entry.term);
}
