/**
 * The one method that every server has, whatever it serves (contract, section 4).
 */
import { defineMethod, replyNow, type Method } from '../method.js';

export function pingMethod(): Method {
  return defineMethod({
    name: 'ping',
    group: 'client',
    params: [],
    result: 'boolean',
    help: 'Answers true: the process is up, be it crashed by the crash switch or not.',
    wait: 'never',
    leaderOnly: false,
    answersWhenCrashed: true,
    run: (_values, reply) => replyNow(reply, true),
  });
}
