/**
 * The secret that the servers of a cluster share: whoever calls as a server must know it. It
 * travels in a header, and nothing else here ever shows it. Comparing takes the same time however
 * much of a guess is right.
 */
import { createHash, timingSafeEqual } from 'node:crypto';

/** The HTTP header in which a server's calls carry the secret. */
export const secretHeader = 'x-surfraft-secret';

export class ClusterSecret {
  readonly #text: string;
  readonly #digest: Buffer;

  /** `text` is visible ASCII, so that it can stand in a header as it is. */
  constructor(text: string) {
    this.#text = text;
    this.#digest = digestOf(text);
  }

  /** The line that proves to another server that this one knows the secret, without CRLF. */
  get headerLine(): string {
    return `${secretHeader}: ${this.#text}`;
  }

  /** The same as the headers of a request. */
  get headers(): Readonly<Record<string, string>> {
    return { [secretHeader]: this.#text };
  }

  /** Why `header` does not prove it, or undefined when it does. */
  findMistake(header: string | readonly string[] | undefined): string | undefined {
    if (header === undefined) return "the call lacks the cluster's secret";
    if (typeof header === 'string' && timingSafeEqual(digestOf(header), this.#digest)) {
      return undefined;
    }
    return "the call's secret is not the cluster's";
  }
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text, 'latin1').digest();
}
