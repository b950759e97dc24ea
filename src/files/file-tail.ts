/**
 * The state of the files as it will be once everything that this leader has logged is applied. It
 * holds only what differs from the applied state, and shrinks as entries are applied.
 */
import { assert, must } from '../base/assert.js';
import { Fifo } from '../base/fifo.js';
import { TransientMap } from '../base/transient-map.js';
import type { FileCommand, UpdateFile } from './file-command.js';
import type { RequestIds } from './request-ids.js';
import type { FilesView, RequestArguments, Verdict } from './version-rule.js';

interface TailEntry<Command extends FileCommand = FileCommand> {
  readonly command: Command;
  /** The command's bytes, as they were given to the log. */
  readonly payload: Uint8Array;
  readonly verdict: Verdict;
  /** Sequence that its request id will have; 0 when it has none or takes no effect. */
  readonly sequence: number;
}

export class FileTail implements FilesView {
  readonly #applied: FilesView;
  readonly #appliedIds: RequestIds;
  readonly #entries = new Fifo<TailEntry>();
  /** The newest entry of each file and of each request id, of those that will take effect. */
  readonly #byName = new TransientMap<string, TailEntry<UpdateFile>>();
  readonly #byId = new TransientMap<string, TailEntry<UpdateFile>>();
  /** Sequence of the newest request id once everything here is applied. */
  #issued: number;

  constructor(applied: FilesView, appliedIds: RequestIds) {
    this.#applied = applied;
    this.#appliedIds = appliedIds;
    this.#issued = appliedIds.issued;
  }

  get size(): number {
    return this.#entries.size;
  }

  versionOf(name: string): number {
    const entry = this.#byName.get(name);
    return entry === undefined ? this.#applied.versionOf(name) : Number(entry.command.version);
  }

  requestOf(requestId: string): RequestArguments | undefined {
    const entry = this.#byId.get(requestId);
    if (entry !== undefined && entry.sequence > this.#issued - this.#appliedIds.kept) {
      return entry.command;
    }
    return this.#appliedIds.find(requestId, this.#issued);
  }

  /** Adds a command that is in the log, with the verdict on it in the light of this tail. */
  push(command: FileCommand, verdict: Verdict, payload: Uint8Array): void {
    if (command.type === 'updatefile') this.#pushUpdate(command, verdict, payload);
    else this.#entries.push({ command, payload, verdict, sequence: 0 });
  }

  /**
   * Takes out the oldest command, which must be that of `payload`: it is applied, with this
   * verdict. The log hands back the very bytes it was given, unless it was read anew.
   */
  shift(payload: Uint8Array, verdict: Verdict): void {
    const entry = must(this.#entries.shift(), 'a tail that shrinks is not empty');
    const same = entry.payload === payload || areEqual(entry.payload, payload);
    assert(same, 'entries are applied in the order in which the tail got them');
    assert(
      entry.verdict === verdict,
      () => `applied as foreseen: ${entry.verdict}, not ${verdict}`,
    );
    if (entry.command.type !== 'updatefile') return;
    const { name, requestId } = entry.command;
    if (this.#byName.get(name) === entry) this.#byName.delete(name);
    if (requestId !== undefined && this.#byId.get(requestId) === entry) {
      this.#byId.delete(requestId);
    }
  }

  #pushUpdate(command: UpdateFile, verdict: Verdict, payload: Uint8Array): void {
    const counts = verdict === 'takesEffect' && command.requestId !== undefined;
    if (counts) this.#issued += 1;
    const sequence = counts ? this.#issued : 0;
    const entry = { command, payload, verdict, sequence };
    this.#entries.push(entry);
    if (verdict !== 'takesEffect') return;
    this.#byName.set(command.name, entry);
    if (command.requestId !== undefined) this.#byId.set(command.requestId, entry);
  }
}

function areEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
