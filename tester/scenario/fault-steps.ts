/**
 * The steps that do something to servers: the crash switch, partitions, and processes.
 */
import { unreachable } from '../../src/base/assert.js';
import type { Server } from '../wire/server.js';
import { findServers } from './find-servers.js';
import type { Action, Treatment, Who } from './scenario.js';
import type { Scene, Stage } from './stage.js';

/** All servers at the same time. */
export async function treat(
  treatment: Treatment,
  servers: readonly Server[],
  stage: Stage,
): Promise<void> {
  await Promise.all(servers.map((server) => treatOne(treatment, server, stage)));
}

async function treatOne(treatment: Treatment, server: Server, stage: Stage): Promise<void> {
  const { cluster } = stage;
  switch (treatment) {
    case 'crash':
      return cluster.crash(server);
    case 'restore':
      return cluster.restore(server);
    case 'heal':
      return cluster.cutOff(server, []);
    case 'kill':
      stage.noteGone(server);
      return cluster.killProcess(server);
    case 'start':
      await cluster.startProcess(server);
      stage.noteBack(server);
      return;
    case 'stop':
      stage.noteGone(server);
      cluster.pauseProcess(server);
      return;
    case 'resume':
      cluster.resumeProcess(server);
      stage.noteBack(server);
      return;
    default:
      return unreachable(treatment);
  }
}

/** Two servers hear each other if a group has both; one that is in no group is alone. */
export async function partition(groups: readonly Who[], scene: Scene): Promise<void> {
  const { cluster } = scene.stage;
  const members: (readonly Server[])[] = [];
  for (const group of groups) members.push(await findServers(group, scene));
  const hear = (one: Server, other: Server): boolean =>
    members.some((group) => group.includes(one) && group.includes(other));
  await Promise.all(
    scene.stage.present().map((server) => {
      const deafTo = cluster.others(server).filter((other) => !hear(server, other));
      return cluster.cutOff(server, deafTo);
    }),
  );
}

export async function cut(action: Extract<Action, { kind: 'cut' }>, scene: Scene): Promise<void> {
  const { cluster } = scene.stage;
  const servers = await findServers(action.who, scene);
  const { from } = action;
  const others = from === undefined ? undefined : await findServers(from, scene);
  await Promise.all(
    servers.map((server) =>
      cluster.cutOff(server, others ?? cluster.others(server), action.direction),
    ),
  );
}
