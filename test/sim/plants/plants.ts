/** The bugs that the simulator must catch. */
import type { Plant } from './plant.js';

export const plants: readonly Plant[] = [];
