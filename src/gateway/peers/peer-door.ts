/**
 * What a worker answers its master and its peers beside files: who the peers are comes with health
 * checks, and peers ask for the blocks whose home this worker is. Both prove that they know a key.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isBlockHash, type BlockHash } from '../../blocks/block-hash.js';
import { SourceUnavailable } from '../file-source.js';
import type { PeerBlocks } from './peer-blocks.js';
import { peersHeader, proofHeader, type PeerKey } from './peer-key.js';

export interface PeerDoorOptions {
  readonly key: PeerKey;
  readonly peers: PeerBlocks;
  /** From the cache or the cluster, and from no peer. Rejects with `SourceUnavailable`. */
  readonly readBlock: (hash: BlockHash) => Promise<Uint8Array>;
}

const blockPattern = /^\/healthcheck\?block=([0-9a-f]{64})$/;

export class PeerDoor {
  readonly #options: PeerDoorOptions;

  constructor(options: PeerDoorOptions) {
    this.#options = options;
  }

  /** Looks at a health check. What is not the master's changes nothing. */
  learn({ headers }: IncomingMessage): void {
    const { key, peers } = this.#options;
    const text = headers[peersHeader]?.toString();
    if (text === undefined) return;
    if (key.isProof(headers[proofHeader]?.toString(), 'peers', text)) peers.learn(text);
  }

  /** Resolves with whether the request was one for a block, and has been answered. */
  async answer({ url = '', headers }: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const hash = blockPattern.exec(url)?.[1] ?? '';
    if (!isBlockHash(hash)) return false;
    const { key, readBlock } = this.#options;
    if (!key.isProof(headers[proofHeader]?.toString(), 'block', hash)) {
      response.writeHead(403, { 'Content-Length': 0 }).end();
      return true;
    }
    try {
      const bytes = await readBlock(hash);
      response.writeHead(200, {
        'Content-Type': 'application/octet-stream',
        'Content-Length': bytes.length,
        'Cache-Control': 'no-store',
      });
      response.end(bytes);
    } catch (error) {
      if (!(error instanceof SourceUnavailable)) throw error;
      response.writeHead(404, { 'Content-Length': 0 }).end();
    }
    return true;
  }
}
