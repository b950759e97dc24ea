/**
 * What the wire side reads of the applied site. `SiteState` has this shape; naming it here keeps
 * everything that could change the site out of reach.
 */
import type { AnswerTo, SiteQuery } from '../site/site-query.js';

export interface SiteReader {
  /** What there is to a question, as of now. */
  answer<Query extends SiteQuery>(query: Query): AnswerTo<Query>;
}
