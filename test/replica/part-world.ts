/** What a part of a replica needs of the world, for tests of one part: turns, tasks, events. */
import { asLogIndex, asTerm } from '../../src/base/ids.js';
import type { LogPosition } from '../../src/raft/messages.js';
import type { ReplicaEvent } from '../../src/replica/observer.js';
import { RunningTasks } from '../../src/replica/running-tasks.js';
import type { Timer } from '../../src/replica/timer.js';
import { FakeSnapshots } from './fake-snapshots.js';

export class PartWorld {
  readonly snapshots = new FakeSnapshots();
  readonly storage = {
    createSnapshot: (position: LogPosition) => this.snapshots.create(position),
    openSnapshot: () => this.snapshots.open(),
  };
  readonly tasks = new RunningTasks();
  readonly events: ReplicaEvent[] = [];
  readonly observer = (event: ReplicaEvent): void => {
    this.events.push(event);
  };
  /** Turns that were asked for. */
  turns = 0;
  readonly timer: Timer = {
    every: () => () => undefined,
    afterMoment: () => () => undefined,
    soon: (action) => {
      this.turns += 1;
      setImmediate(action);
    },
  };

  /** What most parts are made with. */
  readonly parts = { tasks: this.tasks, observer: this.observer, timer: this.timer };

  /** Types of the events that were told. */
  get told(): readonly string[] {
    return this.events.map(({ type }) => type);
  }

  /** What is under way comes to its end, or to what hangs. */
  async settle(): Promise<void> {
    for (let left = 30; left > 0; left -= 1) await new Promise((resolve) => setImmediate(resolve));
  }
}

export function positionAt(index: number, term = 1): LogPosition {
  return { index: asLogIndex(index), term: asTerm(term) };
}
