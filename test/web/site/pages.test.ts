/** The pages as a browser reads them: the contract's words, and nothing that a text can break. */
import { expect } from 'chai';
import type { PostOrder } from '../../../src/site/site-query.js';
import {
  renderAccount,
  renderCredentials,
  renderPost,
  renderPostList,
  renderProblem,
  renderSubmit,
  renderUser,
} from '../../../src/web/site/pages/render-pages.js';
import { comment, frame, listPage, now, post, postPage, visitor } from './page-fixtures.js';
import { readHtml, type Found } from './read-html.js';

const fieldsOf = (form: Found): Readonly<Record<string, string | undefined>> =>
  Object.fromEntries(
    form
      .all('*')
      .filter(({ tag }) => tag === 'input' || tag === 'textarea')
      .map((field) => [field.attribute('name') ?? '', field.attribute('value') ?? field.rawText]),
  );

describe('a list of posts', () => {
  const titles: readonly (readonly [PostOrder, string])[] = [
    ['hot', 'Hot'],
    ['new', 'New'],
    ['top', 'Top'],
  ];
  for (const [order, name] of titles) {
    it(`of ${order} says ${name}, and where the same is for programs`, () => {
      const page = readHtml(renderPostList(frame(), listPage({ order, page: 2, more: true })));
      expect(page.one('h1').text).to.equal(name);
      expect(page.one('title').text).to.equal(`${name}, page 2 · SurfRaft`);
      expect(page.one('a', { 'aria-current': 'page' }).text).to.equal(name);
      const rss = page.one('link', { type: 'application/rss+xml' });
      expect(rss.attribute('href')).to.equal(`/feed?sort=${order}`);
      const json = page.one('link', { type: 'application/json' });
      expect(json.attribute('href')).to.equal(`/api/posts?sort=${order}&page=2`);
      expect(page.all('a', { href: `/feed?sort=${order}` })).to.have.length(1);
      expect(page.one('a', { rel: 'next' }).attribute('href')).to.equal(`/?sort=${order}&page=3`);
      expect(page.one('a', { rel: 'prev' }).attribute('href')).to.equal(`/?sort=${order}&page=1`);
    });
  }

  it('shows of each post its title, likes, who, when, site and comments', () => {
    const item = readHtml(renderPostList(frame(), listPage())).one('article');
    const title = item.one('a', { class: 'title' });
    expect(title.text).to.equal(post().title);
    expect(title.attribute('href')).to.equal(post().link);
    expect(item.one('p', { class: 'site' }).text).to.equal('example.org');
    expect(item.one('span', { class: 'likes' }).text).to.equal('12 people like');
    expect(item.one('a', { class: 'user' }).attribute('href')).to.equal('/users/bob');
    expect(item.one('time').text).to.equal('3 hours ago');
    expect(item.one('time').attribute('datetime')).to.equal('2026-11-28T19:00:00.000Z');
    expect(item.one('a', { href: '/posts/p1#comments' }).text).to.equal('4 comments');
  });

  it('says N people like for every N, in one piece', () => {
    for (const likes of [0, 1, 2, 1_000]) {
      const html = renderPostList(visitor(), listPage({ posts: [post({ likes })] }));
      expect(html).to.match(new RegExp(`>${likes} people like<`));
    }
  });

  it('offers to like what is not liked, to unlike what is, and neither to visitors', () => {
    const posts = [post(), post({ id: 'p2', liked: true })];
    const page = readHtml(renderPostList(frame(), listPage({ posts })));
    expect(fieldsOf(page.one('form', { action: '/like' }))).to.deep.equal({
      csrf: 'the-csrf-token',
      postId: 'p1',
      back: '/?sort=hot#post-p1',
    });
    expect(page.one('form', { action: '/like' }).one('span', { class: 'verb' }).text).to.equal(
      'Like',
    );
    expect(fieldsOf(page.one('form', { action: '/unlike' }))['postId']).to.equal('p2');
    expect(readHtml(renderPostList(visitor(), listPage({ posts }))).all('form')).to.have.length(0);
  });

  it('says that there is nothing yet', () => {
    const page = readHtml(renderPostList(visitor(), listPage({ posts: [] })));
    expect(page.one('main').text).to.contain('Nothing has been posted yet');
  });
});

