/**
 * Answers that the master gives itself: of files that it holds in its cache, and that the file
 * system, asked after the request came in, says to be unchanged. Their heads are those that a
 * worker sent for the same bytes, which the entity tag shows, so nobody can tell who answers.
 */
import { contentLength, type ResponseHead } from './continuation.js';
import { endToEndFields, fieldValue } from './header-fields.js';

/** The files that are held. Both may be asked for whatever path. */
export interface HeldFiles {
  /** Larger files are not held. */
  readonly fileBytesMax: number;
  /** Undefined unless it is held, and unchanged at a moment after the call. Never rejects. */
  findHeld(target: string): Promise<HeldBytes | undefined>;
  /** Brings it into the cache, if it fits and is there. */
  bring(target: string): void;
}

export interface HeldBytes {
  readonly etag: string;
  readonly modifiedMs: number | undefined;
  readonly bytes: Uint8Array;
}

export interface HeldHead {
  readonly key: string;
  readonly target: string;
  readonly etag: string;
  /** The lines of the head that are the same each time, each with its end. */
  readonly lines: string;
  readonly lastModified: string | undefined;
  /** Of the file for which `lastModified` was found to be right. */
  modifiedMs: number | undefined;
}

const headsMax = 20_000;
const varyAllowed = /^accept-encoding$/i;
/** Of a file: what a folder's address leads to is for the workers. */
const plainTarget = /^\/[A-Za-z0-9._~/!$&'()*+,;=:@-]*[^/]$/;

export class HeldAnswers {
  readonly #files: HeldFiles;
  readonly #heads = new Map<string, HeldHead>();
  readonly #looks = new Map<string, Looks>();

  constructor(files: HeldFiles) {
    this.#files = files;
  }

  /** Takes note of what a worker sent for a GET. */
  learn(target: string, acceptEncoding: string | undefined, head: ResponseHead): void {
    const etag = fieldValue(head.rawHeaders, 'etag');
    const size = contentLength(head);
    const vary = fieldValue(head.rawHeaders, 'vary');
    const isPlain =
      head.status === 200 &&
      plainTarget.test(target) &&
      etag !== undefined &&
      size !== undefined &&
      size <= this.#files.fileBytesMax &&
      fieldValue(head.rawHeaders, 'content-encoding') === undefined &&
      (vary === undefined || varyAllowed.test(vary));
    if (!isPlain) return;
    const key = keyOf(target, acceptEncoding);
    if (this.#heads.get(key)?.etag === etag) return;
    if (this.#heads.size >= headsMax) this.#heads.clear();
    this.#heads.set(key, {
      ...{ key, target, etag, lines: linesOf(head.rawHeaders) },
      lastModified: fieldValue(head.rawHeaders, 'last-modified'),
      modifiedMs: undefined,
    });
    this.#files.bring(target);
  }

  /** Undefined when a worker must be asked. */
  headFor(target: string, acceptEncoding: string | undefined): HeldHead | undefined {
    return this.#heads.get(keyOf(target, acceptEncoding));
  }

  /** The bytes behind the head, found unchanged after this call; undefined: ask a worker. */
  async bytesFor(head: HeldHead): Promise<Uint8Array | undefined> {
    const { target, etag } = head;
    const held = await this.#look(target);
    if (held?.etag === etag && isRightTime(head, held)) return held.bytes;
    // The answer of a worker will tell what is there now.
    this.#heads.delete(head.key);
    return undefined;
  }

  /** A look that begins after this call, shared with whoever asks before it begins. */
  #look(target: string): Promise<HeldBytes | undefined> {
    const looks = this.#looks.get(target);
    if (looks === undefined) {
      const running = this.#files.findHeld(target);
      const first: Looks = { running, next: undefined };
      this.#looks.set(target, first);
      void this.#goOn(target, first);
      return running;
    }
    looks.next ??= looks.running.then(() => this.#files.findHeld(target));
    return looks.next;
  }

  async #goOn(target: string, looks: Looks): Promise<void> {
    for (;;) {
      await looks.running;
      if (looks.next === undefined) break;
      looks.running = looks.next;
      looks.next = undefined;
    }
    this.#looks.delete(target);
  }
}

/** Looks of one file at the file system, one after the other. */
interface Looks {
  /** The one under way. */
  running: Promise<HeldBytes | undefined>;
  /** The one that begins when that is done, for all who ask meanwhile. */
  next: Promise<HeldBytes | undefined> | undefined;
}

/** The bytes may be the same and the time of the last change another. */
function isRightTime(head: HeldHead, { modifiedMs }: HeldBytes): boolean {
  if (modifiedMs === undefined) return head.lastModified === undefined;
  if (modifiedMs === head.modifiedMs) return true;
  if (new Date(modifiedMs).toUTCString() !== head.lastModified) return false;
  head.modifiedMs = modifiedMs;
  return true;
}

function keyOf(target: string, acceptEncoding = ''): string {
  return `${target}\n${acceptEncoding}`;
}

function linesOf(rawHeaders: readonly string[]): string {
  const fields = endToEndFields(rawHeaders);
  let lines = '';
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const name = fields[at] ?? '';
    if (name.toLowerCase() !== 'date') lines += `${name}: ${fields[at + 1] ?? ''}\r\n`;
  }
  return lines;
}
