/** Answers to RequestVote, candidate's side (paper, section 5.2; thesis, section 9.6). */
import type { ServerId } from '../base/ids.js';
import type { Core } from './core.js';
import { becomeFollower, countVote } from './election.js';
import type { RequestVoteResponse } from './messages.js';

export function handleRequestVoteResponse(
  core: Core,
  from: ServerId,
  response: RequestVoteResponse,
): void {
  // Section 5.1: whoever knows a later term ends our candidacy.
  if (response.term > core.term) {
    becomeFollower(core, response.term, undefined, `server ${from} is in a later term`);
    return;
  }
  const { role } = core;
  if (role.name !== 'candidate' && role.name !== 'preCandidate') return;
  if (response.preVote !== (role.name === 'preCandidate')) return;
  // An answer to an earlier election says nothing about this one.
  if (response.forTerm !== (response.preVote ? core.term + 1 : core.term)) return;
  if (response.voteGranted) countVote(core, role, from);
}
