/** The model of what was acknowledged, shown recoveries that lost some of it: it must see each. */
import { expect } from 'chai';
import { asLogIndex, asServerId, asTerm } from '../../src/base/ids.js';
import type { HardState } from '../../src/raft/effects.js';
import type { Entry } from '../../src/raft/messages.js';
import type { RecoveredState, StorageWrite } from '../../src/storage/storage.js';
import { DurableModel } from './durable-model.js';
import { foundersOnly } from '../fixtures/founders.js';

const nowhere = { index: asLogIndex(0), term: asTerm(0) };

function hardStateOf(term: number, votedFor: number): HardState {
  return {
    term: asTerm(term),
    votedFor: asServerId(votedFor),
    standing: 'member',
    incarnation: 'a'.repeat(32),
    known: new Map(),
  };
}

function entryOf(index: number, term: number, text = ''): Entry {
  const payload = new TextEncoder().encode(text);
  return { index: asLogIndex(index), term: asTerm(term), kind: 'command', payload };
}

function writeOf(hardState: HardState | undefined, ...entries: Entry[]): StorageWrite {
  return { hardState, reset: undefined, entries };
}

function recoveredOf(hardState: HardState, ...entries: Entry[]): RecoveredState {
  return {
    ...{ hardState, snapshot: nowhere, configuration: foundersOnly, logBase: nowhere, entries },
    ...{ isNew: false, notices: [] },
  };
}

describe('the model of what is durable', () => {
  const [one, two, three] = [entryOf(1, 1, 'a'), entryOf(2, 1, 'b'), entryOf(3, 1, 'c')];
  const hardState = hardStateOf(1, 2);
  let model: DurableModel;

  beforeEach(() => {
    model = new DurableModel();
    const write = writeOf(hardState, one, two);
    model.issued(write);
    model.acknowledged(write);
  });

  const check = (recovered: RecoveredState) => () => {
    model.check(recovered, 'server 0');
  };

  it('accepts what was acknowledged, with and without what was under way', () => {
    model.issued(writeOf(hardStateOf(2, 0), three));
    check(recoveredOf(hardState, one, two))();
    check(recoveredOf(hardStateOf(2, 0), one, two, three))();
  });

  it('refuses a lost entry', () => {
    expect(check(recoveredOf(hardState, one))).to.throw('entry 2 was acknowledged');
  });

  it('refuses a lost entry when a later one is under way', () => {
    model.issued(writeOf(undefined, three));
    expect(check(recoveredOf(hardState, one))).to.throw('entry 2 was acknowledged');
  });

  it('lets entries give way to those that replace them', () => {
    const other = entryOf(2, 2, 'other');
    model.issued(writeOf(hardStateOf(2, 0), other));
    check(recoveredOf(hardStateOf(2, 0), one, other))();
  });

  it('refuses another payload, and an entry that nobody wrote', () => {
    expect(check(recoveredOf(hardState, one, entryOf(2, 1, 'x')))).to.throw('entry 2');
    expect(check(recoveredOf(hardState, one, two, three))).to.throw('entry 3 of term 1 was never');
  });

  it('refuses a lost term, a lost vote and another standing', () => {
    for (const found of [hardStateOf(0, 2), hardStateOf(1, 0)]) {
      expect(check(recoveredOf(found, one, two))).to.throw('promised term 1, vote 2');
    }
    const joining = { ...hardState, standing: 'joining' } as const;
    expect(check(recoveredOf(joining, one, two))).to.throw('promised');
  });

  it('refuses a lost snapshot, even when the log makes up for it, unless bits have flipped', () => {
    model.snapshotCommitted({ index: asLogIndex(2), term: asTerm(1) });
    expect(check(recoveredOf(hardState, one, two))).to.throw('the snapshot at 2 is gone');
    model.checkMended(recoveredOf(hardState, one, two), 'server 0');
    expect(() => {
      model.checkMended(recoveredOf(hardState, one), 'server 0');
    }).to.throw('nothing is left of entry 2');
  });

  it('wants writes to be acknowledged in the order in which they were issued', () => {
    const [first, second] = [writeOf(undefined, three), writeOf(hardStateOf(2, 0))];
    model.issued(first);
    model.issued(second);
    expect(() => {
      model.acknowledged(second);
    }).to.throw('in call order');
  });
});
