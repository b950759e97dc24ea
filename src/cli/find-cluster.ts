/** The servers that a TARGET names: those of a configuration file, or of what one server knows. */
import { setTimeout as wait } from 'node:timers/promises';
import { Unreachable } from '../client/client-errors.js';
import { discoverServers } from '../client/discover-servers.js';
import type { ServerEndpoint, ServerProof } from '../client/rpc-connection.js';
import type { Address } from '../config/cluster-config.js';
import { parseAddress } from '../config/parse-address.js';
import { readClusterConfig } from './read-cluster-config.js';
import { UsageError } from './usage-error.js';

export type Target =
  | { readonly kind: 'config'; readonly servers: readonly ServerEndpoint[] }
  | { readonly kind: 'server'; readonly address: Address };

const pauseMs = 200;

/** Reads what the person typed; throws `UsageError`. */
export async function readTarget(
  config: string | undefined,
  address: string | undefined,
): Promise<Target> {
  if (config !== undefined) {
    return { kind: 'config', servers: (await readClusterConfig(config)).servers };
  }
  if (address === undefined) throw new UsageError('TARGET is missing: -f CONFIG or HOST:PORT');
  const parsed = parseAddress(address);
  if (parsed.kind === 'error') {
    throw new UsageError(`TARGET is "${address}": ${parsed.problem}, or -f CONFIG`);
  }
  return { kind: 'server', address: parsed.address };
}

/**
 * Throws `Unreachable` when the named server does not answer for so long, with what the newest
 * attempt met that was not cut short by that.
 */
export async function findServers(
  target: Target,
  timeoutMs: number,
  proof: ServerProof,
): Promise<readonly ServerEndpoint[]> {
  if (target.kind === 'config') return target.servers;
  const { host, port } = target.address;
  const endMs = performance.now() + timeoutMs;
  let known: Unreachable | undefined;
  for (;;) {
    const leftMs = Math.max(1, Math.ceil(endMs - performance.now()));
    try {
      return await discoverServers(host, port, leftMs, proof);
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      const isCutShort = performance.now() >= endMs;
      if (!isCutShort) known = error;
      if (isCutShort || leftMs <= pauseMs) throw known ?? error;
    }
    await wait(pauseMs);
  }
}