describe('the frame of a page', () => {
  it('names the viewer and offers Post new Link and Log out', () => {
    const html = renderPostList(frame({ viewer: 'Al-1_x' }), listPage());
    expect(html).to.contain('<span id="username">Al-1_x</span>');
    const page = readHtml(html);
    expect(page.one('a', { href: '/post' }).text).to.equal('Post new Link');
    const logout = page.one('form', { action: '/logout' });
    expect(logout.text).to.equal('Log out');
    expect(fieldsOf(logout)).to.deep.equal({ csrf: 'the-csrf-token' });
    expect(page.text).to.not.match(/Log in|Sign up/);
  });

  it('offers visitors Log in and Sign up, and has no such element', () => {
    const page = readHtml(renderPostList(visitor(), listPage()));
    expect(page.one('a', { href: '/login' }).text).to.equal('Log in');
    expect(page.one('a', { href: '/signup' }).text).to.equal('Sign up');
    expect(page.all('*', { id: 'username' })).to.have.length(0);
    expect(page.text).to.not.match(/Log out|Post new Link/);
  });

  it('says where it was read, and how far behind that is', () => {
    const footer = (changes: Parameters<typeof frame>[0]): string =>
      readHtml(renderPostList(frame(changes), listPage())).one('footer').text;
    expect(footer({})).to.equal('Read from server 2 follower in term 14 3 entries behind');
    const source = { server: 0, term: 2, isLeader: true, behind: 0, mayBeOld: false };
    expect(footer({ source })).to.equal('Read from server 0 leader in term 2 up to date');
    expect(footer({ source: undefined })).to.equal('No server of the cluster has answered.');
  });

  it('warns of a page that may be old, and only then', () => {
    const source = { server: 0, term: 2, isLeader: false, behind: 0, mayBeOld: true };
    expect(renderPostList(frame({ source }), listPage())).to.contain('This page may be old:');
    expect(renderPostList(frame(), listPage())).to.not.contain('may be old');
  });

  it('tells what has happened, and where that leads', () => {
    const link = { href: '/posts/p7', text: 'The earlier post' };
    const notice = { kind: 'problem', text: 'Posted before.', link } as const;
    const told = readHtml(renderSubmit(frame({ notice }), emptySubmit)).one('p', { role: 'alert' });
    expect(told.text).to.equal('Posted before. The earlier post');
    expect(told.one('a').attribute('href')).to.equal('/posts/p7');
  });

  it('holds no script and no style of its own, and loads what is served', () => {
    const page = readHtml(renderPost(frame(), postPage()));
    for (const element of page.all('*')) {
      expect(element.attribute('style'), element.tag).to.equal(undefined);
      expect(element.tag).to.not.equal('style');
    }
    expect(page.one('script').text).to.equal('');
  });
});

const emptySubmit = { nextId: 'next-post', title: '', link: '', mistakes: {} };

describe('the page of a post', () => {
  it('shows the link, its comments, and a form for another', () => {
    const text = 'one\n  two';
    const page = readHtml(renderPost(frame(), postPage({ comments: [comment({ text })] })));
    expect(page.one('title').text).to.equal(`${post().title} · SurfRaft`);
    expect(page.one('h1').one('a').attribute('href')).to.equal(post().link);
    const said = page.one('article', { id: 'comment-c1' });
    expect(said.one('div', { class: 'said' }).rawText).to.equal(text);
    expect(said.one('time').text).to.equal('1 minute ago');
    expect(fieldsOf(page.one('form', { action: '/comment' }))).to.deep.equal({
      csrf: 'the-csrf-token',
      id: 'next-comment',
      postId: 'p1',
      back: '/posts/p1',
      text: '',
    });
  });

  it('writes a draft back as it was typed, with what is wrong beside it', () => {
    const draft = '\n <b> \n';
    const model = postPage({ draft, mistake: 'expected text without control characters' });
    const page = readHtml(renderPost(frame(), model));
    expect(page.one('textarea').rawText).to.equal(draft);
    expectMistake(page, 'text', 'Expected text without control characters.');
  });

  it('lets visitors log in before they say something', () => {
    const page = readHtml(renderPost(visitor(), postPage()));
    expect(page.all('form')).to.have.length(0);
    expect(page.one('main').one('a', { href: '/login' }).text).to.equal('Log in');
  });

  it('leads nowhere but to the web', () => {
    for (const link of ['javascript:alert(1)', 'data:text/html,x', '//evil', ' javascript:x', '']) {
      const page = readHtml(renderPost(frame(), postPage({ post: post({ link }) })));
      expect(page.one('h1').one('a').attribute('href'), link).to.equal('/posts/p1');
    }
  });
});

