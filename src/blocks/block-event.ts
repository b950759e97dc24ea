/** What people should hear of the care for stored blocks: one event is one line of a log. */
import type { BlockHash } from './block-hash.js';

export interface BlockEvent {
  readonly type:
    /** The store has a copy whose bytes are not those of its name. */
    | 'damaged'
    /** The store has no copy although it is to keep one. */
    | 'missing'
    /** A damaged or missing copy was replaced from a good one. */
    | 'repaired'
    /** A copy that was damaged or missing could not be replaced; it is tried again. */
    | 'not-repaired'
    /** The store did not take the block when it was put; it is copied there later. */
    | 'missed'
    /** The store took a block that it had missed. */
    | 'handed-off'
    /** Too much is remembered already; the copy will be found to be missing later. */
    | 'not-remembered';
  readonly address: string;
  readonly hash: BlockHash;
  /** Why, where there is a reason. */
  readonly reason?: string;
}

export type BlockObserver = (event: BlockEvent) => void;
