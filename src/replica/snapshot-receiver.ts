/**
 * Takes in a leader's snapshot (paper, section 7), piece by piece, onto the disk and into a state
 * that waits aside. Nothing of it is seen before all of it is here, was found right and is durable;
 * what was received of an image counts also for another leader who has the same one.
 *
 * One image at a time: another one, or a newer one, takes its place. Pieces that come twice, too
 * early or while another is being written are answered by how far this server is.
 */
import { crc32c } from '../base/crc32c.js';
import type { LogIndex, Term } from '../base/ids.js';
import { StateImageError, type StateRestore } from '../base/state-machine.js';
import type { RaftEvent } from '../raft/effects.js';
import type { InstallSnapshotRequest, LogPosition } from '../raft/messages.js';
import { StorageError, type SnapshotWriter, type Storage } from '../storage/storage.js';
import { giveUpSnapshot } from './give-up-snapshot.js';
import { nextTurn } from './next-turn.js';
import type { ReplicaObserver } from './observer.js';
import { RetryPause } from './retry-pause.js';
import type { RunningTasks } from './running-tasks.js';
import { receiveStepBytes } from './snapshot-limits.js';
import type { Timer } from './timer.js';
import { ticksOf } from './timing.js';

/** An image of which nothing has come for so long is wanted no longer. */
const idleTicksMax = ticksOf(60_000);

/**
 * How long the answer to the last piece may wait for the image to be durable. Longer waits would
 * look like a lost connection; the leader then asks again.
 */
const commitHoldTicks = ticksOf(100);

export interface SnapshotReceiverOptions {
  readonly stateMachine: { restore(): StateRestore };
  readonly storage: Pick<Storage, 'createSnapshot'>;
  readonly timer: Timer;
  readonly observer: ReplicaObserver;
  readonly tasks: RunningTasks;
  readonly lastApplied: () => LogIndex;
  /** Takes `snapshotPieceTaken` and `snapshotReceived` to the core. */
  readonly take: (event: RaftEvent) => void;
}

interface Transfer {
  /** Of the leader who began it. */
  readonly term: Term;
  readonly position: LogPosition;
  /** As the leader sent it. */
  readonly configuration: Uint8Array;
  readonly imageBytes: number;
  readonly imageChecksum: number;
  readonly writer: SnapshotWriter;
  readonly restore: StateRestore;
  /** Bytes that are written and fed to `restore`, and their checksum. */
  received: number;
  checksum: number;
  /** A piece is being written, or all of it is being made durable. */
  isBusy: boolean;
  /** The call that brought that piece. */
  callId: number;
  isCommitting: boolean;
  isEnded: boolean;
  idleTicks: number;
}

/** A snapshot that is durable, and the state that it holds. */
export interface ReceivedState {
  readonly position: LogPosition;
  readonly imageBytes: number;
  readonly restore: StateRestore;
}

export class SnapshotReceiver {
  readonly #options: SnapshotReceiverOptions;
  readonly #pause = new RetryPause({ firstMs: 1_000, longestMs: 30_000 });
  #transfer: Transfer | undefined = undefined;
  /** The call of the last piece, which waits for the image to be durable. */
  #held: { readonly callId: number; readonly nextOffset: number; ticksLeft: number } | undefined =
    undefined;
  #received: ReceivedState | undefined = undefined;
  /** Given up, but the disk has not come back from the write that was under way. */
  #isLeaving = false;

  constructor(options: SnapshotReceiverOptions) {
    this.#options = options;
  }

  /** A piece from the leader of the current term. Answered by an event, perhaps at once. */
  take(callId: number, request: InstallSnapshotRequest): void {
    const transfer = this.#transferOf(request);
    if (transfer === undefined) {
      this.#answer(callId, 0);
      return;
    }
    transfer.idleTicks = 0;
    if (transfer.isBusy || !this.#isNext(transfer, request)) {
      this.#answer(callId, transfer.received);
      return;
    }
    transfer.isBusy = true;
    transfer.callId = callId;
    this.#options.tasks.start(() => this.#write(transfer, callId, request.data));
  }

  /** The state that was received through `position`; it is handed out once. */
  takeReceived(position: LogPosition): ReceivedState | undefined {
    const received = this.#received;
    this.#received = undefined;
    return received?.position.index === position.index ? received : undefined;
  }

  tick(): void {
    this.#pause.tick();
    this.#releaseHeld();
    const lastApplied = this.#options.lastApplied();
    if (this.#received !== undefined && this.#received.position.index <= lastApplied) {
      this.#received = undefined;
    }
    const transfer = this.#transfer;
    if (transfer === undefined || transfer.isBusy) return;
    transfer.idleTicks += 1;
    const isOvertaken = transfer.position.index <= lastApplied;
    if (isOvertaken || transfer.idleTicks >= idleTicksMax) this.giveUp();
  }

  /** Gives up what is under way. The calls of peers have been, or are being, ended. */
  giveUp(): void {
    const transfer = this.#transfer;
    this.#transfer = undefined;
    this.#held = undefined;
    this.#received = undefined;
    if (transfer === undefined) return;
    transfer.isEnded = true;
    // Whoever writes frees it when it comes back. Until then no other begins: a disk that hangs
    // must not collect states that wait aside.
    if (transfer.isBusy) this.#isLeaving = true;
    else this.#options.tasks.start(() => giveUpSnapshot(transfer.writer, this.#options.observer));
  }

