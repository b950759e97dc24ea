/** What servers said of themselves now and then, as stretches in which it stayed the same. */
import type { ChaosRecord, Role, Sighting } from '../chaos/chaos-record.js';

export interface RoleBand {
  readonly server: number;
  readonly role: Role;
  readonly term: number | undefined;
  readonly fromMs: number;
  /** When the server was next seen otherwise, or the end of the run. */
  readonly untilMs: number;
}

/** By server, then by time. */
export function roleBands({ servers, sightings, durationMs }: ChaosRecord): readonly RoleBand[] {
  return servers.flatMap(({ id }) => {
    const seen = sightings.filter(({ server }) => server === id);
    seen.sort((a, b) => a.atMs - b.atMs);
    const changes = seen.filter((sighting, index) => !isSame(sighting, seen[index - 1]));
    return changes.map(({ server, role, term, atMs }, index) => ({
      server,
      role,
      term,
      fromMs: atMs,
      untilMs: changes[index + 1]?.atMs ?? Math.max(durationMs, atMs),
    }));
  });
}

function isSame(sighting: Sighting, before: Sighting | undefined): boolean {
  return sighting.role === before?.role && sighting.term === before.term;
}
