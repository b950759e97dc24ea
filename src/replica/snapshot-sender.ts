/**
 * Sends the newest snapshot to one follower (paper, section 7), a piece at a time, and each only
 * after the answer to the one before. The first piece is empty and asks how far the follower is, so
 * a transfer that broke off goes on where it stopped. What is lost, or brings nothing, is tried
 * again with the core's next demand, which comes with every heartbeat.
 *
 * Invariant: a reader is open only while its snapshot is being sent, and is closed at every end.
 */
import { crc32c } from '../base/crc32c.js';
import type { LogIndex, ServerId, Term } from '../base/ids.js';
import type {
  InstallSnapshotRequest,
  InstallSnapshotResponse,
  LogPosition,
} from '../raft/messages.js';
import {
  StorageDamagedError,
  StorageError,
  type SnapshotReader,
  type Storage,
} from '../storage/storage.js';
import type { ReplicaObserver } from './observer.js';
import { RetryPause } from './retry-pause.js';
import type { RunningTasks } from './running-tasks.js';
import { pieceBytesMax } from './snapshot-limits.js';

/** Demands that are left unanswered, at most, after answers that brought nothing. */
const demandsSkippedMax = 31;

export interface SnapshotSenderOptions {
  readonly to: ServerId;
  readonly leaderId: ServerId;
  readonly storage: Pick<Storage, 'openSnapshot'>;
  readonly observer: ReplicaObserver;
  readonly tasks: RunningTasks;
  readonly send: (request: InstallSnapshotRequest) => void;
  /** The follower has answered: it is on its way to this snapshot. */
  readonly onBegun: (position: LogPosition) => void;
  /** Whether another snapshot should be sent in place of this one, which is, or is not, begun. */
  readonly isOutdated: (position: LogPosition, isBegun: boolean) => boolean;
  /** The newest snapshot cannot be read: another one is wanted in its place. */
  readonly onUnreadable: () => void;
}

interface Transfer {
  readonly term: Term;
  readonly reader: SnapshotReader;
  /** `waiting`: nothing is under way before the next demand. */
  state: 'reading' | 'sent' | 'waiting';
  /** Where the piece began that was sent last; undefined when it only asked. */
  sentFrom: number | undefined;
  /** The follower has answered. */
  isBegun: boolean;
  /** Answers in a row that brought nothing, and demands left to skip for them. */
  idleAnswers: number;
  demandsToSkip: number;
  isEnded: boolean;
}

export class SnapshotSender {
  readonly #options: SnapshotSenderOptions;
  readonly #pause = new RetryPause({ firstMs: 200, longestMs: 10_000 });
  /** The term for which a reader is being opened. */
  #opening: { readonly term: Term; isEnded: boolean } | undefined = undefined;
  #transfer: Transfer | undefined = undefined;

  constructor(options: SnapshotSenderOptions) {
    this.#options = options;
  }

  tick(): void {
    this.#pause.tick();
  }

