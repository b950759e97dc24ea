/**
 * What carries the pieces of snapshots, for tests: images of a few bytes that say nothing, since
 * the state at an index is the same everywhere. Both sides forget what was under way when asked to.
 */
import type { ServerId } from '../../src/base/ids.js';
import type { RaftEffect, RaftEvent } from '../../src/raft/effects.js';
import type {
  Entry,
  InstallSnapshotRequest,
  InstallSnapshotResponse,
} from '../../src/raft/messages.js';
import type { Raft } from '../../src/raft/raft.js';
import type { TestDisk } from './test-disk.js';

/** A piece that was not answered for so many heartbeats is lost, and nobody heard of it. */
const heartbeatsMax = 10;

/** Size of every image; a piece holds one byte. */
const imageBytes = 2;

interface Carrier {
  readonly id: ServerId;
  readonly raft: Raft;
  readonly disk: TestDisk;
}

interface Transfer {
  readonly last: InstallSnapshotRequest;
  /** Since that piece was sent. */
  heartbeats: number;
}

type Effect<Type extends RaftEffect['type']> = Extract<RaftEffect, { readonly type: Type }>;

export class SnapshotTransfers {
  readonly #underWay = new Map<ServerId, Transfer>();
  /** What is here of the image that comes in. */
  #arriving = { lastIncludedIndex: 0, bytes: 0 };

  /** The first piece, or nothing when one is under way to this follower. */
  begin(
    { id, disk, raft }: Carrier,
    { to, term }: Effect<'sendSnapshot'>,
  ): InstallSnapshotRequest | undefined {
    const { position, configuration } = disk.snapshot;
    if (raft.role !== 'leader' || raft.term !== term) return undefined;
    const transfer = this.#underWay.get(to);
    if (transfer !== undefined) {
      transfer.heartbeats += 1;
      if (transfer.heartbeats < heartbeatsMax) return undefined;
    }
    const request: InstallSnapshotRequest = {
      ...{ type: 'installSnapshot', term, leaderId: id, imageBytes, imageChecksum: 0 },
      ...{ lastIncludedIndex: position.index, lastIncludedTerm: position.term },
      ...{ configuration, offset: 0, data: new Uint8Array(0), checksum: 0, done: false },
    };
    this.#underWay.set(to, { last: request, heartbeats: 0 });
    return request;
  }

  /** The piece that follows this answer, if any. */
  goOn(
    { raft }: Carrier,
    follower: ServerId,
    response: InstallSnapshotResponse,
  ): InstallSnapshotRequest | undefined {
    const last = this.#underWay.get(follower)?.last;
    if (last?.lastIncludedIndex !== response.lastIncludedIndex) return undefined;
    this.#underWay.delete(follower);
    if (response.installed || raft.role !== 'leader' || raft.term !== last.term) return undefined;
    const offset = response.nextOffset;
    const data = new Uint8Array(offset < imageBytes ? 1 : 0);
    const next = { ...last, offset, data, done: offset + data.length === imageBytes };
    this.#underWay.set(follower, { last: next, heartbeats: 0 });
    return next;
  }

  end(follower: ServerId): void {
    this.#underWay.delete(follower);
  }

  endAll(): void {
    this.#underWay.clear();
  }

  /** Takes a piece in; the last one makes the snapshot durable. */
  takePiece(
    { disk }: Carrier,
    { callId, request }: Effect<'takeSnapshotPiece'>,
    committed: readonly Entry[],
  ): RaftEvent {
    const {
      lastIncludedIndex: index,
      lastIncludedTerm: term,
      offset,
      data,
      configuration,
    } = request;
    if (this.#arriving.lastIncludedIndex !== index) {
      this.#arriving = { lastIncludedIndex: index, bytes: 0 };
    }
    if (offset === this.#arriving.bytes) this.#arriving.bytes += data.length;
    const { bytes } = this.#arriving;
    if (bytes < imageBytes) return { type: 'snapshotPieceTaken', callId, nextOffset: bytes };
    const position = { index, term };
    disk.commitSnapshot({ position, configuration, state: committed.slice(0, index) });
    return { type: 'snapshotReceived', callId, position, configuration };
  }
}
