/** Join, receiver's side (docs/decisions/0008-standing.md). Servers of any standing answer. */
import { must } from '../base/assert.js';
import type { Core } from './core.js';
import type { JoinRequest } from './messages.js';

export function handleJoin(core: Core, callId: number, request: JoinRequest): void {
  const { serverId } = request;
  core.introduce(serverId, request.incarnation);
  core.reply(
    callId,
    {
      type: 'join',
      term: core.term,
      knownIncarnation: must(core.known.get(serverId), () => `server ${serverId} was introduced`),
      incarnation: core.incarnation,
      leading: core.role.name === 'leader',
      lastLogIndex: core.log.lastIndex,
    },
    // Who is told that it is known relies on it: the note is on disk before.
    core.hardStateWrite,
  );
}
