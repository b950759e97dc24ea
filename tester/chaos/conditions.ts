/**
 * What has been done to each server and not been undone, as far as it is certain: for those who
 * must know whether what they saw can be held against the server.
 */
export class Conditions {
  readonly #crashSpells = new Map<number, number>();
  readonly #lives = new Map<number, number>();
  readonly #killed = new Set<number>();
  readonly #paused = new Set<number>();
  #spellCount = 0;

  /** Call it when `crash` was answered true. */
  crashed(server: number): void {
    this.#spellCount += 1;
    this.#crashSpells.set(server, this.#spellCount);
  }

  /** Call it before anything is sent that may end the crashed state. */
  crashEnds(server: number): void {
    this.#crashSpells.delete(server);
  }

  /** Tells one crash from the next; undefined while it is not certain that the switch is on. */
  crashSpell(server: number): number | undefined {
    return this.#crashSpells.get(server);
  }

  /** Call it before the process is killed. */
  killed(server: number): void {
    this.#lives.set(server, this.life(server) + 1);
    this.#crashSpells.delete(server);
    this.#killed.add(server);
  }

  paused(server: number): void {
    this.#paused.add(server);
  }

  resumed(server: number): void {
    this.#paused.delete(server);
  }

  /** The killed process runs again. */
  started(server: number): void {
    this.#killed.delete(server);
  }

  /** Counts the lives of the server's process. */
  life(server: number): number {
    return this.#lives.get(server) ?? 0;
  }

  /** The tester has killed it, and not started it again. */
  isKilled(server: number): boolean {
    return this.#killed.has(server);
  }

  /** Killed or paused: it answers nothing, so nothing else can be done to it. */
  isOutOfReach(server: number): boolean {
    return this.#killed.has(server) || this.#paused.has(server);
  }
}
