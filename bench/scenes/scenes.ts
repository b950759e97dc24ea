/**
 * All scenes, in the order in which they run: those that start with what they need come first, so
 * that a quick run can pass its clusters on.
 */
import { standingGoals, type GoalId } from '../goals/goals.js';
import { maps, reads, updatesAt128, updatesScene } from './compared-scenes.js';
import { manyFilesScene, millionScene } from './own-scenes.js';
import type { Scene } from './scene.js';

const scenes: readonly Scene[] = [
  maps,
  reads,
  updatesScene('updates-1', 3, 1),
  updatesScene('updates-32', 3, 32),
  updatesAt128,
  updatesScene('five-servers', 5, 128),
  manyFilesScene,
  millionScene,
];

export interface Selection {
  readonly scenes: readonly Scene[];
  /** Goals that get a row. */
  readonly rows: readonly GoalId[];
  /** Why a goal that has a row has no scene. */
  readonly skipped: ReadonlyMap<GoalId, string>;
}

/**
 * The scenes of the goals that were asked for; undefined stands for all. What is watched for in all
 * of them has its row in any case.
 */
export function selectScenes(asked: readonly GoalId[] | undefined, isQuick: boolean): Selection {
  const all = [...scenes.flatMap((scene) => scene.goals), ...standingGoals];
  const rows = asked === undefined ? all : [...new Set([...asked, ...standingGoals])];
  const needsAny = rows.every((id) => standingGoals.includes(id));
  const isWanted = ({ goals }: Scene): boolean => needsAny || goals.some((id) => rows.includes(id));
  const isLeftOut = ({ isLong = false }: Scene): boolean =>
    isLong && isQuick && (asked === undefined || needsAny);
  const wanted = scenes.filter(isWanted);
  const reason = 'too long for --quick; ask for it with --only';
  return {
    scenes: wanted.filter((scene) => !isLeftOut(scene)),
    rows,
    skipped: new Map(
      wanted.filter(isLeftOut).flatMap(({ goals }) => goals.map((id) => [id, reason] as const)),
    ),
  };
}
