/** Threads that share seeds, so that all cores work. How they share them decides nothing else. */
import { Worker } from 'node:worker_threads';
import type { SeedResult, SeedTask } from './run-seed.js';

export interface SeedPoolOptions<Task extends { readonly seed: number }, Result> {
  readonly tasks: Iterator<Task, undefined>;
  readonly workers: number;
  /** What a thread runs: a task is posted to it, and it posts the result. */
  readonly program: URL;
  /** Called as seeds end, in whatever order; false to begin no more of them. */
  readonly onResult: (result: Result) => boolean;
}

/** Of clusters of Raft servers. */
export function runSeedPool(
  options: Omit<SeedPoolOptions<SeedTask, SeedResult>, 'program'>,
): Promise<void> {
  return runPool({ ...options, program: new URL('./seed-worker.js', import.meta.url) });
}

/** Resolves once all that was begun has ended. Rejects when a thread breaks down. */
export async function runPool<Task extends { readonly seed: number }, Result>({
  tasks,
  workers,
  program,
  onResult,
}: SeedPoolOptions<Task, Result>): Promise<void> {
  let goesOn = true;
  const next = (): Task | undefined => {
    const result = goesOn ? tasks.next() : undefined;
    return result === undefined || result.done === true ? undefined : result.value;
  };
  const workOff = async (): Promise<void> => {
    let task = next();
    if (task === undefined) return;
    const worker = new Worker(program);
    try {
      while (task !== undefined) {
        const result = await runOn<Result>(worker, task);
        goesOn = onResult(result) && goesOn;
        task = next();
      }
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: workers }, workOff));
}

function runOn<Result>(worker: Worker, task: { readonly seed: number }): Promise<Result> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error): void => {
      reject(new Error(`the thread broke down at seed ${task.seed}`, { cause: error }));
    };
    worker.once('error', failed);
    worker.once('message', (result: Result) => {
      worker.off('error', failed);
      resolve(result);
    });
    worker.postMessage(task);
  });
}
