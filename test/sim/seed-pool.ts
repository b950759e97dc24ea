/** Threads that share seeds, so that all cores work. How they share them decides nothing else. */
import { Worker } from 'node:worker_threads';
import type { SeedResult, SeedTask } from './run-seed.js';

export interface SeedPoolOptions {
  readonly tasks: Iterator<SeedTask, undefined>;
  readonly workers: number;
  /** Called as seeds end, in whatever order; false to begin no more of them. */
  readonly onResult: (result: SeedResult) => boolean;
}

/** Resolves once all that was begun has ended. Rejects when a thread breaks down. */
export async function runSeedPool({ tasks, workers, onResult }: SeedPoolOptions): Promise<void> {
  let goesOn = true;
  const next = (): SeedTask | undefined => {
    const result = goesOn ? tasks.next() : undefined;
    return result === undefined || result.done === true ? undefined : result.value;
  };
  const workOff = async (): Promise<void> => {
    let task = next();
    if (task === undefined) return;
    const worker = new Worker(new URL('./seed-worker.js', import.meta.url));
    try {
      while (task !== undefined) {
        const result = await runOn(worker, task);
        goesOn = onResult(result) && goesOn;
        task = next();
      }
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: workers }, workOff));
}

function runOn(worker: Worker, task: SeedTask): Promise<SeedResult> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error): void => {
      reject(new Error(`the thread broke down at seed ${task.seed}`, { cause: error }));
    };
    worker.once('error', failed);
    worker.once('message', (result: SeedResult) => {
      worker.off('error', failed);
      resolve(result);
    });
    worker.postMessage(task);
  });
}
