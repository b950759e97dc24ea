/**
 * The blocks that other workers of the same master have in their caches. Each block has one home
 * among the healthy workers, which loads it from the cluster once for all. The home may be gone, or
 * slow, or lie: whoever asks it checks what comes, soon gives up, and asks the cluster itself.
 */
import { Agent, request, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { blockBytesMax } from '../../base/limits.js';
import { hashInTurns, type BlockHash } from '../../blocks/block-hash.js';
import { homeOf } from './home-of.js';
import { proofHeader, type PeerKey } from './peer-key.js';

export interface PeerStatistics {
  /** Blocks that came from their home. */
  readonly hits: number;
  /** Asked for in vain. */
  readonly misses: number;
}

export interface PeerLimits {
  /** Until the first byte of an answer; the home may have to ask the cluster. */
  readonly silenceMs: number;
  /** Until the last one. */
  readonly answerMs: number;
  /** So long nobody asks a home that has failed. */
  readonly restMs: number;
}

const defaultLimits: PeerLimits = { silenceMs: 500, answerMs: 3_000, restMs: 2_000 };

/** Blocks on their way from homes; more are asked of the cluster. */
const asksMax = 8;
const freeConnectionsMax = 8;

export class PeerBlocks {
  readonly #key: PeerKey;
  readonly #limits: PeerLimits;
  readonly #agent = new Agent({ keepAlive: true, maxFreeSockets: freeConnectionsMax });
  /** When those that failed may be asked again. */
  readonly #restingUntilMs = new Map<string, number>();
  #self = '';
  #all: readonly string[] = [];
  #asks = 0;
  #hits = 0;
  #misses = 0;

  constructor(key: PeerKey, limits: PeerLimits = defaultLimits) {
    this.#key = key;
    this.#limits = limits;
  }

  get statistics(): PeerStatistics {
    return { hits: this.#hits, misses: this.#misses };
  }

  /** `text`: this worker and all others that are healthy, as the master says. */
  learn(text: string): void {
    const [self = '', ...others] = text.split(' ').filter((address) => address !== '');
    this.#self = self;
    this.#all = [self, ...others];
    for (const address of this.#restingUntilMs.keys()) {
      if (!others.includes(address)) this.#restingUntilMs.delete(address);
    }
  }

  /** The verified bytes; undefined when the cluster must be asked. Never rejects. */
  async get(hash: BlockHash): Promise<Uint8Array | undefined> {
    const home = homeOf(hash, this.#all);
    if (home === undefined || home === this.#self || this.#asks >= asksMax) return undefined;
    if ((this.#restingUntilMs.get(home) ?? 0) > performance.now()) return undefined;
    this.#asks += 1;
    try {
      const bytes = await this.#ask(home, hash);
      if (bytes === undefined || (await hashInTurns(bytes)) !== hash) {
        throw new Error('the home has no good copy');
      }
      this.#hits += 1;
      return bytes;
    } catch {
      this.#misses += 1;
      this.#restingUntilMs.set(home, performance.now() + this.#limits.restMs);
      return undefined;
    } finally {
      this.#asks -= 1;
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  async #ask(home: string, hash: BlockHash): Promise<Uint8Array | undefined> {
    const { silenceMs, answerMs } = this.#limits;
    const { hostname, port } = new URL(`http://${home}`);
    const asking = request({
      ...{ host: hostname.replace(/^\[(.*)\]$/, '$1'), port: port || '80', agent: this.#agent },
      path: blockPath(hash),
      headers: { [proofHeader]: this.#key.prove('block', hash) },
      signal: AbortSignal.timeout(answerMs),
    });
    const silence = setTimeout(() => asking.destroy(new Error('it is silent')), silenceMs);
    asking.on('error', () => undefined);
    try {
      asking.end();
      const [response] = (await once(asking, 'response')) as [IncomingMessage];
      clearTimeout(silence);
      const length = Number(response.headers['content-length'] ?? NaN);
      if (response.statusCode === 200 && length <= blockBytesMax) {
        return await readAll(response, length);
      }
      asking.destroy();
      return undefined;
    } finally {
      clearTimeout(silence);
    }
  }
}

/** Where a worker gives a block to its peers: an address that no master passes on. */
export function blockPath(hash: BlockHash): string {
  return `/healthcheck?block=${hash}`;
}

async function readAll(response: IncomingMessage, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let at = 0;
  for await (const piece of response as AsyncIterable<Buffer>) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
