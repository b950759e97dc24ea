/**
 * Asks the other servers, as long as this one leads and a newer format might come into use, which
 * formats they can read: their pages `/status` tell. What answers without telling is a program from
 * before there was anything to tell.
 */
import { lookAtServer } from '../client/look-at-server.js';
import type { ServerEndpoint, ServerProof } from '../client/rpc-connection.js';
import type { ServerId } from '../base/ids.js';
import type { Timer } from '../replica/timer.js';
import type { FormatGate } from '../state/format-gate.js';
import type { FormatInUse } from '../state/formats.js';

/** Between looks at whether this server leads. */
const watchMs = 200;
/** Between two questions to the same server, and how long an answer is waited for. */
const askMs = 1_500;
const silenceMs = 1_000;

type PeerEndpoint = ServerEndpoint & { readonly id: ServerId };

export interface FormatWatchOptions {
  readonly gate: FormatGate;
  /** The other servers, as they are when they are asked. */
  readonly peers: () => readonly PeerEndpoint[];
  readonly proof: ServerProof;
  readonly timer: Pick<Timer, 'every'>;
  readonly isLeader: () => boolean;
  readonly inUse: () => FormatInUse;
  /** A newer format has come into use. */
  readonly onUsed: (format: FormatInUse) => void;
}

/** Returns what ends it. */
export function watchFormats(options: FormatWatchOptions): () => void {
  const { gate, isLeader, inUse, onUsed } = options;
  let usedBefore = inUse();
  let askedMs = -Infinity;
  return options.timer.every(watchMs, () => {
    const used = inUse();
    if (used > usedBefore) onUsed(used);
    usedBefore = used;
    if (!isLeader()) {
      askedMs = -Infinity;
      return;
    }
    const nowMs = performance.now();
    if (used >= gate.newest || nowMs - askedMs < askMs) return;
    askedMs = nowMs;
    for (const peer of options.peers()) void ask(peer, options);
  });
}

async function ask(peer: PeerEndpoint, { gate, proof }: FormatWatchOptions): Promise<void> {
  const seen = await lookAtServer(peer, proof, silenceMs);
  if (seen.kind === 'report') gate.told(peer.id, seen.report.format ?? 1);
  else if (seen.kind !== 'silent') gate.told(peer.id, 1);
}
