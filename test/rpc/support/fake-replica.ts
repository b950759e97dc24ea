/**
 * A replica without a cluster: it applies updates at once, or holds every answer back until the
 * test lets it go. The wire side is tested against it.
 */
import { asLogIndex, asServerId, asTerm, type ServerId } from '../../../src/base/ids.js';
import { foundingConfiguration, type Configuration } from '../../../src/raft/configuration.js';
import type { MemberChange, Standing } from '../../../src/raft/effects.js';
import type { Entry } from '../../../src/raft/messages.js';
import { Cut } from '../../../src/replica/cut.js';
import type { MemberOutcome } from '../../../src/replica/member-calls.js';
import type { Answer, HangUp, Outcome, Refusal } from '../../../src/replica/outcome.js';
import type { PeerMessage } from '../../../src/replica/peer-transport.js';
import type {
  CutDirection,
  PeerContact,
  PeerOutcome,
  ReplicaApi,
  ReplicaRole,
  ReplicaStatus,
  StateMismatch,
} from '../../../src/replica/replica-api.js';
import {
  ClusterState,
  type ClusterCommand,
  type ClusterResult,
} from '../../../src/state/cluster-state.js';

interface HeldCall {
  readonly finish: () => void;
  readonly refuse: (refusal: Refusal) => void;
}

export class FakeReplica implements ReplicaApi<ClusterCommand, ClusterResult> {
  readonly state = new ClusterState();
  readonly files = this.state.files;
  readonly partition = new Cut();
  readonly log: Entry[] = [];
  role: ReplicaRole = 'leader';
  leaderId: ServerId | undefined = asServerId(0);
  storageError: string | undefined;
  standing: Standing = 'member';
  diskSilentMs = 0;
  contacts: readonly PeerContact[] = [];
  stateMismatch: StateMismatch | undefined;
  cut: { readonly servers: readonly ServerId[]; readonly direction: CutDirection } | undefined;
  /** While set, nothing is answered. */
  isHolding = false;
  /** While set, looks into the applied state wait here. */
  heldLooks: (() => void)[] | undefined;
  /** What `submit`, `readBarrier`, … end in instead of their value. */
  refusal: Refusal | undefined;
  /** Calls that were given up by their clients. */
  hangUpCount = 0;
  readonly peerCalls: { readonly from: ServerId; readonly request: PeerMessage }[] = [];
  readonly heard: ServerId[] = [];
  /** Servers of an earlier version. */
  older: readonly ServerId[] = [];
  readonly memberChanges: MemberChange[] = [];
  memberOutcome: MemberOutcome = { kind: 'notNow', reason: 'nobody said what comes of it' };
  isConfigurationCommitted = true;
  awaitedJoins: readonly ServerId[] = [];
  configuration: Configuration = foundingConfiguration(
    [0, 1, 2].map((id) => ({ id: asServerId(id), address: `localhost:${9501 + id}` })),
  );
  answerPeer: (request: PeerMessage) => PeerOutcome = grant;
  readonly #held = new Set<HeldCall>();

  get heldCount(): number {
    return this.#held.size;
  }

  submit(command: ClusterCommand, answer: Answer<ClusterResult>): HangUp {
    return this.#answer(answer, () => this.#apply(command));
  }

  readBarrier(answer: Answer<undefined>): HangUp {
    return this.#answer(answer, () => undefined);
  }

  whenTold(action: () => void): HangUp {
    if (this.heldLooks === undefined) action();
    else this.heldLooks.push(action);
    return () => undefined;
  }

  handlePeer(from: ServerId, request: PeerMessage, answer: (outcome: PeerOutcome) => void): void {
    this.peerCalls.push({ from, request });
    const outcome: PeerOutcome = this.isCrashed() ? { kind: 'crashed' } : this.answerPeer(request);
    const finish = (): void => {
      answer(outcome);
    };
    if (this.isHolding) this.#held.add({ finish, refuse: finish });
    else queueMicrotask(finish);
  }

  hearing(from: ServerId): void {
    this.heard.push(from);
  }

  isLeader(): boolean {
    return this.role === 'leader';
  }

  crash(): void {
    this.role = 'crashed';
    this.leaderId = undefined;
  }

  restore(): void {
    if (this.role === 'crashed') this.role = 'follower';
    this.cut = undefined;
    this.partition.set([], 'both');
  }

  isCrashed(): boolean {
    return this.role === 'crashed';
  }

  setLeader(answer: (outcome: Outcome<boolean>) => void): HangUp {
    if (this.role === 'follower') this.role = 'leader';
    return this.#answer(answer, () => true);
  }

  sendHeartbeat(answer: (outcome: Outcome<boolean>) => void): HangUp {
    if (this.role === 'follower') {
      queueMicrotask(() => {
        answer({ kind: 'done', value: false });
      });
      return () => undefined;
    }
    return this.#answer(answer, () => true);
  }

  changeMembers(change: MemberChange, answer: Answer<MemberOutcome>): HangUp {
    this.memberChanges.push(change);
    return this.#answer(answer, () => this.memberOutcome);
  }

