/**
 * One step as the file has it: its word, what stands after the word, and its options; and how the
 * usual options are read.
 */
import { isScalar, type Node } from 'yaml';
import { isNothing, oneOf } from './scenario-text.js';
import { readDuration } from './read-duration.js';
import { readWho } from './read-who.js';
import type { Reading } from './reading.js';
import type { Who } from './scenario.js';

export class StepFields {
  readonly reading: Reading;
  /** The step as a whole. */
  readonly node: Node;
  /** What stands after the word; nothing when the word stands alone. */
  readonly value: Node;
  readonly #options: ReadonlyMap<string, Node>;

  constructor(
    reading: Reading,
    node: Node,
    parts: { readonly value: Node; readonly options: ReadonlyMap<string, Node> },
  ) {
    this.reading = reading;
    this.node = node;
    this.value = parts.value;
    this.#options = parts.options;
  }

  get hasValue(): boolean {
    return !isNothing(this.value);
  }

  option(name: string): Node | undefined {
    return this.#options.get(name);
  }

  /** A time, or undefined when it is not given. */
  duration(name: string): number | undefined | null {
    const node = this.option(name);
    return node === undefined ? undefined : readDuration(this.reading.text, node);
  }

  /** The servers of an option; `otherwise` when it is not given. */
  who(name: string, otherwise: Who): Who | null {
    const node = this.option(name);
    return node === undefined ? otherwise : readWho(this.reading, node);
  }

  /** One of a few words; the first when the option is not given. */
  choice<Word extends string>(name: string, words: readonly [Word, ...Word[]]): Word | null {
    const node = this.option(name);
    if (node === undefined) return words[0];
    const found = isScalar(node) ? node.value : undefined;
    const word = words.find((each) => each === found);
    return word ?? this.reading.text.refuse(node, oneOf(words));
  }
}
