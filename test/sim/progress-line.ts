/** How far a long run is, on one line of a terminal that is written over and over. */
import process from 'node:process';

/** The line is written at most this often. */
const everyMs = 200;

export class ProgressLine {
  readonly #total: number;
  readonly #startedMs = performance.now();
  readonly #isSeen = process.stderr.isTTY;
  #done = 0;
  #events = 0;
  #writtenMs = -Infinity;

  constructor(total: number) {
    this.#total = total;
  }

  get events(): number {
    return this.#events;
  }

  get seconds(): number {
    return (performance.now() - this.#startedMs) / 1000;
  }

  get eventsPerMinute(): number {
    return (this.#events / this.seconds) * 60;
  }

  /** One more seed has ended, after so many events. */
  add(events: number): void {
    this.#done += 1;
    this.#events += events;
    const now = performance.now();
    if (!this.#isSeen || now - this.#writtenMs < everyMs) return;
    this.#writtenMs = now;
    const leftSeconds = (this.seconds / this.#done) * (this.#total - this.#done);
    const rate = `${(this.eventsPerMinute / 1e6).toFixed(2)} million events/min`;
    process.stderr.write(
      `\r\u001b[K${this.#done}/${this.#total} seeds, ${rate}, ${leftSeconds.toFixed(0)} s left`,
    );
  }

  clear(): void {
    if (this.#isSeen) process.stderr.write('\r\u001b[K');
  }
}
