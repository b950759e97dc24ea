/** How much of the log stays behind a snapshot. */
import { expect } from 'chai';
import { asLogIndex, asServerId, type LogIndex } from '../../src/base/ids.js';
import { encodedEntryBytes } from '../../src/raft/entry-codec.js';
import { RaftLog } from '../../src/raft/raft-log.js';
import { KeptLog } from '../../src/replica/kept-log.js';
import { positionAt } from './part-world.js';
import { command, logOf } from './replica-rig.js';

const entries = logOf(
  1,
  Array.from({ length: 100 }, (_, at) => command('a', at + 1)),
);
const entryBytes = Math.max(...entries.map(encodedEntryBytes));
const limits = { logBytesMin: 0, logBytesMax: 1_000, tailEntries: 10, tailBytes: 1e6 };
const follower = asServerId(1);

interface KeptOptions {
  readonly tailEntries?: number;
  readonly tailBytes?: number;
  readonly firstIndex?: number;
  readonly matchIndex?: () => LogIndex | undefined;
}

function keptLog({ firstIndex = 1, matchIndex, ...changed }: KeptOptions = {}): KeptLog {
  const log = new RaftLog(entries);
  log.compactThrough(asLogIndex(firstIndex - 1));
  return new KeptLog({
    limits: { ...limits, ...changed },
    log: () => log,
    matchIndexOf: () => matchIndex?.(),
  });
}

describe('the log behind a snapshot', () => {
  it('keeps a tail of entries, or of bytes when those are fewer', () => {
    expect(keptLog().keepFrom(positionAt(50), 0)).to.equal(41);
    const bytes = { tailBytes: 3.5 * entryBytes };
    expect(keptLog(bytes).keepFrom(positionAt(50), 0)).to.equal(48);
    expect(keptLog({ tailBytes: 0 }).keepFrom(positionAt(50), 0)).to.equal(51);
    expect(keptLog({ tailEntries: 0 }).keepFrom(positionAt(50), 0)).to.equal(51);
  });

  it('keeps what there is when that is less', () => {
    expect(keptLog({ firstIndex: 45 }).keepFrom(positionAt(50), 0)).to.equal(45);
    expect(keptLog({ firstIndex: 51 }).keepFrom(positionAt(50), 0)).to.equal(51);
    expect(keptLog().keepFrom(positionAt(3), 0)).to.equal(1);
  });

  it('keeps what a follower needs that is sent an older snapshot, until it has it', () => {
    let matchIndex = asLogIndex(0);
    const kept = keptLog({ matchIndex: () => matchIndex });
    kept.hold(follower, positionAt(20), 500);
    expect(kept.keepFrom(positionAt(50), 1_000)).to.equal(21);
    matchIndex = asLogIndex(30);
    expect(kept.keepFrom(positionAt(50), 1_000), 'it has come further').to.equal(31);
    matchIndex = asLogIndex(60);
    expect(kept.keepFrom(positionAt(60), 1_000)).to.equal(51);
    matchIndex = asLogIndex(0);
    expect(kept.keepFrom(positionAt(60), 1_000), 'it needs nothing more').to.equal(51);
  });

  it('keeps it no longer than twice the largest distance of snapshots', () => {
    const kept = keptLog();
    kept.hold(follower, positionAt(20), 500);
    expect(kept.keepFrom(positionAt(50), 2_500)).to.equal(21);
    expect(kept.keepFrom(positionAt(50), 2_501)).to.equal(41);
  });

  it('keeps nothing for followers once leadership has ended', () => {
    const kept = keptLog();
    kept.hold(follower, positionAt(20), 0);
    kept.releaseAll();
    expect(kept.keepFrom(positionAt(50), 0)).to.equal(41);
  });
});
