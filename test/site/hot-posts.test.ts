/** The order `hot` against sorting all posts, and how few of them it has to look at. */
import { expect } from 'chai';
import seedrandom from 'seedrandom';
import { hotPosts, type HotQuestion } from '../../src/site/hot-posts.js';

const blockPosts = 32;
const hourMs = 3_600_000;

interface Post {
  readonly atMs: number;
  readonly likes: number;
}

function drawPosts(seed: string, count: number, hoursApart: number): readonly Post[] {
  const random = seedrandom(seed);
  let atMs = 0;
  return Array.from({ length: count }, () => {
    atMs += Math.floor(random() * 2 * hoursApart * hourMs);
    return { atMs, likes: Math.floor(random() ** 6 * 400) };
  });
}

function askAbout(
  posts: readonly Post[],
  looks: { count: number },
): Pick<HotQuestion, 'blocks' | 'atMs' | 'likes' | 'nowMs'> {
  const blocks = [];
  for (let from = 0; from < posts.length; from += blockPosts) {
    const until = Math.min(from + blockPosts, posts.length);
    const likesMax = Math.max(...posts.slice(from, until).map(({ likes }) => likes));
    blocks.push({ from, until, likesMax });
  }
  return {
    blocks,
    atMs: (number) => posts[number]?.atMs ?? 0,
    likes: (number) => {
      looks.count += 1;
      return posts[number]?.likes ?? 0;
    },
    nowMs: (posts.at(-1)?.atMs ?? 0) + hourMs,
  };
}

function sorted(posts: readonly Post[], nowMs: number): readonly number[] {
  const score = ({ atMs, likes }: Post): number =>
    (likes + 1) / ((nowMs - atMs) / hourMs + 2) ** 1.8;
  const rated = posts.map((post, number) => ({ number, score: score(post) }));
  return rated.sort((a, b) => b.score - a.score || b.number - a.number).map((item) => item.number);
}

describe('hotPosts', () => {
  for (const hoursApart of [0, 0.01, 1, 30]) {
    it(`orders as sorting all does, ${hoursApart} hours apart`, () => {
      for (const [seed, count] of [1, 31, 32, 33, 500, 2_000].entries()) {
        const posts = drawPosts(String(seed), count, hoursApart);
        const question = askAbout(posts, { count: 0 });
        const expected = sorted(posts, question.nowMs);
        for (const start of [0, 1, 30, 90, 480, count - 5, count]) {
          if (start < 0) continue;
          const found = hotPosts({ ...question, start, count: 31 });
          expect(found, `${count} from ${start}`).to.deep.equal(expected.slice(start, start + 31));
        }
      }
    });
  }

  it('looks at few of many posts', () => {
    const posts = drawPosts('many', 50_000, 0.2);
    const looks = { count: 0 };
    hotPosts({ ...askAbout(posts, looks), start: 0, count: 31 });
    expect(looks.count).to.be.within(31, 2_500);
  });
});
