/** What people hear of a service that fails, and of its return. */
import { expect } from 'chai';
import { BlockStoreError } from '../../src/blocks/block-store.js';
import { S3Watch, type S3Event } from '../../src/s3/s3-watch.js';
import { FakeBlockTimer } from '../blocks/fake-block-timer.js';
import { refusalOf } from '../blocks/block-world.js';

describe('the watch over an S3 service', () => {
  let timer: FakeBlockTimer;
  let events: S3Event[];
  let probes: number;
  /** Why the service refuses; undefined: it does not. */
  let trouble: string | undefined;
  let watch: S3Watch;

  const ask = (): Promise<string> =>
    trouble === undefined ? Promise.resolve('fine') : Promise.reject(new BlockStoreError(trouble));

  beforeEach(() => {
    timer = new FakeBlockTimer();
    [events, probes, trouble] = [[], 0, undefined];
    watch = new S3Watch({
      timer,
      observer: (event) => events.push(event),
      probe: () => {
        probes += 1;
        return ask();
      },
      askedAgainMs: 1_000,
    });
  });

  const told = (): readonly string[] =>
    events.map((event) => (event.type === 'failing' ? event.reason : event.type));

  it('says once that the service works', async () => {
    watch.begin();
    await timer.advance(10_000);
    expect(await watch.over(ask)).to.equal('fine');
    expect(told()).to.deep.equal(['working']);
    expect([probes, timer.pending]).to.deep.equal([1, 0]);
  });

  it('says once that it fails, asks again and again, and says that it works', async () => {
    trouble = 'refused';
    watch.begin();
    await timer.advance(3_500);
    expect(events).to.deep.equal([{ type: 'failing', reason: 'refused', askedAgainMs: 1_000 }]);
    expect(probes).to.equal(4);
    trouble = undefined;
    await timer.advance(10_000);
    expect(told()).to.deep.equal(['refused', 'working']);
    expect([probes, timer.pending]).to.deep.equal([5, 0]);
  });

  it('hears how calls end, which fail as they would without it', async () => {
    watch.begin();
    await timer.advance(1);
    trouble = 'gone';
    expect((await refusalOf(watch.over(ask))).message).to.equal('gone');
    trouble = undefined;
    await watch.over(ask);
    expect(told()).to.deep.equal(['working', 'gone', 'working']);
    expect(timer.pending).to.equal(0);
  });

  it('tells of another reason, but not too often', async () => {
    trouble = 'gone';
    await refusalOf(watch.over(ask));
    trouble = 'late';
    await refusalOf(watch.over(ask));
    expect(told()).to.deep.equal(['gone']);
    await timer.advance(1_500);
    expect(told()).to.deep.equal(['gone', 'late']);
  });

  it('is not interested in bugs', async () => {
    const bug = new Error('a bug');
    expect(await refusalOf(watch.over(() => Promise.reject(bug)))).to.equal(bug);
    expect([events.length, timer.pending]).to.deep.equal([0, 0]);
  });

  it('is silent once it is closed', async () => {
    trouble = 'gone';
    watch.begin();
    await timer.advance(1);
    watch.close();
    await refusalOf(watch.over(ask));
    await timer.advance(5_000);
    expect([told(), probes, timer.pending]).to.deep.equal([['gone'], 1, 0]);
  });
});
