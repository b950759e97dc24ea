/** Runs scenes one after the other; one that fails costs only its own goals. */
import { goals, standingGoals, type GoalId } from '../goals/goals.js';
import type { Outcome } from '../goals/outcome.js';
import type { StandingFigures } from '../systems/standing-figures.js';
import type { Bench } from './bench.js';
import type { Scene } from './scene.js';
import type { Selection } from './scenes.js';

/** What came of each goal that has a row, in the order of the table. */
export async function runScenes(
  bench: Bench,
  selection: Selection,
): Promise<ReadonlyMap<GoalId, Outcome>> {
  const found = new Map<GoalId, Outcome>();
  for (const [id, reason] of selection.skipped) found.set(id, { kind: 'skipped', reason });
  for (const scene of selection.scenes) await runScene(bench, scene, found);
  await bench.stage.clear();
  for (const id of standingGoals) found.set(id, standingOutcome(id, bench.world.standing));
  const rows = [...goals.keys()].filter((id) => selection.rows.includes(id));
  const nothing: Outcome = { kind: 'failed', reason: 'no scene told of it' };
  return new Map(rows.map((id) => [id, found.get(id) ?? nothing]));
}

async function runScene(bench: Bench, scene: Scene, found: Map<GoalId, Outcome>): Promise<void> {
  bench.world.standing.enter(scene.goals.join(', '));
  try {
    await scene.run(bench, (id, outcome) => void found.set(id, outcome));
    await bench.stage.leave();
  } catch (error) {
    // Whatever state the clusters are in, the next scene has nothing to do with it.
    await bench.stage.clear();
    const reason = reasonOf(error);
    for (const id of scene.goals) if (!found.has(id)) found.set(id, { kind: 'failed', reason });
  }
}

function standingOutcome(id: GoalId, standing: StandingFigures): Outcome {
  if (!standing.hasWatched) return { kind: 'skipped', reason: 'no cluster was started' };
  const { leaderChanges, longestPauses } = standing;
  const figures =
    id === 'pauses'
      ? { ours: longestPauses.oursMs, theirs: longestPauses.idleMs }
      : { ours: leaderChanges, theirs: undefined };
  return { kind: 'measured', figures };
}

export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : ` (${reasonOf(error.cause)})`;
  return `${error.message}${cause}`.replaceAll(/\s+/g, ' ').trim();
}
