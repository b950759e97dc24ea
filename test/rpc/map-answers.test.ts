/** Who gets the next view of the files, when there are fewer than are asked for. */
import { expect } from 'chai';
import { MapAnswers, type FilesAnswer } from '../../src/rpc/map-answers.js';
import { fileMember } from '../../src/rpc/codec/answer-part.js';
import type { HandlerOutcome } from '../../src/rpc/method.js';
import { FakeReplica } from './support/fake-replica.js';
import { fakeServices } from './support/fake-services.js';
import { waitUntil } from './support/wait-until.js';

describe('answers that wait for a view of the files', () => {
  const limits = { frozenViewsMax: 1, frozenViewHoldMs: 60_000 };
  let replica: FakeReplica;
  let answers: MapAnswers;
  let ends: string[];

  beforeEach(() => {
    replica = new FakeReplica();
    const { members } = fakeServices(replica, () => 0);
    answers = new MapAnswers({ limits, replica, members });
    ends = [];
  });

  function update(): void {
    const { files } = replica;
    const version = (files.get('f')?.version ?? 0) + 1;
    const hashlist = Array.from({ length: 10_000 }, () => 'h');
    const command = { type: 'updatefile', name: 'f', version, hashlist } as const;
    files.apply(files.encode({ ...command, requestId: undefined, timeMs: 0 }));
  }

  function take(): FilesAnswer {
    const files = replica.files.freeze();
    return { files, parts: [{ read: () => files.read(files.size), form: fileMember }] };
  }

  /** Notes when the answer begins, and is read in no time. */
  function reply(name: string): (outcome: HandlerOutcome) => void {
    return (outcome) => {
      ends.push(`${name} ${outcome.kind}`);
      if (outcome.kind === 'pieces') outcome.pieces.close();
    };
  }

  it('are not overtaken by those that come later', async () => {
    update();
    const hangUp = answers.answer(take, reply('first'));
    update();
    answers.answer(take, reply('second'));
    hangUp();
    update();
    answers.answer(take, reply('third'));
    expect([answers.viewCount, answers.waitingCount]).to.deep.equal([0, 2]);
    await waitUntil(() => ends.length === 2);
    expect(ends).to.deep.equal(['second pieces', 'third pieces']);
    expect([answers.viewCount, answers.waitingCount]).to.deep.equal([0, 0]);
  });

  it('are forgotten when nobody wants them any more, before and after they began', async () => {
    update();
    const hangUpFirst = answers.answer(take, reply('first'));
    update();
    const hangUpSecond = answers.answer(take, reply('second'));
    const hangUpThird = answers.answer(take, reply('third'));
    hangUpSecond();
    hangUpFirst();
    await waitUntil(() => answers.waitingCount === 0);
    hangUpThird();
    expect(answers.viewCount).to.equal(0);
    // The third may have been faster than this.
    expect(ends.filter((end) => end !== 'third pieces')).to.deep.equal([]);
  });

  it('end by what goes wrong with them alone', async () => {
    update();
    const hangUp = answers.answer(take, reply('first'));
    update();
    let isTaken = false;
    const takeOnce = (): FilesAnswer => {
      if (isTaken) throw new Error('a bug');
      isTaken = true;
      return take();
    };
    answers.answer(takeOnce, reply('second'));
    answers.answer(take, reply('third'));
    hangUp();
    await waitUntil(() => ends.length === 2);
    expect(ends).to.deep.equal(['second bug', 'third pieces']);
  });
});
