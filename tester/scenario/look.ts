/**
 * Looks whether a condition holds at this moment.
 */
import { unreachable } from '../../src/base/assert.js';
import { describeAnswer } from '../wire/answer.js';
import type { Reply, Server } from '../wire/server.js';
import { whereOf } from './file-book.js';
import { findServers } from './find-servers.js';
import type { Condition } from './scenario.js';
import { fillIn, type Scene } from './stage.js';

/** Why a condition does not hold. */
export interface Miss {
  readonly expected: string;
  readonly seen: string;
  readonly where: string | undefined;
}

/** Undefined when it holds. */
export async function look(
  condition: Condition,
  words: string,
  scene: Scene,
): Promise<Miss | undefined> {
  const { stage } = scene;
  switch (condition.kind) {
    case 'leads': {
      const servers = stage.present(await findServers(condition.who, scene));
      const replies = await Promise.all(servers.map((server) => server.isLeader()));
      return miss(words, replies, (reply) => says(reply, true) === condition.holds);
    }
    case 'one-leads': {
      const among = stage.present(await findServers(condition.among, scene));
      const leaders = await stage.cluster.leadersNow(among);
      if (leaders.length === 1) return undefined;
      return { expected: words, seen: labelsOf(leaders), where: undefined };
    }
    case 'crashed': {
      const servers = stage.present(await findServers(condition.who, scene));
      const replies = await Promise.all(servers.map((server) => server.isCrashed()));
      return miss(words, replies, (reply) => says(reply, condition.holds));
    }
    case 'shows':
      return lookAtVersions(condition, scene);
    case 'one-leader-per-term':
      await stage.leaderWatch.look(stage.cluster);
      return undefined;
    default:
      return unreachable(condition);
  }
}

async function lookAtVersions(
  { who, file: template, bounds }: Extract<Condition, { kind: 'shows' }>,
  scene: Scene,
): Promise<Miss | undefined> {
  const { files } = scene.stage;
  const file = fillIn(template, scene);
  const servers = scene.stage.present(await findServers(who, scene));
  const name = files.realName(file);
  const replies = await Promise.all(servers.map((server) => server.appliedVersion(name)));
  return miss(files.describe(bounds, file), replies, ({ answer }) => {
    const version = answer.kind === 'value' ? answer.value : undefined;
    if (typeof version !== 'number') return false;
    return bounds.some((bound) => files.holds(bound, file, version));
  });
}

function miss(
  expected: string,
  replies: readonly Reply[],
  holds: (reply: Reply) => boolean,
): Miss | undefined {
  const wrong = replies.find((reply) => !holds(reply));
  if (wrong === undefined) return undefined;
  return { expected, seen: describeAnswer(wrong.answer), where: whereOf(wrong) };
}

function says({ answer }: Reply, value: boolean): boolean {
  return answer.kind === 'value' && answer.value === value;
}

function labelsOf(servers: readonly Server[]): string {
  return servers.length === 0 ? 'none' : servers.map((server) => server.label).join(' and ');
}
