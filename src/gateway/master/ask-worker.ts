/**
 * One request to one worker: from the connection to the head of the response. What becomes of the
 * body is for the caller, who is told nothing more once `onEnd` was called.
 */
import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import type { Member } from './member.js';
import { SilenceWatch } from './silence.js';

/** How a worker failed; `silent` is told apart because its client learns of it as 504. */
export type Failure = 'broken' | 'silent';

export interface Asking {
  readonly member: Member;
  readonly method: string;
  readonly path: string;
  readonly fields: readonly string[];
  readonly silenceMs: number;
  readonly onHead: (response: IncomingMessage, silence: SilenceWatch) => void;
  /** The worker failed, before or after the head. Called once at most. */
  readonly onFailure: (failure: Failure) => void;
}

export interface Asked {
  /** Wants no more of it; what is still to come is thrown away. */
  drop(): void;
}

export function askWorker(asking: Asking): Asked {
  const { member, method, path, fields } = asking;
  let isOver = false;
  const fail = (failure: Failure): void => {
    if (isOver) return;
    drop();
    asking.onFailure(failure);
  };
  const silence = new SilenceWatch(asking.silenceMs, () => {
    fail('silent');
  });
  const { host, port, agent } = member;
  const outgoing: ClientRequest = request({
    ...{ host, port, agent, method, path },
    headers: fields,
  });
  const drop = (): void => {
    isOver = true;
    silence.hold();
    outgoing.destroy();
  };
  outgoing.setNoDelay(true);
  outgoing.on('error', () => {
    fail('broken');
  });
  outgoing.on('response', (response) => {
    silence.heard();
    response.on('error', () => {
      fail('broken');
    });
    response.on('close', () => {
      silence.hold();
      if (!response.complete) fail('broken');
    });
    if (!isOver) asking.onHead(response, silence);
  });
  outgoing.end();
  return { drop };
}
