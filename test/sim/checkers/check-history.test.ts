/** The judge of histories, shown histories that are wrong: it must see each of them. */
import { expect } from 'chai';
import { asLogIndex, asServerId, asTerm } from '../../../src/base/ids.js';
import { encodeFileCommand } from '../../../src/files/file-command-codec.js';
import type { Entry } from '../../../src/raft/messages.js';
import { History, type CallRecord, type End, type Question, type SeenFile } from '../history.js';
import { checkHistory } from './check-history.js';

const yes: End = { type: 'updated', updated: true };
const no: End = { type: 'updated', updated: false };
const refused: End = { type: 'refused', why: 'notLeader' };
const unknown: End = { type: 'unknown', why: 'connection lost' };

/** A history made by hand: `begin` and `end` in the order in which they are called. */
class Script {
  readonly history = new History();
  readonly log: Entry[] = [];

  begin(question: Question): CallRecord {
    return this.history.begin({ server: asServerId(0), client: 'c', question, beganMs: 0 });
  }

  end(call: CallRecord, end: End): void {
    this.history.end(call, end);
  }

  /** A call that ends before anything else happens. */
  call(question: Question, end: End): void {
    this.end(this.begin(question), end);
  }

  commit(...updates: readonly Question[]): void {
    for (const update of updates) {
      if (update.type !== 'update') continue;
      const { name, version, hash, requestId } = update;
      const hashlist = [hash];
      this.log.push({
        index: asLogIndex(this.log.length + 1),
        term: asTerm(1),
        kind: 'command',
        payload: encodeFileCommand({
          type: 'updatefile',
          name,
          version,
          hashlist,
          requestId,
          timeMs: 0,
        }),
      });
    }
  }

  judge(): void {
    checkHistory(this.history.calls, this.log);
  }
}

function update(name: string, version: number, hash = `${name}${version}`): Question {
  return { type: 'update', name, version, hash, requestId: undefined };
}

function saw(...files: readonly [name: string, version: number][]): End {
  const seen = files.map(([name, version]): [string, SeenFile] => [
    name,
    { version, hash: version === 0 ? '' : `${name}${version}` },
  ]);
  return { type: 'seen', files: new Map(seen) };
}

const [a1, a2, b1] = [update('a', 1), update('a', 2), update('b', 1)];
const readA: Question = { type: 'read', name: 'a' };
const readAll: Question = { type: 'readAll' };

/** A script that the judge must refuse with words like these. */
function wrong(name: string, words: RegExp, play: (script: Script) => void): void {
  it(`refuses ${name}`, () => {
    const script = new Script();
    play(script);
    expect(() => {
      script.judge();
    }).to.throw(words);
  });
}

describe('the judge of histories', () => {
  it('accepts what is right', () => {
    const script = new Script();
    const slow = script.begin(a2);
    script.call(readA, saw(['a', 0]));
    script.call(a1, yes);
    script.call(update('a', 1, 'other'), no);
    script.call(update('a', 5, 'far'), no);
    script.call(update('b', 3, 'lost'), refused);
    script.call(b1, unknown);
    script.call(readAll, saw(['a', 1]));
    script.call(readAll, saw(['a', 1], ['b', 1]));
    script.end(slow, yes);
    script.call(readA, saw(['a', 2]));
    script.commit(a1, b1, a2);
    script.judge();
  });

  wrong('an acknowledged update that is lost', /acknowledged, but lost/, (script) => {
    script.call(a1, yes);
  });
  wrong('a skipped version', /version 2 of a after 0/, (script) => {
    script.call(a2, yes);
    script.commit(a2);
  });
  wrong('two updates that both make a version', /version 1 of a after 1/, (script) => {
    const rival = update('a', 1, 'rival');
    script.call(a1, yes);
    script.call(rival, yes);
    script.commit(a1, rival);
  });
  wrong('an update that takes effect twice', /took effect twice/, (script) => {
    script.call(a1, yes);
    script.commit(a1, update('a', 2, 'a1'));
  });
  wrong('an effect that was refused', /refused without effect/, (script) => {
    script.call(a1, refused);
    script.commit(a1);
  });
  wrong('an effect that nobody asked for', /nobody asked/, (script) => {
    script.commit(a1);
  });
  wrong('a read that misses what was acknowledged', /stale/, (script) => {
    script.call(a1, yes);
    script.call(readA, saw(['a', 0]));
    script.commit(a1);
  });
  wrong('a read that goes back behind another read', /stale/, (script) => {
    const slow = script.begin(a1);
    script.call(readA, saw(['a', 1]));
    script.call(readA, saw(['a', 0]));
    script.end(slow, unknown);
    script.commit(a1);
  });
  wrong('a read of what is not asked for yet', /out of order/, (script) => {
    script.call(readA, saw(['a', 1]));
    script.call(a1, yes);
    script.commit(a1);
  });
  wrong('a read of a hash that was never written', /never written/, (script) => {
    script.call(a1, yes);
    script.call(readA, { type: 'seen', files: new Map([['a', { version: 1, hash: 'x' }]]) });
    script.commit(a1);
  });
  wrong('a read of all files as they never were together', /no single moment/, (script) => {
    const calls = [script.begin(a1), script.begin(b1)];
    script.call(readAll, saw(['b', 1]));
    for (const call of calls) script.end(call, yes);
    script.commit(a1, b1);
  });
  wrong('a false while the version was right all the time', /without a reason/, (script) => {
    script.call(a1, yes);
    script.call(update('a', 2, 'unlucky'), no);
    script.commit(a1);
  });
  wrong('a false for a file that nobody touched', /without a reason/, (script) => {
    script.call(update('a', 1, 'unlucky'), no);
  });
  wrong('a false by an update that began only later', /without a reason/, (script) => {
    script.call(update('a', 1, 'unlucky'), no);
    script.call(a1, yes);
    script.commit(a1);
  });
  wrong('a false to the retry of an update that took effect', /without a reason/, (script) => {
    script.call(a1, unknown);
    script.call(a1, no);
    script.commit(a1);
  });
  it('refuses an answer that comes twice', () => {
    const script = new Script();
    const call = script.begin(a1);
    script.end(call, yes);
    expect(() => {
      script.end(call, yes);
    }).to.throw(/ended twice/);
  });
});
