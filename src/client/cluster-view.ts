/**
 * Which servers there are and which of them leads, as far as this client can tell. Questions on
 * the side (`isleader`) go over connections of their own: they never queue behind blocked calls.
 *
 * Members come and go: servers that others name are known from then on, too.
 */
import { parseAddress } from '../config/parse-address.js';
import type { XmlValue } from '../rpc/xml-value.js';
import { RpcConnection } from './rpc-connection.js';
import type { ServerEndpoint, ServerProof } from './rpc-connection.js';
import { memberOf } from './struct-member.js';

/** What a server says when it is asked whether it leads; `silent`: nothing in time. */
export type LeaderAnswer = 'leading' | 'notLeading' | 'silent';

/** What all servers said, in the order of the servers. */
export type Survey = readonly { readonly server: ServerEndpoint; readonly answer: LeaderAnswer }[];

export class ClusterView {
  readonly #servers: ServerEndpoint[];
  readonly #probes = new Map<ServerEndpoint, RpcConnection>();
  readonly #silenceMs: number;
  readonly #proof: ServerProof;
  /** Under way. */
  #survey: Promise<Survey> | undefined;

  /** A server that does not answer within `silenceMs` is silent. */
  constructor(servers: readonly ServerEndpoint[], silenceMs: number, proof: ServerProof = {}) {
    this.#servers = [...servers];
    this.#silenceMs = silenceMs;
    this.#proof = proof;
  }

  /** Those that were given, and those that they have named since. */
  get servers(): readonly ServerEndpoint[] {
    return this.#servers;
  }

  /** Asks one server. */
  async ask(server: ServerEndpoint): Promise<LeaderAnswer> {
    const probe = this.#probe(server);
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

  /** The server that the text of fault 1 names, the first if it names several. */
  hintIn(faultText: string): ServerEndpoint | undefined {
    const known = this.#servers.find(({ host, port }) => {
      const address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
      const at = faultText.indexOf(address);
      return at >= 0 && !/[0-9]/.test(faultText.charAt(at + address.length));
    });
    if (known !== undefined) return known;
    const named = [...faultText.matchAll(/\bserver (\d{1,2}) at ([^\s;,]+)/g)];
    return named.flatMap(([, id, address = '']) => this.#learn(Number(id), address))[0];
  }

  async #askAll(): Promise<Survey> {
    const survey = await this.#askEach(this.#servers);
    if (survey.some(({ answer }) => answer === 'leading')) return survey;
    const told = survey.find(({ answer }) => answer === 'notLeading');
    const others = told === undefined ? [] : await this.#learnFrom(told.server);
    return [...survey, ...(await this.#askEach(others))];
  }

  #askEach(servers: readonly ServerEndpoint[]): Promise<Survey> {
    return Promise.all(servers.map(async (server) => ({ server, answer: await this.ask(server) })));
  }

  /** The members that a server knows and this client did not; an older server tells none. */
  async #learnFrom(server: ServerEndpoint): Promise<readonly ServerEndpoint[]> {
    const signal = AbortSignal.timeout(this.#silenceMs);
    const answer = await this.#probe(server).call('listmembers', [], signal);
    const list = answer.kind === 'value' ? memberOf(answer.value, 'members') : undefined;
    if (!Array.isArray(list)) return [];
    const members: readonly XmlValue[] = list;
    return members.flatMap((member) => {
      const [id, address] = [memberOf(member, 'id'), memberOf(member, 'address')];
      const isMember = typeof id === 'number' && typeof address === 'string';
      return isMember ? this.#learn(id, address) : [];
    });
  }

  /** None when the address is none, or known. */
  #learn(id: number, address: string): readonly ServerEndpoint[] {
    const parsed = parseAddress(address);
    if (parsed.kind === 'error') return [];
    const { host, port } = parsed.address;
    if (this.#servers.some((server) => server.host === host && server.port === port)) return [];
    const server = { id, host, port };
    this.#servers.push(server);
    return [server];
  }

  #probe(server: ServerEndpoint): RpcConnection {
    const known = this.#probes.get(server);
    if (known !== undefined) return known;
    const probe = new RpcConnection(server, this.#proof);
    this.#probes.set(server, probe);
    return probe;
  }

  /** Ends all questions; whoever was not heard yet counts as silent. */
  close(): void {
    for (const probe of this.#probes.values()) probe.close();
  }
}
