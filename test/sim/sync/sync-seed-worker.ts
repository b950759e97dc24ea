/** A thread that runs the seeds it is given, one after the other. */
import { parentPort } from 'node:worker_threads';
import { runSyncSeed } from './run-sync-seed.js';
import type { SyncRunOptions } from './simulate-sync.js';

parentPort?.on('message', (task: SyncRunOptions) => {
  void runSyncSeed(task).then((result) => parentPort?.postMessage(result));
});
