/**
 * The door of this server's block store for the other servers: who may come in, and what the
 * artificial partition lets through. The crash switch is looked at behind it, as for the calls of
 * Raft (contract, sections 5 and 6).
 */
import type { ServerId } from '../base/ids.js';
import type { HangUp } from '../replica/outcome.js';
import { ClusterDoor } from './cluster-door.js';
import { faultCode } from './codec/fault-code.js';
import type { MethodServices } from './method-services.js';
import { nothingToHangUp, type Caller, type Reply } from './method.js';
import { RpcFault } from './rpc-fault.js';

export interface StoreVisit {
  readonly caller: Caller;
  /** The server that asks; undefined for whoever does not say, as people's commands do not. */
  readonly from: ServerId | undefined;
  readonly reply: Reply;
}

export class StoreDoor {
  readonly #cluster: MethodServices | undefined;
  readonly #door: ClusterDoor | undefined;

  /** `cluster` is undefined for a stand-alone store, which nothing can be cut off from. */
  constructor(cluster: MethodServices | undefined) {
    this.#cluster = cluster;
    this.#door = cluster && new ClusterDoor(cluster.neighbours);
  }

  /** Runs what was asked for, and answers unless the visitor is cut off. Throws `RpcFault`. */
  enter(visit: StoreVisit, run: (reply: Reply) => HangUp): HangUp {
    const { caller, from, reply } = visit;
    this.#refuseStrangers(caller, from);
    if (this.#cluster === undefined || from === undefined) return run(reply);
    const { partition } = this.#cluster.replica;
    if (partition.blocksReceiving(from)) {
      reply({ kind: 'closed' });
      return nothingToHangUp;
    }
    return run((outcome) => {
      if (!partition.blocksSending(from)) {
        reply(outcome);
        return;
      }
      if (outcome.kind === 'pieces') outcome.pieces.close();
      reply(outcome.kind === 'bug' ? outcome : { kind: 'closed' });
    });
  }

  #refuseStrangers(caller: Caller, from: ServerId | undefined): void {
    // A stand-alone store does not know whose it is: a secret or a certificate guards it.
    const whyNot = this.#door === undefined ? caller.peerMistake : this.#door.whyNotYet(caller);
    if (whyNot !== undefined) {
      throw new RpcFault(faultCode.unauthorised, `unauthorised: ${whyNot}`);
    }
    if (this.#cluster === undefined || from === undefined) return;
    if (from !== this.#cluster.serverId) return;
    throw new RpcFault(faultCode.unauthorised, `unauthorised: server ${from} is this server`);
  }
}
