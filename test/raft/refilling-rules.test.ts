/** When exactly a server that forgot something counts again: one core, event by event. */
import { expect } from 'chai';
import { asLogIndex, asServerId, asTerm } from '../../src/base/ids.js';
import type { HardState, RaftEffect } from '../../src/raft/effects.js';
import type { Entry, JoinResponse } from '../../src/raft/messages.js';
import { Raft } from '../../src/raft/raft.js';
import { incarnationOf, logStart, makeLog, memberOf, serverIds, testTiming } from './make.js';
import { foundersOf, foundersOnly } from '../fixtures/founders.js';

const term = asTerm(3);

/** Server 2 of three, on a disk that has done its writes when it is told so. */
class Refilling {
  readonly raft: Raft;
  effects: readonly RaftEffect[] = [];
  #writes = 0;
  readonly #isDiskSlow: boolean;

  constructor(log: readonly Entry[], parts: Partial<HardState> = {}, isDiskSlow = false) {
    this.#isDiskSlow = isDiskSlow;
    const hardState: HardState = { ...memberOf(3, 2), term, standing: 'refilling', ...parts };
    this.raft = new Raft({
      ...{
        id: asServerId(2),
        founders: foundersOf(serverIds(3)),
        timing: testTiming,
        random: () => 0,
      },
      ...{
        hardState,
        snapshot: logStart,
        configuration: foundersOnly,
        logBase: logStart,
        entries: log,
      },
    });
    this.step({ type: 'tick' });
  }

