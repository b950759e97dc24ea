/**
 * What is known while the steps of one scenario are read, from the first to the last: which names
 * an earlier step has given, so that a slip of the pen is found before anything is crashed.
 */
import type { Node } from 'yaml';
import type { Need } from '../cluster/need.js';
import type { Call, Template } from './scenario.js';
import type { ScenarioText } from './scenario-text.js';

/** A call that was begun in the background, and whether a later step waits for its end. */
interface BegunCall {
  readonly node: Node;
  readonly method: Call['method'];
  awaited: boolean;
}

export class Reading {
  readonly text: ScenarioText;
  /** Servers with a greater id may be missing. */
  readonly serversMin: number;
  /** Names of servers. */
  readonly serverNames = new Set<string>();
  /** Methods and powers that the steps cannot do without. */
  readonly needs = new Set<Need>();
  readonly #calls = new Map<string, BegunCall>();
  #counters: readonly string[] = [];
  #depth = 0;

  constructor(text: ScenarioText, serversMin: number) {
    this.text = text;
    this.serversMin = serversMin;
  }

  begin(node: Node, name: string, method: Call['method']): void {
    const known = this.#calls.get(name);
    if (known === undefined) this.#calls.set(name, { node, method, awaited: false });
    else if (known.method !== method) {
      const hint = 'expected a name of its own, since the calls are awaited together';
      this.text.problem(node, `"${name}" already names a ${known.method}; ${hint}`);
    }
  }

  /** The method of the calls of that name. `ends`: the step waits for their end. */
  begun(node: Node, name: string, ends: boolean): Call['method'] | null {
    const call = this.#calls.get(name);
    if (call === undefined) {
      const known = [...this.#calls.keys()];
      if (known.length > 0) return this.text.unknown(node, name, 'call in the background', known);
      const expected = 'expected the name of an earlier step that is "in background"';
      return this.text.problem(node, `"${name}" was never begun; ${expected}`);
    }
    call.awaited ||= ends;
    return call.method;
  }

  /** Every call must be judged by somebody. */
  expectAllAwaited(): void {
    for (const [name, { node, awaited }] of this.#calls) {
      if (awaited) continue;
      const hint = `expected a later step "await: ${name}" that says how it ends`;
      this.text.problem(node, `nobody waits for "${name}"; ${hint}`);
    }
  }

  /** Reads with `{counter}` standing for a number. */
  within<T>(counter: string | undefined, read: () => T): T {
    const outer = this.#counters;
    if (counter !== undefined) this.#counters = [...outer, counter];
    const result = read();
    this.#counters = outer;
    return result;
  }

  /** Reads what stands within something else, down to `depthMax`. */
  nested<T>(node: Node, depthMax: number, read: () => T): T | null {
    if (this.#depth >= depthMax) {
      return this.text.problem(node, `steps in steps, expected at most ${depthMax} deep`);
    }
    this.#depth += 1;
    const result = read();
    this.#depth -= 1;
    return result;
  }

  /** Text in which each `{…}` is a counter of a `repeat` around it. */
  template(node: Node, expected: string): Template | null {
    const words = this.text.words(node, expected);
    if (words === null) return null;
    const strange = [...words.matchAll(/\{([^}]*)\}/g)]
      .map(([, inner = '']) => inner)
      .find((inner) => !this.#counters.includes(inner));
    if (strange === undefined) return words;
    const known = this.#counters.map((counter) => `{${counter}}`);
    if (known.length > 0) return this.text.unknown(node, `{${strange}}`, 'counter', known);
    const hint = 'expected a "repeat" around it that names it with "as"';
    return this.text.problem(node, `"{${strange}}" is no counter; ${hint}`);
  }
}
