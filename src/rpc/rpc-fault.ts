/**
 * A refusal on its way to the caller. Handlers throw it for what the caller did wrong; the
 * dispatcher turns it into the fault of the answer. Anything else a handler throws is a bug.
 */
import type { Fault } from './xml-value.js';

export class RpcFault extends Error {
  override readonly name = 'RpcFault';
  readonly fault: Fault;

  constructor(code: number, text: string) {
    super(text);
    this.fault = { code, text };
  }
}
