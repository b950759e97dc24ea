/** Questions about blocks that are asked together. */
import { expect } from 'chai';
import { hashOf, type BlockHash } from '../../src/blocks/block-hash.js';
import { MissingQuestions } from '../../src/sync/missing-questions.js';

function hashes(first: number, count: number): readonly BlockHash[] {
  return Array.from({ length: count }, (_, at) => hashOf(Buffer.from(String(first + at))));
}

/** Answers when it is told to, and has nothing. */
class Asked {
  readonly questions: (readonly BlockHash[])[] = [];
  readonly #ends: { answer(): void; fail(error: unknown): void }[] = [];

  missing(asked: readonly BlockHash[]): Promise<ReadonlySet<BlockHash>> {
    this.questions.push(asked);
    return new Promise((resolve, reject) => {
      this.#ends.push({ answer: () => resolve(new Set(asked)), fail: reject });
    });
  }

  async answer(): Promise<void> {
    this.#ends.shift()?.answer();
    await new Promise((resolve) => setImmediate(resolve));
  }

  async fail(error: Error): Promise<void> {
    this.#ends.shift()?.fail(error);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('questions about missing blocks', () => {
  it('are gathered while one is on its way', async () => {
    const asked = new Asked();
    const questions = new MissingQuestions(asked);
    const answers = [hashes(0, 2), hashes(1, 2), hashes(5, 1)].map((list) =>
      questions.missingOf(list),
    );
    expect(asked.questions).to.deep.equal([hashes(0, 2)]);
    await asked.answer();
    expect(asked.questions).to.deep.equal([hashes(0, 2), [...hashes(1, 2), ...hashes(5, 1)]]);
    await asked.answer();
    for (const [at, list] of [hashes(0, 2), hashes(1, 2), hashes(5, 1)].entries()) {
      expect([...((await answers[at]) ?? [])]).to.include.members([...list]);
    }
    void questions.missingOf(hashes(9, 1));
    expect(asked.questions.at(-1)).to.deep.equal(hashes(9, 1));
  });

  it('stay short', async () => {
    const asked = new Asked();
    const questions = new MissingQuestions(asked);
    for (let at = 0; at < 13; at += 1) void questions.missingOf(hashes(1000 * at, 1000));
    for (let at = 0; at < 4; at += 1) await asked.answer();
    expect(asked.questions.map(({ length }) => length)).to.deep.equal([1000, 5000, 5000, 2000]);
  });

  it('fail together, and others are asked all the same', async () => {
    const asked = new Asked();
    const questions = new MissingQuestions(asked);
    const first = questions.missingOf(hashes(0, 1)).catch((error: unknown) => String(error));
    const second = questions.missingOf(hashes(1, 1));
    await asked.fail(new Error('gone'));
    expect(await first).to.equal('Error: gone');
    await asked.answer();
    expect([...(await second)]).to.deep.equal(hashes(1, 1));
  });
});
