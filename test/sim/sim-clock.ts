/**
 * Simulated time. It owns the order of everything: events happen at their time, those of the same
 * time in the order in which they were scheduled, and time passes only between events.
 */
import { assert, must } from '../../src/base/assert.js';

interface Scheduled {
  readonly atMs: number;
  readonly order: number;
  action: (() => void) | undefined;
}

export class SimClock {
  /** A binary heap: the next event first. */
  readonly #heap: Scheduled[] = [];
  #nowMs = 0;
  #nextOrder = 0;
  #events = 0;

  /** Events that have happened. */
  get events(): number {
    return this.#events;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  /** Runs `action` in `delayMs`, unless the returned function is called before. */
  after(delayMs: number, action: () => void): () => void {
    return this.at(this.#nowMs + delayMs, action);
  }

  /** The same at a time, which must not be over. */
  at(timeMs: number, action: () => void): () => void {
    assert(timeMs >= this.#nowMs, () => `${timeMs} is over`);
    const event: Scheduled = { atMs: timeMs, order: this.#nextOrder, action };
    this.#nextOrder += 1;
    this.#push(event);
    return () => {
      event.action = undefined;
    };
  }

  /** Runs the next event that was not called off; false when it is later than `untilMs`. */
  step(untilMs: number): boolean {
    for (let event = this.#heap[0]; event !== undefined; event = this.#heap[0]) {
      if (event.atMs > untilMs) return false;
      this.#pop();
      const { action } = event;
      if (action === undefined) continue;
      this.#nowMs = event.atMs;
      this.#events += 1;
      action();
      return true;
    }
    return false;
  }

  /** Lets time pass without an event. */
  advanceTo(timeMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, timeMs);
  }

  #push(event: Scheduled): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(event);
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = must(heap[above], 'a heap has no holes');
      if (isBefore(parent, event)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = event;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = must(heap.pop(), 'the heap is empty');
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      const left = heap[below];
      if (left === undefined) break;
      const right = heap[below + 1];
      if (right !== undefined && isBefore(right, left)) below += 1;
      const child = must(heap[below], 'a heap has no holes');
      if (isBefore(last, child)) break;
      heap[at] = child;
      at = below;
    }
    heap[at] = last;
  }
}

function isBefore(a: Scheduled, b: Scheduled): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