  setUnreachable(servers: readonly ServerId[], direction: CutDirection): void {
    this.cut = { servers, direction };
    this.partition.set(servers, direction);
  }

  status(): ReplicaStatus {
    return {
      serverId: asServerId(0),
      role: this.role,
      term: asTerm(3),
      leaderId: this.leaderId,
      votedFor: asServerId(0),
      commitIndex: asLogIndex(this.log.length),
      lastApplied: asLogIndex(this.log.length),
      firstLogIndex: asLogIndex(1),
      lastLogIndex: asLogIndex(this.log.length),
      durableIndex: asLogIndex(this.log.length),
      pendingUpdates: this.#held.size,
      pendingReads: 0,
      unreachable: this.cut?.servers ?? [],
      unreachableDirection: this.cut?.direction ?? 'both',
      contacts: this.contacts,
      storageError: this.storageError,
      standing: this.standing,
      snapshotIndex: asLogIndex(0),
      diskSilentMs: this.diskSilentMs,
      stateMismatch: this.stateMismatch,
      configuration: this.configuration,
      isConfigurationCommitted: this.isConfigurationCommitted,
      awaitedJoins: this.awaitedJoins,
      followers: [
        {
          serverId: asServerId(1),
          matchIndex: asLogIndex(0),
          counts: true,
          nextIndex: asLogIndex(1),
          silentMs: undefined,
        },
      ],
    };
  }

  logTail(limit: number): readonly Entry[] {
    return limit === 0 ? [] : this.log.slice(-limit);
  }

  /** Appends a no-op, as a new leader does. */
  appendNoop(): void {
    this.#append('noop', new Uint8Array());
  }

  /** Lets every held call end as it would have. */
  release(): void {
    this.isHolding = false;
    this.#endHeld((call) => {
      call.finish();
    });
  }

  /** Ends every held call in this refusal, as a stopping or crashing replica does. */
  refuseHeld(refusal: Refusal): void {
    this.#endHeld((call) => {
      call.refuse(refusal);
    });
  }

  #endHeld(end: (call: HeldCall) => void): void {
    const calls = [...this.#held];
    this.#held.clear();
    calls.forEach(end);
  }

  #answer<Value>(answer: Answer<Value>, value: () => Value): HangUp {
    const refusal = this.#refusalNow();
    if (refusal !== undefined) {
      queueMicrotask(() => {
        answer(refusal);
      });
      return () => undefined;
    }
    const call: HeldCall = {
      finish: () => {
        answer({ kind: 'done', value: value() });
      },
      refuse: answer,
    };
    if (!this.isHolding) {
      queueMicrotask(call.finish);
      return () => undefined;
    }
    this.#held.add(call);
    return () => {
      this.hangUpCount += 1;
      this.#held.delete(call);
    };
  }

  #refusalNow(): Refusal | undefined {
    if (this.refusal !== undefined) return this.refusal;
    if (this.role === 'crashed') return { kind: 'crashed', logged: false };
    if (this.role !== 'leader') return { kind: 'notLeader', leaderId: this.leaderId };
    return undefined;
  }

  #apply(command: ClusterCommand): ClusterResult {
    this.state.openTail([]);
    const admission = this.state.admit(command);
    if (admission.kind === 'answer') return admission.result;
    if (admission.kind === 'refuse') throw new Error(admission.reason);
    const { payload } = admission;
    this.#append('command', payload);
    return this.state.apply(payload);
  }

  #append(kind: Entry['kind'], payload: Uint8Array): void {
    this.log.push({ index: asLogIndex(this.log.length + 1), term: asTerm(3), kind, payload });
  }
}

/** Says yes to everything, as an up-to-date follower does. */
export function grant(message: PeerMessage): PeerOutcome {
  switch (message.type) {
    case 'requestVote': {
      const { type, term, preVote } = message;
      return {
        kind: 'response',
        response: { type, term, voteGranted: true, preVote, forTerm: term },
      };
    }
    case 'appendEntries':
      return {
        kind: 'response',
        response: {
          type: 'appendEntries',
          term: message.term,
          success: true,
          matchIndex: asLogIndex(message.prevLogIndex + message.entries.length),
          conflictIndex: asLogIndex(0),
          conflictTerm: asTerm(0),
          round: message.round,
          refilling: false,
        },
      };
    case 'installSnapshot': {
      const { type, term, lastIncludedIndex, offset, data, done } = message;
      const nextOffset = offset + data.length;
      const answer = { type, term, lastIncludedIndex, nextOffset, installed: done };
      return { kind: 'response', response: { ...answer, refilling: false } };
    }
    case 'join': {
      const { type, incarnation } = message;
      const own = '0'.repeat(32);
      const known = { knownIncarnation: incarnation, incarnation: own };
      return {
        kind: 'response',
        response: { type, ...known, term: asTerm(3), leading: true, lastLogIndex: asLogIndex(9) },
      };
    }
    case 'stateReport':
      return { kind: 'response', response: { type: 'stateReport' } };
  }
}