  /** The core's demand: begin, or go on when nothing is under way. */
  demanded(term: Term): void {
    if (this.#opening !== undefined && this.#opening.term !== term) this.end();
    if (this.#transfer !== undefined && this.#transfer.term !== term) this.end();
    if (this.#isOutdated()) this.end();
    const transfer = this.#transfer;
    if (transfer !== undefined) this.#continue(transfer);
    else if (this.#opening === undefined && this.#pause.isOver) {
      this.#options.tasks.start(() => this.#open(term));
    }
  }

  /** The follower answered; the core has heard it already. */
  answered({ lastIncludedIndex, installed, nextOffset }: InstallSnapshotResponse): void {
    const transfer = this.#transfer;
    if (transfer === undefined || transfer.reader.position.index !== lastIncludedIndex) return;
    if (installed) {
      this.#installed(lastIncludedIndex);
      return;
    }
    if (transfer.state === 'reading') return;
    this.#begun(transfer);
    const isWhole = nextOffset >= transfer.reader.imageBytes;
    if (isWhole || nextOffset === transfer.sentFrom) {
      // A follower that has all of it is making it durable, and says so when it is asked again.
      if (!isWhole) this.#broughtNothing(transfer);
      transfer.state = 'waiting';
      return;
    }
    if (nextOffset > (transfer.sentFrom ?? Infinity)) transfer.idleAnswers = 0;
    this.#options.tasks.start(() => this.#sendFrom(transfer, nextOffset));
  }

  /** A request to the follower was lost, perhaps ours. */
  lost(): void {
    if (this.#transfer?.state === 'sent') this.#transfer.state = 'waiting';
  }

  /** The core demands none: the follower has it by now, or came up without. */
  notNeeded(): void {
    if (this.#transfer?.state === 'waiting') this.end();
  }

  /** Ends what is under way: leadership, the term or this server's activity has ended. */
  end(): void {
    if (this.#opening !== undefined) this.#opening.isEnded = true;
    this.#opening = undefined;
    const transfer = this.#transfer;
    this.#transfer = undefined;
    if (transfer === undefined) return;
    transfer.isEnded = true;
    // Whoever reads closes when it comes back.
    if (transfer.state !== 'reading') this.#options.tasks.start(() => this.#close(transfer.reader));
  }

  #continue(transfer: Transfer): void {
    if (transfer.state !== 'waiting') return;
    if (transfer.demandsToSkip > 0) transfer.demandsToSkip -= 1;
    else this.#ask(transfer);
  }

  async #open(term: Term): Promise<void> {
    const opening = { term, isEnded: false };
    this.#opening = opening;
    try {
      const reader = await this.#options.storage.openSnapshot();
      if (opening.isEnded) {
        if (reader !== undefined) await this.#close(reader);
        return;
      }
      this.#opening = undefined;
      if (reader === undefined) this.#failed('there is none');
      else this.#begin(term, reader);
    } catch (error) {
      const reason = reasonOf(error);
      // Nobody wants it any more, readable or not.
      if (opening.isEnded) return;
      this.#opening = undefined;
      this.#failed(reason);
    }
  }

  #begin(term: Term, reader: SnapshotReader): void {
    const transfer: Transfer = {
      ...{ term, reader, state: 'waiting', sentFrom: undefined, isBegun: false },
      ...{ idleAnswers: 0, demandsToSkip: 0, isEnded: false },
    };
    this.#transfer = transfer;
    this.#ask(transfer);
  }

  #begun(transfer: Transfer): void {
    if (transfer.isBegun) return;
    transfer.isBegun = true;
    const { to, observer, onBegun } = this.#options;
    const { position, imageBytes } = transfer.reader;
    observer({ type: 'snapshotSending', to, position, imageBytes });
    onBegun(position);
  }

  /** Who does not answer may be away for long: when it is back it is sent what is newest then. */
  #isOutdated(): boolean {
    const transfer = this.#transfer;
    if (transfer?.state !== 'waiting') return false;
    return this.#options.isOutdated(transfer.reader.position, transfer.isBegun);
  }

  #ask(transfer: Transfer): void {
    transfer.sentFrom = undefined;
    this.#send(transfer, 0, new Uint8Array());
  }

  async #sendFrom(transfer: Transfer, offset: number): Promise<void> {
    transfer.state = 'reading';
    try {
      const data = await transfer.reader.read(offset, pieceBytesMax);
      if (transfer.isEnded) await this.#close(transfer.reader);
      else {
        transfer.sentFrom = offset;
        this.#send(transfer, offset, data);
      }
    } catch (error) {
      const reason = reasonOf(error);
      transfer.state = 'waiting';
      if (transfer.isEnded) await this.#close(transfer.reader);
      else {
        this.end();
        this.#failed(reason);
      }
    }
  }

  #send(transfer: Transfer, offset: number, data: Uint8Array): void {
    const { position, configuration, imageBytes, imageChecksum } = transfer.reader;
    transfer.state = 'sent';
    this.#options.send({
      type: 'installSnapshot',
      term: transfer.term,
      leaderId: this.#options.leaderId,
      lastIncludedIndex: position.index,
      lastIncludedTerm: position.term,
      ...{ configuration, imageBytes, imageChecksum, offset, data },
      checksum: crc32c(data),
      done: offset + data.length === imageBytes,
    });
  }

  #installed(index: LogIndex): void {
    const { to, observer } = this.#options;
    this.#pause.succeeded();
    this.end();
    observer({ type: 'snapshotSent', to, index });
  }

  #broughtNothing(transfer: Transfer): void {
    transfer.demandsToSkip = Math.min(2 ** transfer.idleAnswers - 1, demandsSkippedMax);
    transfer.idleAnswers += 1;
  }

  #failed(reason: string): void {
    const { to, observer, onUnreadable } = this.#options;
    this.#pause.failed();
    observer({ type: 'snapshotSendFailed', to, reason });
    onUnreadable();
  }

  async #close(reader: SnapshotReader): Promise<void> {
    try {
      await reader.close();
    } catch (error) {
      const reason = reasonOf(error);
      this.#options.observer({ type: 'snapshotSendFailed', to: this.#options.to, reason });
    }
  }
}

/** What the disk said; anything else is a bug. */
function reasonOf(error: unknown): string {
  if (error instanceof StorageError || error instanceof StorageDamagedError) return error.message;
  throw error;
}