  step(event: Parameters<Raft['step']>[0]): void {
    this.effects = this.raft.step(event);
    for (const effect of this.effects) if (effect.type === 'persist') this.#writes = effect.writeId;
    if (!this.#isDiskSlow && event.type !== 'persisted') this.finishWrites();
  }

  finishWrites(): void {
    if (this.raft.isWriting) this.step({ type: 'persisted', writeId: this.#writes });
  }

  answer(from: number, parts: Partial<JoinResponse>): void {
    const response: JoinResponse = {
      ...{ type: 'join', term, leading: false, lastLogIndex: asLogIndex(0) },
      ...{ incarnation: incarnationOf(from), knownIncarnation: incarnationOf(2, 9), ...parts },
    };
    this.step({ type: 'response', from: asServerId(from), response });
  }

  /** Leader 0 sends the end of its log behind the entry `prevLogIndex`. */
  append(log: readonly Entry[], prevLogIndex: number, leaderTerm = term): void {
    this.step({
      type: 'request',
      from: asServerId(0),
      callId: 1,
      request: {
        ...{ type: 'appendEntries', term: leaderTerm, leaderId: asServerId(0), round: 0 },
        prevLogIndex: asLogIndex(prevLogIndex),
        prevLogTerm: log[prevLogIndex - 1]?.term ?? asTerm(0),
        entries: log.slice(prevLogIndex),
        ...{ leaderCommit: asLogIndex(0), majorityLost: false },
      },
    });
  }

  get standing(): string {
    return this.raft.standing;
  }
}

const ofLeader = makeLog(1, 1, 3);
const leading = { leading: true, lastLogIndex: asLogIndex(3) };

describe('A refilling server is a member', () => {
  it('when all have answered, and its log is the leader’s as far as the leader said', () => {
    const server = new Refilling(makeLog(1));
    server.answer(0, leading);
    server.append(ofLeader, 1);
    expect(server.standing).to.equal('refilling');
    server.answer(1, {});
    expect(server.standing).to.equal('member');
    expect(server.raft.votedFor, 'rule 3').to.equal(0);
  });

  it('and keeps the vote that it remembers', () => {
    const server = new Refilling(makeLog(1), { votedFor: asServerId(1) });
    server.answer(0, leading);
    server.answer(1, {});
    server.append(ofLeader, 1);
    expect(server.standing).to.equal('member');
    expect(server.raft.votedFor).to.equal(1);
  });

  it('only once it says so on its disk', () => {
    const server = new Refilling(makeLog(1, 1, 3), {}, true);
    server.answer(0, leading);
    server.answer(1, {});
    server.finishWrites();
    server.append(ofLeader, 3);
    expect(server.standing).to.equal('member');
    server.append(ofLeader, 3);
    const reply = server.effects.find((effect) => effect.type === 'reply');
    expect(reply?.response).to.deep.include({ refilling: false });
    expect(reply?.after).to.be.above(0);
  });

  it('not before the other servers have answered (rule 1)', () => {
    const server = new Refilling(makeLog(1));
    server.append(ofLeader, 1);
    server.answer(0, leading);
    server.answer(0, leading);
    expect(server.standing).to.equal('refilling');
  });

  it('not before the leader of the current term has answered in it (rule 2)', () => {
    const server = new Refilling(makeLog(1));
    server.answer(0, { ...leading, leading: false });
    server.answer(1, { ...leading, term: asTerm(2) });
    server.append(ofLeader, 1);
    expect(server.standing).to.equal('refilling');
    server.answer(1, { term: asTerm(4), leading: true, lastLogIndex: asLogIndex(0) });
    expect([server.standing, server.raft.term]).to.deep.equal(['member', 4]);
  });

  it('not while its log is long enough, and nobody has said that it is the leader’s', () => {
    const server = new Refilling(makeLog(1, 1, 2, 2, 2));
    server.answer(0, leading);
    server.answer(1, {});
    expect(server.standing).to.equal('refilling');
    server.append(ofLeader, 2);
    expect(server.standing).to.equal('member');
  });

  it('not by a match with the leader of an earlier term', () => {
    const server = new Refilling(makeLog(1));
    server.append(makeLog(1, 2, 2, 2), 1);
    server.answer(1, {});
    server.answer(0, { ...leading, term: asTerm(4) });
    expect([server.raft.log.lastIndex, server.standing]).to.deep.equal([4, 'refilling']);
  });

  it('not before the entries are on its disk', () => {
    const server = new Refilling(makeLog(1), {}, true);
    server.answer(0, leading);
    server.answer(1, {});
    server.append(ofLeader, 1);
    expect(server.standing).to.equal('refilling');
    server.finishWrites();
    expect(server.standing).to.equal('member');
  });
});

describe('A refilling server asks', () => {
  const askedBy = (server: Refilling, ticks: number): number[] => {
    const asked: number[] = [];
    for (let count = 0; count < ticks; count += 1) {
      server.step({ type: 'tick' });
      for (const effect of server.effects) {
        if (effect.type === 'send' && effect.request.type === 'join') asked.push(effect.to);
      }
    }
    return asked;
  };

  it('those that have not answered, once an election timeout', () => {
    const server = new Refilling(makeLog(1));
    expect(askedBy(server, testTiming.electionTicksMin - 1)).to.deep.equal([]);
    expect(askedBy(server, 1)).to.deep.equal([0, 1]);
    server.answer(0, {});
    expect(askedBy(server, 2 * testTiming.electionTicksMin)).to.deep.equal([1, 1]);
  });

  it('nobody again while what it asked first waits for its disk', () => {
    const server = new Refilling(makeLog(1), {}, true);
    expect(askedBy(server, 10 * testTiming.electionTicksMin)).to.deep.equal([]);
    server.finishWrites();
    expect(askedBy(server, 1)).to.deep.equal([0, 1]);
  });

  it('the leader of each new term again', () => {
    const server = new Refilling(makeLog(1));
    server.answer(0, {});
    server.answer(1, leading);
    server.append(makeLog(1, 4), 1, asTerm(4));
    expect(askedBy(server, testTiming.electionTicksMin)).to.deep.equal([0]);
    server.answer(0, { ...leading, term: asTerm(4) });
    expect(askedBy(server, testTiming.electionTicksMin)).to.deep.equal([]);
  });
});

describe('A Join', () => {
  const join = (server: Refilling, life: number): unknown => {
    const from = asServerId(1);
    const request = { type: 'join', serverId: from, incarnation: incarnationOf(1, life) } as const;
    server.step({ type: 'request', from, callId: 7, request });
    return server.effects.find((effect) => effect.type === 'reply');
  };

  it('is noted once, on disk before the answer, and answered with the first for good', () => {
    const server = new Refilling(makeLog(1), { known: new Map() }, true);
    server.finishWrites();
    const reply = join(server, 3);
    const response = { knownIncarnation: incarnationOf(1, 3), incarnation: incarnationOf(2) };
    expect(reply).to.deep.nested.include({ after: 2 });
    expect(reply).to.have.property('response').that.deep.includes(response);
    server.finishWrites();
    expect(join(server, 4)).to.have.property('response').that.deep.includes(response);
    expect(server.effects.some(({ type }) => type === 'persist')).to.equal(false);
  });

  it('is answered with the place where the log ends', () => {
    const server = new Refilling(makeLog(1, 1, 3));
    const says = { lastLogIndex: asLogIndex(3), term, leading: false };
    expect(join(server, 0)).to.have.property('response').that.deep.includes(says);
  });
});
