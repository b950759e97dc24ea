/**
 * The door of what only the cluster's own programs may call. Where servers share a secret or
 * certificates, these open it, and nothing else does. Where they have neither, it is open to the
 * machines of the configuration and to this machine: the address of the connection counts, and
 * nothing that a request says of itself, unless it says that a page in a browser makes it.
 */
import type { HangUp } from '../replica/outcome.js';
import { faultCode } from './codec/fault-code.js';
import { nothingToHangUp, type Caller, type Reply } from './method.js';
import type { Neighbours } from './neighbours.js';
import type { Fault } from './xml-value.js';

export class ClusterDoor {
  readonly #neighbours: Neighbours;

  constructor(neighbours: Neighbours) {
    this.#neighbours = neighbours;
  }

  /** Runs what was asked for, or answers with a fault; perhaps after a look-up of names. */
  enter(caller: Caller, reply: Reply, run: () => HangUp): HangUp {
    const { peerMistake, isOfPage } = caller;
    if (peerMistake !== undefined) return refuse(reply, peerMistake);
    if (isOfPage) return refuse(reply, ofPage);
    if (this.#isInside(caller)) return run();
    const lookingUp = this.#neighbours.lookAgain();
    if (lookingUp === undefined) return refuse(reply, outsideOf(caller));
    let hangUp: HangUp | undefined;
    let isHungUp = false;
    void lookingUp.then(() => {
      if (isHungUp) return;
      try {
        hangUp = this.#isInside(caller) ? run() : refuse(reply, outsideOf(caller));
      } catch (error) {
        reply({ kind: 'bug', error });
      }
    });
    return () => {
      isHungUp = true;
      hangUp?.();
    };
  }

  #isInside({ isProven, address }: Caller): boolean {
    return isProven || this.#neighbours.has(address);
  }
}

function refuse(reply: Reply, why: string): HangUp {
  const fault: Fault = { code: faultCode.unauthorised, text: `unauthorised: ${why}` };
  reply({ kind: 'fault', fault });
  return nothingToHangUp;
}

/** A page from anywhere can have its reader's browser call whatever that machine can reach. */
const ofPage = "this call is made by the cluster's own programs, not by pages in a browser";

function outsideOf({ address }: Caller): string {
  return (
    `a cluster without a secret answers this call to its own machines only, and ` +
    `${address === '' ? 'the caller' : address} is none of them; start the servers, and whoever ` +
    'calls them, with --secret-file'
  );
}
