/** The pages and their forms, row by row as the contract has them (section 14). */
import { expect } from 'chai';
import { hiddenFields } from './browser.js';
import { useFront } from './front-rig.js';

const rig = useFront();

describe('the site’s pages', () => {
  it('list the posts of all orders, 30 a page', async () => {
    const ada = await rig().user('ada');
    for (let i = 0; i < 31; i += 1) await ada.post(`title ${i}`, `example.org/${i}`);
    for (const [path, heading] of [
      ...[
        ['/', 'Hot'],
        ['/homePage', 'Hot'],
        ['/?sort=hot', 'Hot'],
      ],
      ...[
        ['/?sort=new', 'New'],
        ['/?sort=top', 'Top'],
        ['/homePage?sort=new', 'New'],
      ],
    ]) {
      const { status, text } = await ada.get(path ?? '');
      expect(status, path).to.equal(200);
      expect(text, path).to.match(new RegExp(`<h1[^>]*>\\s*${heading ?? ''}\\s*</h1>`));
      expect(text.match(/people like/g), path).to.have.length(30);
    }
    const second = await ada.get('/?sort=new&page=2');
    expect(second.text.match(/people like/g)).to.have.length(1);
    expect((await ada.get('/?page=3')).status).to.equal(200);
    for (const path of [
      '/?sort=old',
      '/?page=0',
      '/?page=x',
      '/?page=1&page=2',
      '/?sort=new&sort=top',
    ]) {
      expect((await ada.get(path)).status, path).to.equal(400);
    }
  });

  it('show whoever is logged in by name, and others the way in', async () => {
    const ada = await rig().user('Ada');
    const mine = (await ada.get('/')).text;
    expect(mine).to.include('<span id="username">Ada</span>').and.include('Log out');
    expect(mine).to.include('Post new Link').and.not.include('Sign up');
    const other = (await rig().browser().get('/')).text;
    expect(other).to.include('Log in').and.include('Sign up').and.not.include('id="username"');
  });

  it('are nobody’s to keep, and say who may do what with them', async () => {
    const { headers } = await rig().browser().get('/');
    expect(headers.get('cache-control')).to.equal('no-store');
    expect(headers.get('x-content-type-options')).to.equal('nosniff');
    expect(headers.get('referrer-policy')).to.equal('same-origin');
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).to.include("default-src 'none'").and.include("frame-ancestors 'none'");
    expect(policy).to.not.include('unsafe');
    expect(policy).to.include("form-action 'self'").and.include("base-uri 'none'");
  });

  it('answer HEAD as GET without a body, and what is not there with 404', async () => {
    const browser = rig().browser();
    const head = await browser.ask('/', { method: 'HEAD' });
    expect(head.status).to.equal(200);
    expect(head.text).to.equal('');
    expect(Number(head.headers.get('content-length'))).to.be.above(500);
    for (const path of [
      '/nothing',
      '/login/',
      '//',
      '/posts/1',
      '/posts/0123456789abcdef',
      '/users/x y',
    ]) {
      expect((await browser.get(path)).status, path).to.equal(404);
    }
    expect((await browser.get('/users/nobody')).status).to.equal(404);
  });

  it('change nothing by GET', async () => {
    const ada = await rig().user('ada');
    for (const path of ['/logout', '/like', '/unlike', '/comment', '/sessions/end']) {
      const { status, headers } = await ada.get(path);
      expect(status, path).to.equal(405);
      expect(headers.get('allow'), path).to.equal('POST');
    }
    expect((await ada.ask('/', { method: 'POST' })).headers.get('allow')).to.equal('GET, HEAD');
    const put = await ada.ask('/post', { method: 'PUT' });
    expect([put.status, put.headers.get('allow')]).to.deep.equal([405, 'GET, HEAD, POST']);
    expect(await ada.user()).to.equal('ada');
  });

  it('show a post with its comments, a user, and one’s own sessions', async () => {
    const ada = await rig().user('Ada');
    await ada.post('A title', 'https://example.org/a');
    const id = /\/posts\/([0-9a-f]{16})/.exec((await ada.get('/')).text)?.[1] ?? '';
    const said = await ada.fillIn(`/posts/${id}`, '/comment', { text: 'one\r\ntwo <b>' });
    expect([said.status, said.headers.get('location')]).to.deep.equal([303, `/posts/${id}`]);
    const post = await rig().browser().get(`/posts/${id}`);
    expect(post.text).to.include('one\ntwo &lt;b&gt;').and.include('A title');
    expect((await ada.get('/users/ada')).text).to.include('A title');
    expect((await ada.get('/account')).status).to.equal(200);
    expect((await rig().browser().get('/account')).status).to.equal(401);
    const feed = await rig().browser().get('/feed?sort=new');
    expect(feed.headers.get('content-type')).to.match(/^application\/rss\+xml/);
    expect(feed.text).to.include('<title>A title</title>').and.include(`/posts/${id}`);
  });

  it('come with what they name: style and script, to be kept for ever', async () => {
    const { text } = await rig().browser().get('/');
    const paths = [...text.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map(([, path]) => path);
    expect(paths.length).to.be.above(2);
    for (const path of paths) {
      const { status, headers } = await rig()
        .browser()
        .get(path ?? '');
      expect(status, path).to.equal(200);
      expect(headers.get('cache-control'), path).to.include('immutable');
    }
  });
});

