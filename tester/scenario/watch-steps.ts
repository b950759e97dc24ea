/**
 * The steps that look at the cluster until, or for as long as, something holds.
 */
import { CheckFailure } from '../cluster/check-outcome.js';
import { findServers } from './find-servers.js';
import { look, type Miss } from './look.js';
import type { Action, Sentence } from './scenario.js';
import type { Scene } from './stage.js';

/** Waits until exactly one server leads, and names it. */
export async function nameLeader(
  action: Extract<Action, { kind: 'leader' }>,
  scene: Scene,
): Promise<void> {
  const { stage } = scene;
  const { cluster } = stage;
  const among = stage.present(await findServers(action.among, scene));
  const { withinMs } = action;
  if (withinMs !== undefined) {
    const ids = among.map((server) => server.seat.id).join(', ');
    const found = await cluster.within(withinMs, async () => {
      const leaders = await cluster.leadersNow(among);
      return leaders.length === 1 ? leaders : undefined;
    });
    if (found === undefined) {
      const expected = `exactly one leader among servers ${ids} within ${withinMs} ms`;
      throw new CheckFailure(expected, 'none, or several');
    }
  }
  const leader = await cluster.leader(among);
  if (action.name !== undefined) stage.name(action.name, [leader]);
}

export async function watch(
  action: Extract<Action, { kind: 'watch' }>,
  scene: Scene,
): Promise<void> {
  const { sentences, limitMs } = action;
  const { timing } = scene.stage.cluster;
  switch (action.manner) {
    case 'check':
      failOn(await firstMiss(sentences, scene), '');
      return;
    case 'wait until':
      return waitUntil(sentences, scene, limitMs ?? timing.settleMs);
    case 'stays':
      return watchFor(sentences, scene, limitMs ?? timing.quietMs);
  }
}

async function waitUntil(
  sentences: readonly Sentence[],
  scene: Scene,
  limitMs: number,
): Promise<void> {
  let last: Miss | undefined;
  const holds = await scene.stage.cluster.within(limitMs, async () => {
    last = await firstMiss(sentences, scene);
    return last === undefined ? true : undefined;
  });
  if (holds === undefined) failOn(last, ` within ${limitMs} ms`);
}

async function watchFor(
  sentences: readonly Sentence[],
  scene: Scene,
  durationMs: number,
): Promise<void> {
  const startedAt = performance.now();
  for (;;) {
    const miss = await firstMiss(sentences, scene);
    const afterMs = performance.now() - startedAt;
    failOn(miss, `, for ${durationMs} ms; it was so for ${Math.round(afterMs)} ms`);
    if (afterMs >= durationMs) return;
    await scene.stage.cluster.pause(scene.stage.cluster.timing.pollMs);
  }
}

async function firstMiss(sentences: readonly Sentence[], scene: Scene): Promise<Miss | undefined> {
  for (const { condition, words } of sentences) {
    const miss = await look(condition, words, scene);
    if (miss !== undefined) return miss;
  }
  return undefined;
}

function failOn(miss: Miss | undefined, when: string): void {
  if (miss === undefined) return;
  throw new CheckFailure(miss.expected + when, miss.seen, miss.where);
}
