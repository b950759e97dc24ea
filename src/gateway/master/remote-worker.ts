/**
 * Looks after a worker that somebody else runs: asks whether it is well, and leaves it out of the
 * turn until it answers again.
 */
import type { Attendant, HealthTimes, Say, Tell } from './attendant.js';
import type { Member } from './member.js';
import { WorkerWatch } from './watch-worker.js';

export interface RemoteWorkerOptions {
  readonly member: Member;
  readonly health: () => HealthTimes;
  readonly tell: Tell;
  readonly say: Say;
}

export class RemoteWorker implements Attendant {
  readonly member: Member;
  readonly settled: Promise<void>;
  readonly #watch: WorkerWatch;

  constructor({ member, health, tell, say }: RemoteWorkerOptions) {
    this.member = member;
    let settle: (() => void) | undefined;
    this.settled = new Promise((resolve) => {
      settle = resolve;
    });
    this.#watch = new WorkerWatch({
      target: member,
      times: health,
      fields: () => tell(member),
      onResult: ({ problem, cache }) => {
        member.cache = cache;
        const { news } = member.step(
          problem === undefined ? { kind: 'answered' } : { kind: 'failed', reason: problem },
        );
        const rest = problem === undefined ? '' : '; left out until it answers again';
        if (news !== undefined) say('warn', `worker ${member.address} ${news}${rest}`);
        settle?.();
      },
    });
  }

  askNow(): void {
    this.#watch.askNow();
  }

  stop(): Promise<void> {
    this.#watch.stop();
    this.member.agent.destroy();
    return Promise.resolve();
  }
}
