/**
 * When, within a period, each server of a cluster does what all of them do once in it. Servers that
 * share a machine would else begin the same heavy work at the same moment, and every call would
 * wait for the slowest; apart, a majority is always as fast as ever.
 */
import type { ServerId } from './ids.js';

/**
 * The server's share of a period to begin later than server 0, in [0, 1): as far as may be from
 * all that have a smaller number. The bits of the number in reverse order behind the binary point
 * (van der Corput, "Verteilungsfunktionen", 1935): 0, 1/2, 1/4, 3/4, 1/8, 5/8 …
 */
export function phaseOf(serverId: ServerId): number {
  let phase = 0;
  for (let rest: number = serverId, weight = 0.5; rest > 0; weight /= 2) {
    phase += (rest % 2) * weight;
    rest = Math.floor(rest / 2);
  }
  return phase;
}
