/** All bugs that the simulator must catch. */
import { memberPlants } from './member-plants.js';
import type { Plant } from './plant.js';
import { raftPlants } from './raft-plants.js';
import { replicaPlants } from './replica-plants.js';
import { storagePlants } from './storage-plants.js';

export const plants: readonly Plant[] = [
  ...raftPlants,
  ...memberPlants,
  ...storagePlants,
  ...replicaPlants,
];
