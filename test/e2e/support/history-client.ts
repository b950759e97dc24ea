/**
 * A client that writes down what it asked and what it was told, for the checker of histories. It
 * goes on until every update of its own has a definite end, whatever happens to the servers: an
 * attempt without one is repeated under the same request id.
 */
import { asServerId } from '../../../src/base/ids.js';
import { faultCode } from '../../../src/rpc/codec/fault-code.js';
import type { RpcAnswer } from '../../../src/client/rpc-connection.js';
import type { XmlValue } from '../../../src/rpc/xml-value.js';
import type { End, History, Question, SeenFile } from '../../sim/history.js';
import type { TestCluster } from './test-cluster.js';

/** A silent call is given up after so long; it may still take effect. */
const silenceMs = 2_000;
/** Between a refusal and the next attempt, lest clients without a leader take the machine. */
const pauseMs = 10;

/** Knows nothing of the cluster but what the answers tell. */
export class HistoryClient {
  readonly #cluster: TestCluster;
  readonly #history: History;
  readonly #name: string;
  /** Who is asked next. */
  #server = 0;
  #updates = 0;

  constructor(cluster: TestCluster, history: History, name: string) {
    this.#cluster = cluster;
    this.#history = history;
    this.#name = name;
  }

  /** True or false, as the cluster decided. */
  async update(name: string, version: number): Promise<boolean> {
    this.#updates += 1;
    const hash = `${this.#name}.${this.#updates}`;
    const question: Question = { type: 'update', name, version, hash, requestId: hash };
    for (;;) {
      const end = await this.#ask(question, 'updatefile', [name, version, [hash], hash]);
      if (end.type === 'updated') return end.updated;
    }
  }

  async read(name: string): Promise<SeenFile> {
    for (;;) {
      const end = await this.#ask({ type: 'read', name }, 'getfileinfo', [name]);
      const file = end.type === 'seen' ? end.files.get(name) : undefined;
      if (file !== undefined) return file;
    }
  }

  async #ask(question: Question, method: string, params: readonly XmlValue[]): Promise<End> {
    const server = this.#server;
    const call = this.#history.begin({
      server: asServerId(server),
      client: this.#name,
      question,
      beganMs: performance.now(),
    });
    const answer = await this.#cluster.call(server, method, params, AbortSignal.timeout(silenceMs));
    const end = toEnd(question, answer);
    this.#history.end(call, end);
    if (end.type === 'refused' || end.type === 'unknown') {
      this.#askAnother(answer);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
    return end;
  }

  /** The leader that a refusal names, or else the next server in line. */
  #askAnother(answer: RpcAnswer): void {
    const text = answer.kind === 'fault' ? answer.fault.text : '';
    const hint = /server (\d+)/.exec(text)?.[1];
    const next = (this.#server + 1) % this.#cluster.servers.length;
    this.#server = hint === undefined ? next : Number(hint);
  }
}

function toEnd(question: Question, answer: RpcAnswer): End {
  switch (answer.kind) {
    case 'value':
      if (question.type === 'read') return toSeen(question.name, answer.value);
      if (typeof answer.value === 'boolean') return { type: 'updated', updated: answer.value };
      throw new Error(`an update was answered ${JSON.stringify(answer.value)}`);
    case 'fault':
      return toRefusal(answer.fault.code, answer.fault.text);
    case 'failed':
      return { type: answer.mayHaveArrived ? 'unknown' : 'refused', why: answer.reason };
    case 'malformed':
      throw new Error(`no XML-RPC in the answer: ${answer.reason}`);
  }
}

function toRefusal(code: number, why: string): End {
  const { notLeader, busy, storage } = faultCode;
  if ([notLeader, busy, storage].some((known) => known === code)) return { type: 'refused', why };
  if (code === faultCode.outcomeUnknown) return { type: 'unknown', why };
  throw new Error(`a fault that nobody asked for: ${code} ${why}`);
}

function toSeen(name: string, value: XmlValue): End {
  const [version, hashlist] = value as readonly [number, readonly string[]];
  return { type: 'seen', files: new Map([[name, { version, hash: hashlist[0] ?? '' }]]) };
}
