/** A bug planted in our real server, and how the tester must find it, over the public API alone. */
import type { Plant } from '../../sim/plants/plant.js';

export interface ServerPlant extends Plant {
  /** Servers of the cluster; 3 when nothing is said. */
  readonly size?: number;
  /** All of them must see it, each for its own reason. */
  readonly trials: readonly Trial[];
}

export type Trial = CheckTrial | ChaosTrial;

/** A check of the standard suite must fail. */
interface CheckTrial {
  readonly kind: 'check';
  /** A part of "group: name" that only this check has. */
  readonly title: string;
  /** What its failure must say. */
  readonly words: RegExp;
}

/** Chaos must find a promise broken: the seeds from 1 on are tried until one does. */
export interface ChaosTrial {
  readonly kind: 'chaos';
  readonly seedsMax: number;
  /** How long the faults of each seed go on. */
  readonly seconds: number;
  /** A part of the promise that no other has. */
  readonly title: string;
  readonly words: RegExp;
}