  /** The transfer that a request belongs to; undefined when it is not to be taken now. */
  #transferOf(request: InstallSnapshotRequest): Transfer | undefined {
    const transfer = this.#transfer;
    if (transfer !== undefined) {
      if (isSameImage(transfer, request)) return transfer;
      // An older image of the same leader is a message that was overtaken.
      const isOlder = request.lastIncludedIndex < transfer.position.index;
      if (isOlder && request.term <= transfer.term) return undefined;
      if (transfer.isCommitting) return undefined;
      // Nobody else would answer it: that piece is not written to its end.
      if (transfer.isBusy) this.#answer(transfer.callId, 0);
      this.giveUp();
    }
    return this.#pause.isOver && !this.#isLeaving ? this.#begin(request) : undefined;
  }

  #begin(request: InstallSnapshotRequest): Transfer {
    const { stateMachine, storage, observer } = this.#options;
    const { term, imageBytes, imageChecksum, configuration } = request;
    const position = { index: request.lastIncludedIndex, term: request.lastIncludedTerm };
    const transfer: Transfer = {
      ...{ term, position, configuration, imageBytes, imageChecksum },
      writer: storage.createSnapshot(position, configuration),
      restore: stateMachine.restore(),
      ...{ received: 0, checksum: crc32c(new Uint8Array()), idleTicks: 0 },
      ...{ isBusy: false, callId: 0, isCommitting: false, isEnded: false },
    };
    this.#transfer = transfer;
    observer({ type: 'snapshotReceiving', from: request.leaderId, position, imageBytes });
    return transfer;
  }

  /** Whether the piece goes on where the image ends so far, and is what was sent. */
  #isNext(transfer: Transfer, { offset, data, checksum, done }: InstallSnapshotRequest): boolean {
    if (offset !== transfer.received) return false;
    if (data.length === 0) return done && offset === transfer.imageBytes;
    const isRight = crc32c(data) === checksum && offset + data.length <= transfer.imageBytes;
    if (!isRight) this.#refused(`a piece at byte ${offset} is damaged`);
    return isRight;
  }

  async #write(transfer: Transfer, callId: number, data: Uint8Array): Promise<void> {
    const { timer, observer } = this.#options;
    try {
      for (let at = 0; at < data.length && !transfer.isEnded; at += receiveStepBytes) {
        const part = data.subarray(at, at + receiveStepBytes);
        transfer.restore.write(part);
        transfer.checksum = crc32c(part, transfer.checksum);
        await transfer.writer.write(part);
        await nextTurn(timer);
      }
      if (!transfer.isEnded) await this.#taken(transfer, callId, data.length);
      if (!transfer.isEnded) return;
    } catch (error) {
      if (!(error instanceof StorageError || error instanceof StateImageError)) throw error;
      if (!transfer.isEnded) this.#failed(transfer, callId, error.message);
    }
    await giveUpSnapshot(transfer.writer, observer);
    this.#isLeaving = false;
  }

  async #taken(transfer: Transfer, callId: number, bytes: number): Promise<void> {
    transfer.received += bytes;
    if (transfer.received === transfer.imageBytes) await this.#finish(transfer, callId);
    else {
      transfer.isBusy = false;
      this.#answer(callId, transfer.received);
    }
  }

  /** All of the image is here: found right before it replaces an older snapshot, then durable. */
  async #finish(transfer: Transfer, callId: number): Promise<void> {
    const { position, configuration, imageBytes, restore } = transfer;
    if (transfer.checksum !== transfer.imageChecksum) {
      throw new StateImageError('the image is not the one that was announced');
    }
    restore.verify();
    transfer.isCommitting = true;
    this.#held = { callId, nextOffset: imageBytes, ticksLeft: commitHoldTicks };
    await transfer.writer.commit();
    if (transfer.isEnded) return;
    this.#held = undefined;
    this.#transfer = undefined;
    this.#pause.succeeded();
    this.#received = { position, imageBytes, restore };
    this.#options.take({ type: 'snapshotReceived', callId, position, configuration });
  }

  #failed(transfer: Transfer, callId: number, reason: string): void {
    const isAnswered = transfer.isCommitting && this.#held === undefined;
    this.#transfer = undefined;
    this.#held = undefined;
    this.#isLeaving = true;
    transfer.isEnded = true;
    this.#pause.failed();
    this.#refused(reason);
    if (!isAnswered) this.#answer(callId, 0);
  }

  #releaseHeld(): void {
    const held = this.#held;
    if (held === undefined) return;
    held.ticksLeft -= 1;
    if (held.ticksLeft > 0) return;
    this.#held = undefined;
    this.#answer(held.callId, held.nextOffset);
  }

  #refused(reason: string): void {
    this.#options.observer({ type: 'snapshotRefused', reason });
  }

  #answer(callId: number, nextOffset: number): void {
    this.#options.take({ type: 'snapshotPieceTaken', callId, nextOffset });
  }
}

function isSameImage(transfer: Transfer, request: InstallSnapshotRequest): boolean {
  return (
    transfer.position.index === request.lastIncludedIndex &&
    transfer.position.term === request.lastIncludedTerm &&
    transfer.imageBytes === request.imageBytes &&
    transfer.imageChecksum === request.imageChecksum
  );
}