describe('forms', () => {
  it('for a link keep what was typed and say what is wrong beside it', () => {
    const mistakes = { link: 'expected an address' };
    const model = { nextId: 'n1', title: 'A "title"', link: 'ftp://x', mistakes };
    const page = readHtml(renderSubmit(frame(), model));
    const form = page.one('form', { action: '/post' });
    expect(fieldsOf(form)).to.deep.equal({
      csrf: 'the-csrf-token',
      id: 'n1',
      title: 'A "title"',
      link: 'ftp://x',
    });
    expectMistake(page, 'link', 'Expected an address.');
    expect(page.one('input', { name: 'title' }).attribute('aria-invalid')).to.equal(undefined);
  });

  for (const [kind, name] of [
    ['signup', 'Sign up'],
    ['login', 'Log in'],
  ] as const) {
    it(`to ${name} take a name and a password, and never write the password back`, () => {
      const mistakes = { username: 'taken', password: 'expected 8 to 256 characters' };
      const page = readHtml(renderCredentials(visitor(), { kind, username: 'x<y', mistakes }));
      expect(page.one('h1').text).to.equal(name);
      const form = page.one('form', { action: `/${kind}` });
      expect(fieldsOf(form)).to.deep.equal({
        csrf: 'the-csrf-token',
        username: 'x<y',
        password: '',
      });
      expect(form.one('button').text).to.equal(name);
      expectMistake(page, 'username', 'Taken.');
      expectMistake(page, 'password', 'Expected 8 to 256 characters.');
    });
  }
});

describe('the pages of users', () => {
  const user = { name: 'bob', since: now - 40 * 86_400_000, posts: 1, likes: 12 };

  it('show who it is and what they posted', () => {
    const model = { user, posts: [post()], page: 1, more: true };
    const page = readHtml(renderUser(frame({ path: '/users/bob' }), model));
    expect(page.one('h1').text).to.equal('bob');
    expect(page.one('main').text).to.contain(
      'Joined 1 month ago. Posted 1 link, which got 12 likes.',
    );
    expect(page.one('a', { rel: 'next' }).attribute('href')).to.equal('/users/bob?page=2');
    expect(page.all('article')).to.have.length(1);
  });

  it('show one’s own sessions, to end one or all', () => {
    const sessions = [
      { id: 's1', label: 'Firefox on Linux', since: now, isThis: true },
      { id: 's2', label: 'Safari on iPhone', since: now - 86_400_000, isThis: false },
    ];
    const page = readHtml(renderAccount(frame(), { sessions }));
    expect(page.one('ul', { class: 'sessions' }).text).to.equal(
      'Firefox on Linux logged in just now this session ' +
        'Safari on iPhone logged in 1 day ago End the session Safari on iPhone',
    );
    const ends = page.all('form', { action: '/sessions/end' }).map(fieldsOf);
    expect(ends).to.deep.equal([
      { csrf: 'the-csrf-token', sessionId: 's2' },
      { csrf: 'the-csrf-token' },
    ]);
  });
});

describe('a page that says why there is none', () => {
  it('names the status and a way on', () => {
    const model = { status: 404, title: 'No such post', text: 'It may never have been there.' };
    const page = readHtml(renderProblem(visitor(), model));
    expect(page.one('h1').text).to.equal('No such post');
    expect(page.one('main').text).to.contain('404').and.to.contain(model.text);
    expect(page.one('main').one('a').attribute('href')).to.equal('/');
  });
});

function expectMistake(page: Found, name: string, text: string): void {
  const id = `${name}-mistake`;
  expect(page.one('p', { id }).text).to.equal(text);
  const field = page.one('*', { id: name });
  expect(field.attribute('aria-invalid')).to.equal('true');
  expect(field.attribute('aria-describedby')).to.equal(`${id} ${name}-hint`);
}
