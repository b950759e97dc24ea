/**
 * Nothing may change in a cluster that is left alone: the same server leads, in the same term.
 */
import { CheckFailure } from './check-outcome.js';
import type { Cluster } from './cluster.js';
import type { Server } from '../wire/server.js';
import { termOf } from './server-state.js';

/** Watches for `timing.quietMs`; `term` is the one to last, undefined when servers do not tell. */
export async function expectQuiet(cluster: Cluster, leader: Server, term: unknown): Promise<void> {
  const deadline = performance.now() + cluster.timing.quietMs;
  while (performance.now() < deadline) {
    const leaders = await cluster.leadersNow();
    if (leaders.length !== 1 || leaders[0] !== leader) {
      const seen = leaders.map((server) => server.label).join(' and ');
      throw new CheckFailure(`${leader.label} to stay the only leader`, seen || 'no leader');
    }
    await cluster.pause(cluster.timing.pollMs);
  }
  const termAfter = await termOf(cluster, leader);
  if (termAfter === term) return;
  throw new CheckFailure(`term ${String(term)} to last`, `term ${String(termAfter)}`, leader.label);
}
