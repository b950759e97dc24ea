/** What the bench of the site reads, and that each of its checks can fail. */
import { expect } from 'chai';
import { checkContent, checkEqual, checkLikes } from '../../bench/site/check-content.js';
import { Ledger, Problems, type LikeState } from '../../bench/site/ledger.js';
import { readHtml, readJson } from '../../bench/site/seen-page.js';
import type { SiteContent } from '../../bench/site/site-content.js';
import { siteRows, siteWords } from '../../bench/site/site-report.js';
import type { SiteOutcome } from '../../bench/site/site-trial.js';
import { renderPost } from '../../src/web/site/pages/render-pages.js';
import type { Frame } from '../../src/web/site/page-models.js';

const view = { by: 'Ada', at: 0, link: 'https://example.org/1', liked: false };
const post = { ...view, id: 'p1', title: 'one', likes: 2, comments: 1 };
const comment = { id: 'c1', postId: 'p1', text: 'hello', by: 'Ben', at: 0 };
const right: SiteContent = {
  ...{ server: 0, posts: [post], hot: ['p1'], top: ['p1'], comments: [comment] },
  counts: { users: 2, sessions: 2, posts: 1, likes: 2, comments: 1 },
};

interface Known {
  readonly isSure?: boolean;
  readonly ben?: LikeState;
}

function ledgerOf({ isSure = true, ben = true }: Known = {}): Ledger {
  const ledger = new Ledger();
  ledger.addPost({ by: 'Ada', title: 'one', link: view.link, isSure });
  ledger.addComment({ by: 'Ben', text: 'hello', postId: 'p1', isSure });
  ledger.setLike('p1', 'Ada', true);
  ledger.setLike('p1', 'Ben', ben);
  return ledger;
}

function problemsOf(content: SiteContent, ledger = ledgerOf()): readonly string[] {
  const problems = new Problems();
  checkContent(content, { ledger, people: 2, problems });
  return problems.shown;
}

describe('the checks of the bench of the site', () => {
  it('pass what is right, and what nobody knows, whether or not it is there', () => {
    expect(problemsOf(right)).to.deep.equal([]);
    const unsure = ledgerOf({ isSure: false, ben: 'unknown' });
    expect(problemsOf(right, unsure)).to.deep.equal([]);
    const [counts, posts] = [{ ...right.counts, likes: 1 }, [{ ...post, likes: 1 }]];
    expect(problemsOf({ ...right, posts, counts }, unsure)).to.deep.equal([]);
    const none = { ...right.counts, posts: 0, likes: 0, comments: 0 };
    const empty = { ...right, counts: none, posts: [], hot: [], top: [], comments: [] };
    expect(problemsOf(empty, unsure)).to.deep.equal([]);
  });

  it('find a like that counts twice or not at all', () => {
    for (const likes of [1, 3]) {
      const counts = { ...right.counts, likes };
      const found = problemsOf({ ...right, counts, posts: [{ ...post, likes }] });
      expect(found).to.deep.equal([`the post "one" has ${likes} likes instead of 2`]);
    }
    expect(problemsOf({ ...right, counts: { ...right.counts, likes: 3 } })).to.deep.equal([
      '3 likes are counted instead of 2',
    ]);
  });

  it('find a post or comment that is lost, doubled, nobody’s, or somebody else’s', () => {
    const counts = { ...right.counts, comments: 0 };
    const withoutComment = { ...right, counts, comments: [], posts: [{ ...post, comments: 0 }] };
    expect(problemsOf(withoutComment)).to.deep.equal([
      'the comment "hello" was confirmed and is lost',
    ]);
    const doubled = problemsOf({ ...right, posts: [post, { ...post, id: 'p2' }] });
    expect(doubled).to.include('the post "one" is there 2 times');
    expect(doubled).to.include('hot has 1 posts in 1 places instead of 2');
    expect(problemsOf({ ...right, posts: [{ ...post, by: 'Eve' }] })).to.deep.equal([
      `the post "one" is by Eve and leads to ${view.link}`,
    ]);
    const found = problemsOf(right, new Ledger());
    expect(found).to.include('nobody wrote the post "one"');
    expect(found).to.include('nobody wrote the comment "hello"');
    const moved = problemsOf({ ...right, comments: [{ ...comment, postId: 'p9' }] });
    expect(moved).to.include('the comment "hello" is by Ben and of post p9');
    expect(moved).to.include('the post "one" counts 1 comments instead of 0');
  });

  it('find servers that differ, and a like of the wrong person', () => {
    const problems = new Problems();
    checkEqual([right, { ...right, server: 1 }], problems);
    expect(problems.count).to.equal(0);
    checkEqual([right, { ...right, server: 2, top: [] }], problems);
    expect(problems.shown).to.deep.equal(['servers 0 and 2 differ in their top']);
    const wrong = new Problems();
    checkLikes('Ada', new Set(['p1']), right, { ledger: ledgerOf(), problems: wrong });
    expect(wrong.count).to.equal(0);
    checkLikes('Ada', new Set(), right, { ledger: ledgerOf(), problems: wrong });
    checkLikes('Eve', new Set(['p1']), right, { ledger: ledgerOf(), problems: wrong });
    expect(wrong.shown).to.deep.equal([
      'Ada likes "one": the site says otherwise',
      'Eve does not like "one": the site says otherwise',
    ]);
  });
});

