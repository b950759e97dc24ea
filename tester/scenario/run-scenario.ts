/**
 * Plays a scenario on a live cluster. A failure names the step, by file and line and in its words,
 * and who was called what at that moment.
 */
import { unreachable } from '../../src/base/assert.js';
import { CheckFailure, CheckSkipped } from '../cluster/check-outcome.js';
import type { Cluster } from '../cluster/cluster.js';
import { findServers } from './find-servers.js';
import { cut, partition, treat } from './fault-steps.js';
import { awaitCalls, begin, callNow, expectWaiting, readMap, write } from './call-steps.js';
import type { Action, Scenario, Step } from './scenario.js';
import { Stage, type Scene } from './stage.js';
import { nameLeader, watch } from './watch-steps.js';

/** Rejects with `CheckFailure` or `CheckSkipped`; the caller heals what was disturbed. */
export async function runScenario(scenario: Scenario, cluster: Cluster): Promise<void> {
  const count = cluster.servers.length;
  if (count < scenario.serversMin) {
    const seen = count === 1 ? '1 answers' : `${count} answer`;
    throw new CheckSkipped(`needs ${scenario.serversMin} servers, and ${seen}`);
  }
  const stage = new Stage(cluster, scenario.seed);
  const line = 'main';
  const scene: Scene = { stage, line, random: stage.random(line), counters: new Map() };
  await playAll(scenario.steps, scene, scenario.why);
}

async function playAll(
  steps: readonly Step[],
  scene: Scene,
  why: string | undefined,
): Promise<void> {
  for (const step of steps) {
    if (isFrame(step.action)) await playFrame(step.action, scene, why);
    else await playNamed(step, step.action, { scene, why });
  }
}

/** Steps that consist of steps: a failure is that of the step within. */
type Frame = Extract<Action, { kind: 'repeat' | 'for-each' | 'together' }>;

function isFrame(action: Action): action is Frame {
  return action.kind === 'repeat' || action.kind === 'for-each' || action.kind === 'together';
}

async function playFrame(frame: Frame, scene: Scene, why: string | undefined): Promise<void> {
  const { stage } = scene;
  switch (frame.kind) {
    case 'repeat':
      for (let round = 1; round <= frame.times; round += 1) {
        const counters = new Map(scene.counters);
        if (frame.counter !== undefined) counters.set(frame.counter, round);
        await playAll(frame.steps, { ...scene, counters }, why);
      }
      return;
    case 'for-each':
      for (const server of await findServers(frame.who, scene)) {
        stage.name(frame.name, [server]);
        await playAll(frame.steps, scene, why);
      }
      return;
    case 'together':
      await Promise.all(
        frame.branches.map((steps, branch) => {
          // Each draws its own numbers, so that chance does not depend on who is faster.
          const line = `${scene.line}/${branch}`;
          return playAll(steps, { ...scene, line, random: stage.random(line) }, why);
        }),
      );
      return;
    default:
      unreachable(frame);
  }
}

async function playNamed(
  step: Step,
  action: Exclude<Action, Frame>,
  { scene, why }: { readonly scene: Scene; readonly why: string | undefined },
): Promise<void> {
  try {
    await play(action, scene);
  } catch (error) {
    if (!(error instanceof CheckFailure)) throw error;
    const { file, line } = step.place;
    const rounds = [...scene.counters].map(([counter, round]) => `${counter} = ${round}`);
    const names = [scene.stage.describeNames(), ...rounds].filter((part) => part !== '');
    const parts = [
      ...(error.where === undefined ? [] : [error.where]),
      `${file}:${line}: ${step.words}`,
      ...(names.length === 0 ? [] : [`where ${names.join(', ')}`]),
      ...(why === undefined ? [] : [`why it matters: ${why}`]),
    ];
    throw new CheckFailure(error.expected, error.seen, parts.join('; '));
  }
}

async function play(action: Exclude<Action, Frame>, scene: Scene): Promise<void> {
  const { stage } = scene;
  switch (action.kind) {
    case 'leader':
      return nameLeader(action, scene);
    case 'let':
      for (const [name, who] of action.bindings) stage.name(name, await findServers(who, scene));
      return;
    case 'treat':
      return treat(action.treatment, await findServers(action.who, scene), stage);
    case 'partition':
      return partition(action.groups, scene);
    case 'cut':
      return cut(action, scene);
    case 'call':
      return callNow(action, scene);
    case 'begin':
      return begin(action, scene);
    case 'await':
      return awaitCalls(action, scene);
    case 'waiting':
      return expectWaiting(action, scene);
    case 'write':
      return write(action, scene);
    case 'map':
      return readMap(action, scene);
    case 'watch':
      return watch(action, scene);
    case 'pause': {
      const spanMs = action.mostMs - action.leastMs;
      return stage.cluster.pause(action.leastMs + spanMs * scene.random());
    }
    default:
      return unreachable(action);
  }
}
