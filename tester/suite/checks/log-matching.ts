/**
 * The Log Matching property (section 5.3 of the paper), judged by what `getinternalstate` shows of
 * each log: where two logs hold an entry of the same index and term, they hold the same commands up
 * to it.
 */
import { isDeepStrictEqual } from 'node:util';
import { CheckFailure } from '../../cluster/check-outcome.js';
import type { Cluster } from '../../cluster/cluster.js';
import { isStruct } from '../../cluster/expectations.js';
import { stateOf } from '../../cluster/server-state.js';
import { describeValue } from '../../wire/answer.js';
import type { Server } from '../../wire/server.js';

interface Entry {
  readonly term: unknown;
  readonly command: unknown;
}

interface ShownLog {
  readonly server: Server;
  readonly entries: ReadonlyMap<number, Entry>;
}

export async function expectLogsMatch(cluster: Cluster): Promise<void> {
  const logs: ShownLog[] = [];
  for (const server of cluster.servers) logs.push(await shownLog(server));
  for (const [position, log] of logs.entries()) {
    for (const other of logs.slice(position + 1)) expectMatch(log, other);
  }
}

async function shownLog(server: Server): Promise<ShownLog> {
  const { log } = await stateOf(server);
  const entries = new Map<number, Entry>();
  for (const entry of Array.isArray(log) ? (log as unknown[]) : []) {
    if (!isStruct(entry) || typeof entry['index'] !== 'number') {
      const expected = 'a log of {index, term, command}';
      throw new CheckFailure(expected, describeValue(entry), server.label);
    }
    entries.set(entry['index'], { term: entry['term'], command: entry['command'] });
  }
  return { server, entries };
}

/** Up to the last index at which the terms agree, all that both show must be equal. */
function expectMatch(one: ShownLog, other: ShownLog): void {
  const shared = [...one.entries.keys()].filter((index) => other.entries.has(index));
  const agreed = shared.filter(
    (index) => one.entries.get(index)?.term === other.entries.get(index)?.term,
  );
  const end = agreed.reduce((last, index) => Math.max(last, index), 0);
  for (const index of shared) {
    const [entry, twin] = [one.entries.get(index), other.entries.get(index)];
    if (index > end || isDeepStrictEqual(entry, twin)) continue;
    const where = `index ${index}, since both logs agree at index ${end}`;
    throw new CheckFailure(
      `${describeValue(entry)} as on ${one.server.label} at ${where}`,
      describeValue(twin),
      other.server.label,
    );
  }
}
