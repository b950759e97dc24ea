/** Reads of the file map that show all that was ever confirmed before they were asked for. */
import type { HangUp } from '../replica/outcome.js';
import type { MapAnswers } from './map-answers.js';
import type { MethodServices } from './method-services.js';
import type { Reply } from './method.js';
import { refusalFault } from './refusal-fault.js';

/** What methods use whose answers may be long. */
export interface LongServices {
  readonly services: MethodServices;
  readonly mapAnswers: MapAnswers;
}

/** A linearizable read: `read` answers at the very moment at which the barrier opens, or later. */
export function readThrough(services: MethodServices, reply: Reply, read: () => HangUp): HangUp {
  let hangUp = services.replica.readBarrier((outcome) => {
    if (outcome.kind !== 'done') {
      reply({ kind: 'fault', fault: refusalFault(outcome, services.members) });
      return;
    }
    try {
      hangUp = read();
    } catch (error) {
      // The replica that opened the barrier must not meet the errors of a reader.
      reply({ kind: 'bug', error });
    }
  });
  return () => {
    hangUp();
  };
}
