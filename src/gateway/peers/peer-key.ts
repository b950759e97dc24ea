/**
 * The secret that a master and its workers share. It never goes over the wire: who knows it proves
 * that for what he says.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** From a master, with its health checks: `self peer peer …`, addresses as `host:port`. */
export const peersHeader = 'surfraft-peers';
export const proofHeader = 'surfraft-proof';

/** In the environment of a worker that its master has started: the secret. */
export const shareKeyVariable = 'SURFRAFT_SHARE_KEY';

/** What is proved: who the peers are, or that a block is wanted. */
type Purpose = 'peers' | 'block';

export class PeerKey {
  readonly #secret: string;

  constructor(secret: string) {
    this.#secret = secret;
  }

  prove(purpose: Purpose, text: string): string {
    return createHmac('sha256', this.#secret).update(`${purpose} ${text}`).digest('hex');
  }

  isProof(proof: string | undefined, purpose: Purpose, text: string): boolean {
    const expected = Buffer.from(this.prove(purpose, text));
    const given = Buffer.from(proof ?? '');
    return given.length === expected.length && timingSafeEqual(given, expected);
  }
}
