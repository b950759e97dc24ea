/** What the parts of the page are given to show: the cluster now, or at a moment in the past. */
import type { Diagnosis } from '../../../doctor/diagnose.js';
import type { ClusterState } from '../../../live/cluster-state.js';
import type { ServerView } from '../../../live/server-view.js';

export interface PageView {
  readonly state: ClusterState;
  readonly servers: readonly ServerView[];
  readonly diagnosis: Diagnosis;
  /** The moment that is shown; undefined: now. */
  readonly viewedMs: number | undefined;
  readonly nowMs: number;
  /** The server that was chosen. */
  readonly selected: number;
  /** How commands name the cluster: the address of a server that answers. */
  readonly target: string;
}
