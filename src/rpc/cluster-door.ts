/**
 * The door of what only the cluster's own programs may call. Where servers share a secret or
 * certificates, these open it, and nothing else does. Where they have neither, it is open to the
 * machines of the configuration and to this machine: the address of the connection counts, and
 * nothing that a request says of itself.
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
        reply({ kind: 'bug', error });
      }
    });
    return () => {
      isHungUp = true;
      hangUp?.();
    };
  }

  /** Why the door is shut to a caller; undefined when it is open. Names may have to be looked up. */
  whyNot(caller: Caller): string | undefined | Promise<string | undefined> {
    const { peerMistake } = caller;
    if (peerMistake !== undefined) return peerMistake;
    const judge = (): string | undefined =>
      this.#isInside(caller) ? undefined : outsideOf(caller);
    const why = judge();
    return why === undefined ? undefined : (this.#neighbours.lookAgain()?.then(judge) ?? why);
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

function outsideOf({ address }: Caller): string {
  return (
    `a cluster without a secret answers this call to its own machines only, and ` +
    `${address === '' ? 'the caller' : address} is none of them; start the servers, and whoever ` +
    'calls them, with --secret-file'
  );
}
