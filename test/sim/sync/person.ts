/**
 * What people do to their files: write, overwrite, delete, rename, copy, write again. Each new
 * content is owed from then on: it is to be in some version or some folder for ever, unless
 * somebody who had it in front of him overwrote or deleted it before it was synced.
 */
import type { SimRandom } from '../sim-random.js';
import type { Desk } from './desk.js';
import type { Judge } from './judge.js';

const names = ['a.txt', 'b', 'sub/c.d.e', '.profile', 'ü, x', 'sub/deep/e', 'z,5,0'];
const commonTexts = ['', 'common 1', 'common 2'];

export class Person {
  readonly #random: SimRandom;
  readonly #judge: Judge;
  readonly #owed: Set<string>;

  /** `owed` is shared by all. */
  constructor(random: SimRandom, judge: Judge, owed: Set<string>) {
    this.#random = random;
    this.#judge = judge;
    this.#owed = owed;
    for (const text of commonTexts) judge.texts.add(text);
  }

  act(desk: Desk): void {
    const name = this.#random.pick(names);
    const chance = this.#random.next();
    if (chance < 0.55) this.#write(desk, name, this.#newText());
    else if (chance < 0.75) this.#write(desk, name, undefined);
    else if (chance < 0.9) this.#rename(desk, name);
    else this.#write(desk, name, this.#oldText());
  }

  #newText(): string {
    if (this.#random.chance(0.15)) return this.#random.pick(commonTexts);
    // Of one length often enough that the size does not give a change away.
    const text = `text ${Math.floor(this.#random.next() * 1e12).toString(36)}`.padEnd(13, '-');
    const long = text + text.repeat(this.#random.pick([0, 0, 0, 1, 8]));
    this.#owed.add(long);
    this.#judge.texts.add(long);
    return long;
  }

  #oldText(): string {
    return this.#random.pick([...commonTexts, ...this.#judge.synced]);
  }

  /** Also a conflict copy back to the name of a file. */
  #rename(desk: Desk, to: string): void {
    const files = [...desk.files()].filter(([name]) => name !== to);
    if (files.length === 0) return;
    const [from, text] = this.#random.pick(files);
    desk.disk.erase(from);
    this.#write(desk, to, text);
  }

  #write(desk: Desk, name: string, text: string | undefined): void {
    const before = desk.files().get(name);
    const isThrownAway = before !== undefined && before !== text;
    if (isThrownAway && !this.#judge.synced.has(before)) this.#owed.delete(before);
    if (text !== undefined) {
      desk.disk.save(name, Buffer.from(text), this.#random.chance(0.5));
    } else if (before !== undefined) {
      desk.disk.erase(name);
    }
  }
}
