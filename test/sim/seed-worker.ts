/** A thread that runs the seeds it is given, one after the other. */
import { parentPort } from 'node:worker_threads';
import { runSeed, type SeedTask } from './run-seed.js';

parentPort?.on('message', (task: SeedTask) => {
  void runSeed(task).then((result) => parentPort?.postMessage(result));
});
