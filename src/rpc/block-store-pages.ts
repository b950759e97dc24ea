/**
 * What people and machines may `GET` from a stand-alone block store. It belongs to no cluster that
 * it knows of: it is ready when its own store answers, and tells nothing of leaders and logs.
 */
import type { BlockService } from '../blocks/block-service.js';
import { BlockStoreError } from '../blocks/block-store.js';
import {
  healthPage,
  jsonPage,
  metricsPage,
  plainPage,
  type Page,
  type Pages,
  type PortFacts,
} from './status-endpoints.js';

export interface BlockStorePagesOptions extends PortFacts {
  readonly blocks: BlockService;
}

const storePaths: readonly string[] = ['/', '/status', '/livez', '/readyz', '/metrics'];

export class BlockStorePages implements Pages {
  readonly #options: BlockStorePagesOptions;

  constructor(options: BlockStorePagesOptions) {
    this.#options = options;
  }

  has(path: string): boolean {
    return storePaths.includes(path);
  }

  get(path: string): Page | Promise<Page> | undefined {
    const { blocks, metrics, version } = this.#options;
    switch (path) {
      case '/':
        return plainPage(200, `SurfRaft ${version}: block store ${blocks.addresses.join(', ')}`);
      case '/status':
        return this.#status();
      case '/livez':
        return healthPage(undefined, '');
      case '/readyz':
        return this.#readiness();
      case '/metrics':
        return metricsPage(metrics);
      default:
        return undefined;
    }
  }

  async #status(): Promise<Page> {
    const { blocks, version, connectionCount, pendingCallCount } = this.#options;
    return jsonPage({
      service: 'block',
      addresses: blocks.addresses,
      storageError: (await this.#findHindrance()) ?? null,
      pendingCalls: pendingCallCount(),
      connections: connectionCount(),
      uptimeSeconds: Math.floor(process.uptime()),
      version,
    });
  }

  async #readiness(): Promise<Page> {
    return healthPage(await this.#findHindrance(), 'not ready: storage: ');
  }

  /** Why the store does not answer, as a look at its first block tells. */
  async #findHindrance(): Promise<string | undefined> {
    try {
      await this.#options.blocks.all.list('', 1);
      return undefined;
    } catch (error) {
      if (!(error instanceof BlockStoreError)) throw error;
      return error.message;
    }
  }
}
