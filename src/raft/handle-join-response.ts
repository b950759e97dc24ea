/** Answers to Join, at the server that asked (docs/decisions/0008-standing.md). */
import type { ServerId } from '../base/ids.js';
import type { Core } from './core.js';
import { becomeFollower } from './election.js';
import type { JoinResponse } from './messages.js';
import { endJoining, endRefilling } from './standing.js';

export function handleJoinResponse(core: Core, from: ServerId, response: JoinResponse): void {
  // Section 5.1: a later term is entered; that this server may have voted in it is why it asks.
  if (response.term > core.term) {
    becomeFollower(core, response.term, undefined, `server ${from} is in a later term`);
  }
  core.introduce(from, response.incarnation);
  core.joinAnswers.add(from, response);
  endJoining(core);
  endRefilling(core);
}
