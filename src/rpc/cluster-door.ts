/**
 * The door of what only the cluster's own programs may call. Where servers share a secret or
 * certificates, these open it, and nothing else does. Where they have neither, it is open to the
 * machines of the configuration and to this machine: the address of the connection counts, and
 * nothing that a request says of itself, unless it says that a page in a browser makes it.
 *
 * What helps people to try a cluster is open to those machines in any case, to whoever proves to be
 * of the cluster, and to the cluster's own live page in a browser on one of those machines.
 */
import type { HangUp } from '../replica/outcome.js';
import { faultCode } from './codec/fault-code.js';
import { nothingToHangUp, type Caller, type Reply } from './method.js';
import type { Neighbours } from './neighbours.js';
import { RpcFault } from './rpc-fault.js';
import type { Fault } from './xml-value.js';

/** `proof`: an address is not enough where there is a secret or a certificate. */
export type DoorRule = 'proof' | 'address';

export class ClusterDoor {
  readonly #neighbours: Neighbours;
  readonly #rule: DoorRule;

  constructor(neighbours: Neighbours, rule: DoorRule = 'proof') {
    this.#neighbours = neighbours;
    this.#rule = rule;
  }

  /** Runs what was asked for, or answers with a fault; perhaps after a look-up of names. */
  enter(caller: Caller, reply: Reply, run: () => HangUp): HangUp {
    const why = this.whyNot(caller);
    if (why === undefined) return run();
    if (typeof why === 'string') return refuse(reply, why);
    let hangUp: HangUp | undefined;
    let isHungUp = false;
    void why.then((found) => {
      if (isHungUp) return;
      try {
        hangUp = found === undefined ? run() : refuse(reply, found);
      } catch (error) {
        if (error instanceof RpcFault) reply({ kind: 'fault', fault: error.fault });
        else reply({ kind: 'bug', error });
      }
    });
    return () => {
      isHungUp = true;
      hangUp?.();
    };
  }

  /** Why the door is shut; undefined when it is open. Names may have to be looked up first. */
  whyNot(caller: Caller): string | undefined | Promise<string | undefined> {
    const why = this.#judge(caller);
    if (why === undefined || !mayChange(why, caller)) return why;
    return this.#neighbours.lookAgain()?.then(() => this.#judge(caller)) ?? why;
  }

  /**
   * The same at once, for those who ask again all the time: an address that has to be looked up is
   * shut out until it has been.
   */
  whyNotYet(caller: Caller): string | undefined {
    const why = this.#judge(caller);
    if (why !== undefined && mayChange(why, caller)) void this.#neighbours.lookAgain();
    return why;
  }

  #judge({ isProven, peerMistake, address, page }: Caller): string | undefined {
    if (page === 'foreign' || (page === 'own' && this.#rule === 'proof')) return ofPage;
    if (isProven) return undefined;
    if (this.#rule === 'proof' && peerMistake !== undefined) return peerMistake;
    if (this.#neighbours.has(address)) return undefined;
    const who = address === '' ? 'the caller' : address;
    return this.#rule === 'proof'
      ? 'a cluster without a secret takes this call from its own machines only, and ' +
          `${who} is none of them; start the servers, and whoever calls them, with --secret-file`
      : `this call is taken from the cluster's own machines only, and ${who} is none of them; ` +
          '--open-tester-api lets everybody make it';
  }
}

function refuse(reply: Reply, why: string): HangUp {
  const fault: Fault = { code: faultCode.unauthorised, text: `unauthorised: ${why}` };
  reply({ kind: 'fault', fault });
  return nothingToHangUp;
}

/** A page from anywhere can have its reader's browser call whatever that machine can reach. */
const ofPage = "this call is made by the cluster's own programs, not by pages in a browser";

/** Whether a look-up of names may lead to another judgement. */
function mayChange(why: string, { peerMistake }: Caller): boolean {
  return why !== ofPage && why !== peerMistake;
}
