/**
 * How a call to a block store is answered: not while the crash switch is on, so many reads at a
 * time, and with one fault for each way in which a store can fail (contract, sections 3 and 11).
 */
import { BlockOutOfReach, BlockStoreError, TooFewBlockStores } from '../blocks/block-store.js';
import { Fifo } from '../base/fifo.js';
import { must } from '../base/assert.js';
import type { HangUp } from '../replica/outcome.js';
import { faultCode } from './codec/fault-code.js';
import { nothingToHangUp, type HandlerOutcome, type MethodOutcome, type Reply } from './method.js';
import { crashedFault } from './refusal-fault.js';
import { RpcFault } from './rpc-fault.js';
import type { Fault } from './xml-value.js';

/** Blocks that are being read at a time for answers: each may take a dozen megabytes. */
export const blockReadsMax = 16;

interface BlockCall {
  readonly prepare?: () => Promise<void>;
  readonly work: () => Promise<MethodOutcome>;
  /** The answer when the crash switch was thrown during the work. */
  readonly lateFault: Fault;
}

export class BlockCalls {
  readonly #isCrashed: () => boolean;
  #reads = 0;
  /** As pending calls they are bounded by `pendingCallsMax`. */
  readonly #waiting = new Fifo<() => void>();

  constructor(isCrashed: () => boolean) {
    this.#isCrashed = isCrashed;
  }

  /**
   * Answers with what `work` gives. A hang-up ends only the interest in it: what was begun on a
   * disk goes on there.
   */
  answer(reply: Reply, work: () => Promise<MethodOutcome>): HangUp {
    return this.#answer(reply, { work, lateFault: crashedFault(false) });
  }

  /**
   * The same for what may have been done when a crash comes. `prepare` checks the arguments, which
   * are looked at before the crash switch is.
   */
  change(reply: Reply, parts: Pick<BlockCall, 'prepare' | 'work'>): HangUp {
    const { code, text } = crashedFault(false);
    const lateFault = { code, text: `${text}; outcome unknown: the call had begun` };
    return this.#answer(reply, { ...parts, lateFault });
  }

  /** The same for work that holds a block's bytes until it is answered. */
  read(reply: Reply, work: () => Promise<MethodOutcome>): HangUp {
    let isHungUp = false;
    this.answer(reply, async () => {
      await this.#takeRead();
      try {
        // Nobody waits for the bytes any more.
        return isHungUp ? { kind: 'closed' } : await work();
      } finally {
        this.#giveBackRead();
      }
    });
    return () => {
      isHungUp = true;
    };
  }

  #answer(reply: Reply, call: BlockCall): HangUp {
    this.#run(call).then(reply, (error: unknown) => {
      reply(outcomeOf(error));
    });
    return nothingToHangUp;
  }

  async #run({ prepare, work, lateFault }: BlockCall): Promise<MethodOutcome> {
    await prepare?.();
    if (this.#isCrashed()) return { kind: 'fault', fault: crashedFault(false) };
    const outcome = await work();
    return this.#isCrashed() ? { kind: 'fault', fault: lateFault } : outcome;
  }

  async #takeRead(): Promise<void> {
    if (this.#reads < blockReadsMax) {
      this.#reads += 1;
      return;
    }
    // Whoever ends its read hands it on.
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  #giveBackRead(): void {
    if (this.#waiting.size > 0) must(this.#waiting.shift(), 'one who waits')();
    else this.#reads -= 1;
  }
}

function outcomeOf(error: unknown): HandlerOutcome {
  if (error instanceof RpcFault) return { kind: 'fault', fault: error.fault };
  if (!(error instanceof BlockStoreError)) return { kind: 'bug', error };
  const { message } = error;
  if (error instanceof TooFewBlockStores) {
    return fault(faultCode.tooFewBlockStores, 'too few block stores', message);
  }
  if (error instanceof BlockOutOfReach) {
    return fault(faultCode.blockNotFound, 'block not found', message);
  }
  return fault(faultCode.storage, 'storage', message);
}

/** The text begins with the words of the contract. */
function fault(code: number, words: string, message: string): HandlerOutcome {
  const text = message.startsWith(words) ? message : `${words}: ${message}`;
  return { kind: 'fault', fault: { code, text } };
}
