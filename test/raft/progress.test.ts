import { expect } from 'chai';
import fc from 'fast-check';
import { asLogIndex } from '../../src/base/ids.js';
import { inflightMax, Progress } from '../../src/raft/progress.js';

describe('What a leader knows of a follower', () => {
  it('lets a named number of AppendEntries be under way, and no more', () => {
    const progress = new Progress(asLogIndex(1));
    for (let sent = 1; sent <= inflightMax; sent += 1) {
      expect(progress.windowFull).to.equal(false);
      progress.sent(asLogIndex(sent));
    }
    expect(progress.windowFull).to.equal(true);
    progress.matched(asLogIndex(1));
    expect(progress.windowFull).to.equal(false);
  });

  it('frees the whole window with one answer to the newest', () => {
    const progress = new Progress(asLogIndex(1));
    for (let sent = 1; sent <= inflightMax; sent += 1) progress.sent(asLogIndex(sent * 10));
    progress.matched(asLogIndex(inflightMax * 10));
    for (let sent = 1; sent <= inflightMax; sent += 1) {
      expect(progress.windowFull).to.equal(false);
      progress.sent(asLogIndex((inflightMax + sent) * 10));
    }
    expect(progress.windowFull).to.equal(true);
  });

  it('goes back to the oldest entries under way when something was lost', () => {
    const progress = new Progress(asLogIndex(5));
    progress.sent(asLogIndex(7));
    progress.sent(asLogIndex(9));
    progress.lost();
    expect([progress.mode, progress.nextIndex]).to.deep.equal(['probe', 5]);
    progress.matched(asLogIndex(4));
    expect([progress.mode, progress.nextIndex]).to.deep.equal(['replicate', 5]);
  });

  it('stays where it is when a heartbeat was lost and nothing else', () => {
    const progress = new Progress(asLogIndex(5));
    progress.lost();
    expect([progress.mode, progress.nextIndex]).to.deep.equal(['probe', 5]);
  });

  it('never looks further ahead than it was because of a refusal', () => {
    const progress = new Progress(asLogIndex(5));
    progress.rejected(asLogIndex(9));
    expect(progress.nextIndex).to.equal(5);
  });

  it('begins again at the hint when the follower denies what it had acknowledged', () => {
    const progress = new Progress(asLogIndex(1));
    progress.sent(asLogIndex(9));
    progress.matched(asLogIndex(9));
    progress.rejected(asLogIndex(1));
    expect([progress.matchIndex, progress.nextIndex]).to.deep.equal([0, 1]);
  });

  it('waits for a snapshot, whatever is lost or refused, until the follower holds its end', () => {
    const progress = new Progress(asLogIndex(5));
    progress.sent(asLogIndex(7));
    progress.needsSnapshot();
    progress.lost();
    progress.rejected(asLogIndex(2));
    expect(progress.mode).to.equal('snapshot');
    progress.matched(asLogIndex(9));
    expect([progress.mode, progress.nextIndex]).to.deep.equal(['snapshot', 10]);
    progress.hasSnapshot();
    expect([progress.mode, progress.nextIndex, progress.windowFull]).to.deep.equal([
      ...['replicate', 10, false],
    ]);
  });

  it('keeps nextIndex above matchIndex, whatever comes in whatever order', () => {
    const index = fc.integer({ min: 1, max: 20 });
    const event = fc.oneof(
      fc.record({ type: fc.constantFrom('matched', 'rejected', 'sent'), index }),
      fc.constantFrom({ type: 'lost', index: 0 }, { type: 'needsSnapshot', index: 0 }),
    );
    fc.assert(
      fc.property(index, fc.array(event, { maxLength: 40 }), (next, events) => {
        const progress = new Progress(asLogIndex(next));
        for (const { type, index: at } of events) {
          if (type === 'matched') progress.matched(asLogIndex(at));
          else if (type === 'rejected') progress.rejected(asLogIndex(at));
          else if (type === 'lost') progress.lost();
          else if (type === 'needsSnapshot') progress.needsSnapshot();
          else if (progress.mode === 'replicate' && !progress.windowFull) {
            progress.sent(asLogIndex(progress.nextIndex + at));
          }
          expect(progress.nextIndex).to.be.above(progress.matchIndex);
        }
      }),
    );
  });
});
