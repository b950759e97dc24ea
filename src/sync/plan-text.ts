/** What `--dry-run` prints of a plan: one line for each thing that would be done. */
import type { Action } from './plan.js';

/** Undefined for what a user would not notice: only a line of the index changes. */
export function describeAction(action: Action): string | undefined {
  return action.kind === 'note' ? undefined : `${action.kind} ${action.name}`;
}