describe('the site’s forms', () => {
  it('sign people up, once for each name in whatever letter case', async () => {
    const ada = rig().browser();
    const { status, headers } = await ada.signUp('Ada');
    expect([status, headers.get('location')]).to.deep.equal([303, '/']);
    expect(await ada.user()).to.equal('Ada');
    const again = await rig().browser().signUp('aDA');
    expect(again.status).to.equal(409);
    expect(again.text).to.include('value="aDA"').and.not.include('a password');
    const bad = [
      ['a b', 'a password'],
      ['', 'a password'],
      ['x'.repeat(21), 'a password'],
    ];
    for (const [name = '', password] of [...bad, ['bob', 'seven77'], ['bob', 'x'.repeat(257)]]) {
      expect((await rig().browser().signUp(name, password)).status, name).to.equal(400);
    }
    expect(rig().cluster.commands).to.have.length(1);
  });

  it('log people in and out, the session being gone everywhere', async () => {
    const ada = await rig().user('Ada');
    const first = ada.cookies.get('session') ?? '';
    const elsewhere = rig().browser();
    const { status, headers } = await elsewhere.logIn('ada');
    expect([status, headers.get('location')]).to.deep.equal([303, '/']);
    expect(await elsewhere.user()).to.equal('Ada');
    const out = await ada.fillIn('/', '/logout', {});
    expect([out.status, out.headers.get('location')]).to.deep.equal([303, '/']);
    expect(await ada.user()).to.equal(undefined);
    ada.cookies.set('session', first);
    expect(await ada.user()).to.equal(undefined);
    // The session has certainly ended: the browser is told to forget it.
    expect(ada.cookies.has('session')).to.equal(false);
    expect(await elsewhere.user()).to.equal('Ada');
  });

  it('answer an unknown user as they answer a wrong password', async () => {
    await rig().user('ada');
    const wrong = await rig().browser().logIn('ada', 'another password');
    const unknown = await rig().browser().logIn('adb', 'another password');
    const strange = await rig().browser().logIn('a b', 'another password');
    expect([wrong.status, unknown.status, strange.status]).to.deep.equal([401, 401, 401]);
    const same = (text: string): string =>
      text.replace(/value="[^"]*"/g, '').replace(/server \d|leader in|follower in/g, '');
    expect(same(unknown.text)).to.equal(same(wrong.text));
    expect(same(strange.text)).to.equal(same(wrong.text));
    expect([...unknown.headers.keys()]).to.deep.equal([...wrong.headers.keys()]);
  });

  it('post links in the form that is kept, and refuse others', async () => {
    const ada = await rig().user('ada');
    const { status, headers } = await ada.post('A title', 'example.org/x');
    expect([status, headers.get('location')]).to.deep.equal([303, '/']);
    expect((await ada.get('/')).text).to.include('href="http://example.org/x"');
    const twice = await ada.post('Another', 'http://EXAMPLE.org/x');
    expect(twice.status).to.equal(409);
    expect(twice.text).to.match(/href="\/posts\/[0-9a-f]{16}"[^>]*>\s*A title/);
    const links = ['javascript:alert(1)', 'ftp://example.org', '', 'x'.repeat(2_001), '/a'];
    for (const link of links) expect((await ada.post('A title', link)).status, link).to.equal(400);
    for (const title of ['', ' ', 'x'.repeat(201), 'a\u0000b', 'a\nb', 'a\ufffeb']) {
      expect((await ada.post(title, 'example.org/y')).status, title).to.equal(400);
    }
    const kept = await ada.post('<i>"typed"</i>', 'nothing');
    expect(kept.text).to.include('&lt;i&gt;').and.include('value="nothing"');
    expect(rig().cluster.commands.filter(({ type }) => type === 'post')).to.have.length(2);
  });

  it('count a like once, and lead back to where it was given', async () => {
    const ada = await rig().user('ada');
    await ada.post('A title', 'example.org/x');
    const { text } = await ada.get('/?sort=new');
    const fields = hiddenFields(text, '/like');
    for (const times of [1, 2]) {
      const liked = await ada.send('/like', { ...fields, back: '/?sort=new' });
      expect(liked.headers.get('location'), String(times)).to.equal('/?sort=new');
      expect((await ada.get('/')).text).to.include('1 people like');
    }
    const bare = { csrf: fields['csrf'] ?? '', postId: fields['postId'] ?? '' };
    for (const times of [1, 2]) {
      const unliked = await ada.send('/unlike', bare);
      expect(unliked.headers.get('location'), String(times)).to.equal('/');
      expect((await ada.get('/')).text).to.include('0 people like');
    }
    expect((await ada.send('/like', { ...bare, postId: '0'.repeat(16) })).status).to.equal(404);
    expect((await ada.send('/like', { ...bare, postId: 'x' })).status).to.equal(404);
    expect((await ada.send('/like', { csrf: bare.csrf })).status).to.equal(400);
    for (const back of ['//evil.example', 'https://evil.example', '/\\evil.example']) {
      expect((await ada.send('/like', { ...bare, back })).status, back).to.equal(400);
    }
  });

  it('end one session, or all of them', async () => {
    const ada = await rig().user('ada');
    const other = rig().browser();
    await other.logIn('ada');
    const third = rig().browser();
    await third.logIn('ada');
    const sessions = JSON.parse((await other.get('/api/sessions')).text) as {
      readonly sessions: readonly { readonly id: string; readonly isThis: boolean }[];
    };
    const own = sessions.sessions.find(({ isThis }) => isThis);
    const csrf = await ada.csrf('/account');
    const ended = await ada.send('/sessions/end', { csrf, sessionId: own?.id ?? '' });
    expect([ended.status, ended.headers.get('location')]).to.deep.equal([303, '/account']);
    expect(await other.user()).to.equal(undefined);
    expect(await third.user()).to.equal('ada');
    const all = await ada.send('/sessions/end', { csrf });
    expect([all.status, all.headers.get('location')]).to.deep.equal([303, '/']);
    expect([await ada.user(), await third.user()]).to.deep.equal([undefined, undefined]);
  });

  it('may not be used by visitors where a login is needed', async () => {
    const ada = await rig().user('ada');
    await ada.post('A title', 'example.org/x');
    const before = rig().cluster.commands.length;
    const visitor = rig().browser();
    const csrf = await visitor.csrf();
    expect((await visitor.get('/post')).status).to.equal(401);
    for (const path of ['/post', '/like', '/unlike', '/comment', '/sessions/end']) {
      expect((await visitor.send(path, { csrf })).status, path).to.equal(401);
    }
    expect((await visitor.send('/logout', { csrf })).status).to.equal(303);
    expect(rig().cluster.commands).to.have.length(before);
  });
});
