/** All bugs of a server that the tester must find. */
import { answerPlants } from './answer-plants.js';
import { consensusPlants } from './consensus-plants.js';
import { crashPlants } from './crash-plants.js';
import type { ServerPlant } from './server-plant.js';

export const serverPlants: readonly ServerPlant[] = [
  ...answerPlants,
  ...crashPlants,
  ...consensusPlants,
];
