/**
 * The last lines of what a process wrote, for the case that it gets into trouble: bounded, however
 * much it writes.
 */
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

const linesMax = 20;
/** What is longer is cut off. */
const lineCharactersMax = 400;

export class OutputTail {
  #lines: readonly string[] = [];

  /** Reads `stream` to its end; lines of several streams are kept in the order they came. */
  follow(stream: Readable): void {
    const decoder = new StringDecoder('utf8');
    let partial = '';
    stream.on('data', (chunk: Buffer) => {
      const parts = `${partial}${decoder.write(chunk)}`.split('\n');
      partial = (parts.pop() ?? '').slice(0, lineCharactersMax);
      for (const part of parts) this.#keep(part);
    });
    stream.on('end', () => this.#keep(partial));
  }

  /** Oldest first, empty lines left out. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  #keep(line: string): void {
    const shown = line.trimEnd().slice(0, lineCharactersMax);
    if (shown !== '') this.#lines = [...this.#lines, shown].slice(-linesMax);
  }
}