describe('a page, as the people of the bench see it', () => {
  it('tells who they are, posts, likes and comments, as HTML and as JSON', () => {
    const source = { server: 1, term: 1, isLeader: true, behind: 0, mayBeOld: true };
    const frame: Frame = {
      ...{ viewer: 'Ada', path: '/posts/p1', csrf: 'proof', now: 0, source, notice: undefined },
    };
    const model = { post: { ...post, liked: true }, comments: [comment], page: 1, more: true };
    const seen = readHtml(renderPost(frame, { ...model, draft: '', nextId: 'abcd' }));
    const posts = [{ id: 'p1', title: 'one', likes: 2, liked: true, by: 'Ada' }];
    expect(seen).to.deep.equal({
      ...{ user: 'Ada', posts, comments: ['hello'], more: true, csrf: 'proof', id: 'abcd' },
      mayBeOld: true,
    });
    const { user, posts: ofJson, comments } = readJson(JSON.stringify(model));
    expect([user, ofJson[0]?.liked, comments]).to.deep.equal([undefined, true, ['hello']]);
  });
});

describe('the report of the bench of the site', () => {
  const problems = new Problems();
  const visit = { kind: 'page', status: 200 } as const;
  const outcome: SiteOutcome = {
    signUp: { seconds: 1, busy: 0 },
    visits: [
      { ...visit, beganMs: 0, endedMs: 10 },
      { ...visit, beganMs: 900, endedMs: 1_400 },
      { ...visit, beganMs: 6_100, endedMs: 6_120, status: 503 },
      { kind: 'change', status: 201, beganMs: 1_100, endedMs: 1_900 },
    ],
    ...{ killedMs: 1_000, restartedMs: 2_000, heldUpMs: 5, problems },
    tally: { resent: 0, givenUp: 0, old: 0 },
    counts: right.counts,
  };

  it('puts each request where it belongs, with what failed', () => {
    expect(siteRows(outcome).map((row) => row.slice(0, 5))).to.deep.equal([
      ['pages', 'before the kill', '1', '0', '10.0'],
      ['pages', '5 s from the kill', '1', '0', '500'],
      ['pages', 'later', '1', '503: 1', '20.0'],
      ['pages', 'all', '3', '503: 1', '20.0'],
      ['changes', 'before the kill', '0', '0', '–'],
      ['changes', '5 s from the kill', '1', '0', '800'],
      ['changes', 'later', '0', '0', '–'],
      ['changes', 'all', '1', '0', '800'],
    ]);
  });

  it('says when changes went on, and what is wrong', () => {
    const words = siteWords(outcome, 2, '7');
    expect(words).to.include('confirmed 0.90 s later').and.include('All servers are equal');
    problems.add('the post "one" is there 2 times');
    expect(siteWords(outcome, 2, '7')).to.include('1 PROBLEMS: the post "one" is there 2 times');
  });
});
