/**
 * What clients asked and what they were told, in the one order in which it happened. Each attempt
 * to carry out an operation is a call of its own; the attempts of an update share its hash, which
 * no other update has.
 */
import { AssertionError } from '../../src/base/assert.js';
import type { ServerId } from '../../src/base/ids.js';
import type { SiteCommand, SiteResult } from '../../src/site/site-command.js';

/** A file as a client saw it: version and hash, 0 and '' when it was never seen. */
export interface SeenFile {
  readonly version: number;
  readonly hash: string;
}

export type Question =
  | {
      readonly type: 'update';
      readonly name: string;
      readonly version: number;
      readonly hash: string;
      readonly requestId: string | undefined;
    }
  | { readonly type: 'read'; readonly name: string }
  | { readonly type: 'readAll' }
  /** An older version, or one that never was, is to be kept no longer. */
  | { readonly type: 'forget'; readonly name: string; readonly version: number }
  /** Its time is the server's. */
  | { readonly type: 'site'; readonly command: SiteCommand }
  /** `setleader`, `sendheartbeat`: only that they end is of interest. */
  | { readonly type: 'steer'; readonly what: 'setLeader' | 'sendHeartbeat' };

export type End =
  | { readonly type: 'updated'; readonly updated: boolean }
  | { readonly type: 'forgotten' }
  | { readonly type: 'siteChanged'; readonly result: SiteResult }
  | { readonly type: 'seen'; readonly files: ReadonlyMap<string, SeenFile> }
  | { readonly type: 'steered' }
  /** Refused with the promise that it has no effect. */
  | { readonly type: 'refused'; readonly why: string }
  /** Ended without such a promise: outcome unknown, or the connection broke. */
  | { readonly type: 'unknown'; readonly why: string }
  | { readonly type: 'hungUp' };

export interface CallRecord {
  readonly server: ServerId;
  readonly client: string;
  readonly question: Question;
  /** Position in the one order of all begins and ends. */
  readonly beganAt: number;
  readonly beganMs: number;
  end: End | undefined;
  /** Infinity until it ends. */
  endedAt: number;
}

export class History {
  readonly calls: CallRecord[] = [];
  #next = 1;

  begin(call: Pick<CallRecord, 'server' | 'client' | 'question' | 'beganMs'>): CallRecord {
    const record = { ...call, beganAt: this.#next, end: undefined, endedAt: Infinity };
    this.#next += 1;
    this.calls.push(record);
    return record;
  }

  /** A call ends once; an answer to who hung up, or a second one, is a mistake of the server. */
  end(call: CallRecord, end: End): void {
    if (call.end !== undefined) {
      throw new AssertionError(`${describeCall(call)} ended twice, then ${JSON.stringify(end)}`);
    }
    call.end = end;
    call.endedAt = this.#next;
    this.#next += 1;
  }

  get pending(): readonly CallRecord[] {
    return this.calls.filter((call) => call.end === undefined);
  }
}

/** For messages of checkers. */
export function describeCall(call: CallRecord): string {
  const end =
    call.end?.type === 'seen' ? [...call.end.files].map(([n, f]) => `${n}=${f.version}`) : call.end;
  const who = `call ${call.beganAt}–${call.endedAt} of ${call.client} to server ${call.server}`;
  return `${who} (${JSON.stringify(call.question)}, ended ${JSON.stringify(end)})`;
}
