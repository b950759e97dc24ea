/**
 * One server, to read the site from. Nobody else is asked: whoever has several servers decides
 * that.
 */
import type { SiteQuery } from '../site/site-query.js';
import { toCallFailure } from './call-failure.js';
import { Unreachable } from './client-errors.js';
import { describeServer } from './describe-server.js';
import { RpcConnection, type ServerEndpoint, type ServerProof } from './rpc-connection.js';
import { toSiteReading, type SiteReading } from './site-answers.js';

export class SiteServer {
  readonly endpoint: ServerEndpoint;
  readonly #connection: RpcConnection;

  constructor(endpoint: ServerEndpoint, proof: ServerProof = {}) {
    this.endpoint = endpoint;
    this.#connection = new RpcConnection(endpoint, proof);
  }

  /**
   * What the server's state holds by now; its `answer` is null when that reaches less far than
   * `atLeastIndex`. Throws the errors of client-errors.ts, `Unreachable` also after `timeoutMs`.
   */
  async read<Query extends SiteQuery>(
    query: Query,
    atLeastIndex: number,
    timeoutMs: number,
  ): Promise<SiteReading<Query>> {
    const signal = AbortSignal.timeout(timeoutMs);
    const params = [JSON.stringify(query), atLeastIndex];
    let answer = await this.#connection.call('readsite', params, signal);
    // A connection that was kept from earlier may be dead although the server lives.
    if (answer.kind === 'failed' && answer.mayHaveArrived && !signal.aborted) {
      answer = await this.#connection.call('readsite', params, signal);
    }
    if (answer.kind === 'value') return toSiteReading(query, answer.value);
    const where = describeServer(this.endpoint);
    if (signal.aborted) throw new Unreachable(`${where}: no answer within ${timeoutMs} ms`);
    throw toCallFailure(answer, where).error;
  }

  /** Ends everything; calls in progress fail. */
  close(): void {
    this.#connection.close();
  }
}
