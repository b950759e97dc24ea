/** Carries out what a button asks for, and says near it what came of it. */
import type { Action } from '../../../live/actions.js';
import type { ClusterState } from '../../../live/cluster-state.js';
import { call, CallError, type AnswerValue } from './call.js';
import { html, setText } from './dom.js';

/** Where a server is reached from this page. */
export type OriginOf = (server: number) => string;

/** Throws `CallError`, which says what was done before it, if anything was. */
export async function carryOut({ calls }: Action, originOf: OriginOf): Promise<AnswerValue> {
  let answer: AnswerValue = true;
  for (const [done, { method, params, server }] of calls.entries()) {
    try {
      answer = await call(originOf(server), method, params);
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      const before = done === 0 ? '' : ` (${done} of ${calls.length} calls were made)`;
      throw new CallError(`server ${server}: ${error.message}${before}`);
    }
  }
  return answer;
}

/** Why a server takes no such calls from this page; undefined when it does, or is not heard. */
export function whyNot(
  { servers }: ClusterState,
  server: number,
  kind: 'whyNoCalls' | 'whyNoFaults',
): string | undefined {
  const found = servers.find(({ id }) => id === server);
  if (found?.contact !== 'heard') return `server ${server} does not answer this page`;
  return found.hello?.[kind] ?? undefined;
}

/** A line that says what came of the last button, and is read aloud. */
export class Outcome {
  readonly element = html('p', { class: 'outcome', role: 'status' });

  say(text: string, isWrong = false): void {
    setText(this.element, text);
    this.element.classList.toggle('wrong', isWrong);
  }

  /** Runs what may fail in words. */
  async tell(work: Promise<string>): Promise<void> {
    try {
      this.say(await work);
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      this.say(error.message, true);
    }
  }
}
