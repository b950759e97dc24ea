/**
 * Which servers there are and which of them leads, as far as this client can tell. Questions on
 * the side (`isleader`) go over connections of their own: they never queue behind blocked calls.
 */
import { must } from '../base/assert.js';
import { RpcConnection } from './rpc-connection.js';
import type { ServerEndpoint, ServerProof } from './rpc-connection.js';

/** What a server says when it is asked whether it leads; `silent`: nothing in time. */
export type LeaderAnswer = 'leading' | 'notLeading' | 'silent';

/** What all servers said, in the order of the servers. */
export type Survey = readonly { readonly server: ServerEndpoint; readonly answer: LeaderAnswer }[];

export class ClusterView {
  readonly servers: readonly ServerEndpoint[];
  readonly #probes: ReadonlyMap<ServerEndpoint, RpcConnection>;
  readonly #silenceMs: number;
  /** Under way. */
  #survey: Promise<Survey> | undefined;

  /** A server that does not answer within `silenceMs` is silent. */
  constructor(servers: readonly ServerEndpoint[], silenceMs: number, proof: ServerProof = {}) {
    this.servers = servers;
    this.#probes = new Map(servers.map((server) => [server, new RpcConnection(server, proof)]));
    this.#silenceMs = silenceMs;
  }

  /** Asks one server. */
  async ask(server: ServerEndpoint): Promise<LeaderAnswer> {
    const probe = must(this.#probes.get(server), 'a server of this cluster');
    const signal = AbortSignal.timeout(this.#silenceMs);
    let answer = await probe.call('isleader', [], signal);
    // A connection that was kept from earlier may be dead although the server lives.
    if (answer.kind === 'failed' && answer.mayHaveArrived && !signal.aborted) {
      answer = await probe.call('isleader', [], signal);
    }
    if (answer.kind !== 'value') return 'silent';
    return answer.value === true ? 'leading' : 'notLeading';
  }

  /**
   * Asks all servers at once; takes `silenceMs` at most. Whoever asks meanwhile is told the same: a
   * hundred calls that are silent together must not make a busy server busier.
   */
  survey(): Promise<Survey> {
    this.#survey ??= this.#askAll().finally(() => {
      this.#survey = undefined;
    });
    return this.#survey;
  }

  /** The server whose address stands in the text of fault 1, if it is one of ours. */
  hintIn(faultText: string): ServerEndpoint | undefined {
    return this.servers.find(({ host, port }) => {
      const address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
      const at = faultText.indexOf(address);
      return at >= 0 && !/[0-9]/.test(faultText.charAt(at + address.length));
    });
  }

  #askAll(): Promise<Survey> {
    return Promise.all(
      this.servers.map(async (server) => ({ server, answer: await this.ask(server) })),
    );
  }

  /** Ends all questions; whoever was not heard yet counts as silent. */
  close(): void {
    for (const probe of this.#probes.values()) probe.close();
  }
}
