/** What people try who mean harm, each of which must come to nothing. */
import { expect } from 'chai';
import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { createHash } from 'node:crypto';
import { newToken } from '../../../src/web/site/secrets.js';
import { hiddenFields } from './browser.js';
import { useFront } from './front-rig.js';
import { readHtml } from './read-html.js';

const rig = useFront();

const changing = [
  '/signup',
  '/login',
  '/logout',
  '/post',
  '/like',
  '/unlike',
  '/comment',
  '/sessions/end',
];

describe('a form of another site (CSRF)', () => {
  it('changes nothing without the proof of this session', async () => {
    const ada = await rig().user('ada');
    await ada.post('A title', 'example.org/x');
    const postId = hiddenFields((await ada.get('/')).text, '/like')['postId'] ?? '';
    const before = rig().cluster.commands.length;
    const eve = await rig().user('eve');
    const visitor = rig().browser();
    const proofs = [
      '',
      'x',
      await eve.csrf('/'),
      await visitor.csrf(),
      ada.cookies.get('session') ?? '',
    ];
    const fields = {
      ...{ postId, title: 'T', link: 'example.org/y', text: 'T' },
      username: 'mallory',
    };
    for (const path of changing) {
      const all = { ...fields, password: 'a password' };
      expect((await ada.send(path, all)).status, path).to.equal(403);
      for (const csrf of proofs) {
        expect((await ada.send(path, { ...all, csrf })).status, `${path} ${csrf}`).to.equal(403);
      }
    }
    // Eve's sign-up alone.
    expect(rig().cluster.commands).to.have.length(before + 1);
    expect(await ada.user()).to.equal('ada');
  });

  it('is refused to visitors without their cookie, and the proof must come once', async () => {
    const visitor = rig().browser();
    const csrf = await visitor.csrf();
    const fields = { username: 'ada', password: 'a password', csrf };
    expect((await rig().browser().send('/signup', fields)).status).to.equal(403);
    const doubled = `${new URLSearchParams(fields).toString()}&csrf=${csrf}`;
    expect((await visitor.sendBody('/signup', doubled)).status).to.equal(400);
    expect((await visitor.send('/signup', fields)).status).to.equal(303);
  });

  it('cannot use JSON either: not with a form’s content type, nor from elsewhere', async () => {
    const ada = await rig().user('ada');
    const before = rig().cluster.commands.length;
    const body = JSON.stringify({ title: 'T', link: 'example.org/x' });
    const types = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', ''];
    for (const type of [...types, 'application/jsonx', 'application/json; charset=latin1']) {
      const page = await ada.ask('/api/posts', {
        method: 'POST',
        body,
        headers: { 'Content-Type': type },
      });
      expect(page.status, type).to.equal(415);
    }
    const json = { 'Content-Type': 'application/json' };
    const host = `127.0.0.1:${rig().port}`;
    const evil = [
      'https://evil.example',
      'null',
      `http://${host}.evil.example`,
      'http://127.0.0.1',
      'x',
    ];
    for (const origin of evil) {
      const headers = { ...json, Origin: origin };
      const page = await ada.ask('/api/posts', { method: 'POST', body, headers });
      expect(page.status, origin).to.equal(403);
      expect((await ada.ask('/api/me', { headers: { Origin: origin } })).status).to.equal(403);
    }
    expect(rig().cluster.commands).to.have.length(before);
    const headers = { ...json, Origin: `http://${host}` };
    expect((await ada.ask('/api/posts', { method: 'POST', body, headers })).status).to.equal(201);
  });
});

describe('a session that somebody else made up', () => {
  it('is not taken over at log-in or sign-up (fixation)', async () => {
    const planted = `1.${newToken()}`;
    const victim = rig().browser();
    victim.cookies.set('session', planted);
    await victim.signUp('ada');
    expect(victim.cookies.get('session')).to.not.equal(planted);
    const attacker = rig().browser();
    attacker.cookies.set('session', planted);
    expect(await attacker.user()).to.equal(undefined);
    const first = victim.cookies.get('session');
    await victim.logIn('ada');
    expect(victim.cookies.get('session')).to.not.equal(first);
    const [cookie = ''] = victim.setCookies.filter((line) => line.startsWith('session='));
    expect(cookie)
      .to.match(/HttpOnly/)
      .and.match(/SameSite=Lax/)
      .and.match(/Path=\//);
  });

  it('is a visitor’s (forgery)', async () => {
    const ada = await rig().user('ada');
    const session = ada.cookies.get('session') ?? '';
    const [index = '', token = ''] = session.split('.');
    const hash = createHash('sha256').update(token).digest('hex');
    const forged = [
      ...['', 'x', 'ada', `${index}.`, token, `${index}.${newToken()}`, `${index}.${hash}`],
      ...[session.slice(0, -1), `${session}A`, `${index}.${token.toLowerCase()}`],
      `${session.slice(0, -1)}${session.endsWith('A') ? 'B' : 'A'}`,
      ...[`${session}; session=${session}`, `x; session=${session}`],
    ];
    for (const value of forged) {
      const headers = { cookie: `session=${value}` };
      const { status, text } = await rig().browser().ask('/', { headers });
      expect(status, value).to.equal(200);
      expect(text, value).to.not.include('id="username"');
      const post = await rig()
        .browser()
        .ask('/api/posts', {
          ...{ method: 'POST', body: '{"title": "T", "link": "example.org"}' },
          headers: { ...headers, 'Content-Type': 'application/json' },
        });
      expect(post.status, value).to.equal(401);
    }
    expect(rig().cluster.commands).to.have.length(1);
    expect(await ada.user()).to.equal('ada');
  });
});

describe('guessing passwords', () => {
  it('ends after ten wrong ones in a minute, even with the right one', async () => {
    await rig().user('ada');
    const eve = rig().browser();
    for (let i = 0; i < 10; i += 1) {
      expect((await eve.logIn('ADA', `password ${i}`)).status).to.equal(401);
    }
    const refused = await eve.logIn('ada');
    expect(refused.status).to.equal(429);
    expect(Number(refused.headers.get('retry-after'))).to.be.within(1, 60);
    const byJson = await eve.json('POST', '/api/login', {
      username: 'ada',
      password: 'a password',
    });
    expect(byJson.status).to.equal(429);
    rig().nowMs += 60_000;
    expect((await eve.logIn('ada')).status).to.equal(303);
  });

  it('gains nothing by many at once, nor by claiming another address', async () => {
    await rig().user('ada');
    const eve = rig().browser();
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        eve.ask('/api/login', {
          method: 'POST',
          headers: { 'Content-Type': 'application/json', 'X-Forwarded-For': `10.0.0.${i}` },
          body: JSON.stringify({ username: 'ada', password: `password ${i}` }),
        }),
      ),
    );
    const count = (wanted: number): number =>
      answers.filter(({ status }) => status === wanted).length;
    expect([count(401), count(429)]).to.deep.equal([10, 20]);
  });
});

const hostile = [
  ...['<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', "'-alert(1)-'"],
  ...[
    '</textarea></title><svg/onload=alert(1)>',
    '&lt;script&gt;',
    '{{7*7}}${7*7}',
    '\u202egnp.exe',
  ],
];

/** A browser finds nothing in it that runs, loads or leads to what is not of the web. */
function expectHarmless(html: string, about: string): void {
  const page = readHtml(html);
  for (const element of page.all('*')) {
    for (const name of ['onerror', 'onload', 'onclick', 'style', 'srcdoc', 'formaction']) {
      expect(element.attribute(name), `${about}: ${element.tag} ${name}`).to.equal(undefined);
    }
    for (const name of ['href', 'src', 'action']) {
      expect(element.attribute(name) ?? '/', about).to.match(/^(?:https?:\/\/|\/(?!\/)|#)/);
    }
  }
  for (const script of page.all('script')) {
    expect(script.attribute('src'), about).to.match(/^\/assets\//);
    expect(script.rawText, about).to.equal('');
  }
  expect(page.all('img'), about).to.have.length(0);
  expect(page.all('iframe'), about).to.have.length(0);
}

describe('script in a field (XSS)', () => {
  it('is shown as what it is, on every page', async () => {
    const ada = await rig().user('ada');
    for (const [i, text] of hostile.entries()) {
      const link = `example.org/${i}?q=${text}`;
      const posted = await ada.post(text, link);
      expect(posted.status, text).to.equal(303);
      const { posts } = JSON.parse((await ada.get('/api/posts?sort=new')).text) as {
        readonly posts: readonly { readonly id: string; readonly title: string }[];
      };
      const post = posts.find(({ title }) => title === text);
      expect(post, text).to.not.equal(undefined);
      const page = `/posts/${post?.id ?? ''}`;
      expect((await ada.fillIn(page, '/comment', { text })).status, text).to.equal(303);
      expectHarmless((await ada.get(page)).text, text);
    }
    for (const path of ['/', '/?sort=new', '/?sort=top', '/users/ada', '/account']) {
      expectHarmless((await ada.get(path)).text, path);
    }
    const feed = await ada.get('/feed');
    expect(feed.text).to.not.include('<script>').and.not.include('<img');
  });

  it('is escaped where it is shown again because it was refused', async () => {
    const ada = await rig().user('ada');
    for (const text of hostile) {
      const pages = [
        await ada.post(text, `javascript:${text}`),
        await rig().browser().signUp(text),
        await rig().browser().logIn(text.slice(0, 20), text),
        await ada.get(`/users/${encodeURIComponent(text)}`),
        await ada.get(`/?sort=${encodeURIComponent(text)}`),
        await ada.get(`/${encodeURIComponent(text)}`),
      ];
      for (const page of pages) {
        expect(page.status, text).to.be.within(400, 499);
        expectHarmless(page.text, text);
      }
    }
  });

  it('makes no name, and no header', async () => {
    for (const name of hostile) {
      const byJson = { username: name, password: 'a password' };
      expect((await rig().browser().json('POST', '/api/signup', byJson)).status).to.equal(400);
    }
    const ada = await rig().user('ada');
    const csrf = await ada.csrf('/');
    const back = '/\r\nSet-Cookie: session=x';
    expect((await ada.send('/like', { csrf, postId: '0'.repeat(16), back })).status).to.equal(400);
  });
});

describe('fields and bodies that are not as they should be', () => {
  it('are refused when missing, empty, doubled or too long, and change nothing', async () => {
    const ada = await rig().user('ada');
    await ada.post('A title', 'example.org/x');
    const csrf = await ada.csrf('/');
    const before = rig().cluster.commands.length;
    const long = 'x'.repeat(6_000);
    const bodies = [
      ...['title=T', 'link=example.org/y', 'title=&link=example.org/y', 'title=T&link='],
      ...['title=T&title=T&link=example.org/y', 'title=T&link=example.org/y&link=example.org/y'],
      ...[`title=${long}&link=example.org/y`, `title=T&link=example.org/${long}`],
      ...[
        'title=%00&link=example.org/y',
        'title=T&link=example.org/%0d%0ax',
        'title=%ff&link=a.org',
      ],
    ];
    for (const body of bodies) {
      expect((await ada.sendBody('/post', `csrf=${csrf}&${body}`)).status, body).to.equal(400);
    }
    for (const body of ['', 'postId=', 'postId=a&postId=a', 'postId=%01', `postId=${long}`]) {
      expect((await ada.sendBody('/like', `csrf=${csrf}&${body}`)).status, body).to.equal(400);
    }
    const postId = `postId=${'0'.repeat(16)}`;
    for (const body of [
      postId,
      `${postId}&text=`,
      `${postId}&text=a&text=b`,
      `${postId}&text=${long}`,
    ]) {
      expect((await ada.sendBody('/comment', `csrf=${csrf}&${body}`)).status, body).to.equal(400);
    }
    const visitor = rig().browser();
    const proof = await visitor.csrf();
    for (const body of [
      '',
      'username=a',
      'username=a&password=',
      'username=a&username=a&password=b',
    ]) {
      for (const path of ['/signup', '/login']) {
        expect((await visitor.sendBody(path, `csrf=${proof}&${body}`)).status, body).to.equal(400);
      }
    }
    expect(rig().cluster.commands).to.have.length(before);
  });

  it('are refused beyond 64 KiB, however they are announced', async () => {
    const ada = await rig().user('ada');
    const csrf = await ada.csrf('/');
    const head = `csrf=${csrf}&title=T&link=example.org&x=`;
    const fits = head + 'x'.repeat(64 * 1024 - head.length);
    expect((await ada.sendBody('/post', `${fits}x`)).status).to.equal(413);
    expect((await ada.json('POST', '/api/posts', { title: 'x'.repeat(70_000) })).status).to.equal(
      413,
    );
    const chunked = request({
      ...{ port: rig().port, host: '127.0.0.1', method: 'POST', path: '/post' },
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', Connection: 'close' },
    });
    for (let i = 0; i < 100; i += 1) chunked.write('x'.repeat(1_000));
    chunked.end();
    const [response] = (await once(chunked, 'response')) as [
      { statusCode: number; resume(): void },
    ];
    response.resume();
    expect(response.statusCode).to.equal(413);
    expect((await ada.sendBody('/post', fits)).status).to.equal(303);
  });

  it('are refused as files and in other encodings', async () => {
    const ada = await rig().user('ada');
    const form = new FormData();
    form.set('csrf', await ada.csrf('/'));
    expect((await ada.ask('/post', { method: 'POST', body: form })).status).to.equal(415);
    const packed = { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' };
    const page = await ada.ask('/api/posts', { method: 'POST', body: '{}', headers: packed });
    expect(page.status).to.equal(415);
  });
});

describe('what is no request', () => {
  async function answerTo(text: string): Promise<string> {
    const socket = connect(rig().port, '127.0.0.1');
    socket.write(text);
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    await once(socket, 'close');
    return answer.split('\r\n')[0] ?? '';
  }

  it('is refused within limits', async () => {
    const host = 'Host: a\r\nConnection: close\r\n';
    const longPath = `GET /${'x'.repeat(5_000)} HTTP/1.1\r\n${host}\r\n`;
    expect(await answerTo(longPath)).to.include(' 414 ');
    const longHeader = `GET / HTTP/1.1\r\n${host}X: ${'x'.repeat(20_000)}\r\n\r\n`;
    expect(await answerTo(longHeader)).to.include(' 431 ');
    expect(await answerTo('hello\r\n\r\n')).to.include(' 400 ');
    expect(await answerTo(`BREW / HTTP/1.1\r\n${host}\r\n`)).to.include(' 405 ');
  });

  it('is cut off when its head takes too long', async () => {
    await rig().open({ headersMsMax: 200 });
    expect(await answerTo('GET / HTTP/1.1\r\nHost: a\r\n')).to.include(' 408 ');
  });
});

describe('the log', () => {
  it('has a line for each request, and no secret in it', async () => {
    const ada = rig().browser();
    await ada.signUp('ada', 'the password of ada');
    await ada.logIn('ada', 'the password of ada');
    await ada.get('/login?password=the+password+of+ada');
    await ada.post('A title', 'example.org/x');
    const log = [...rig().logged, ...rig().said].join('\n');
    expect(rig().logged.length).to.be.at.least(7);
    expect(log).to.match(/127\.0\.0\.1 POST \/signup 303 /);
    const secrets = [...ada.setCookies.map((line) => /=([^;]+)/.exec(line)?.[1] ?? 'x')];
    for (const secret of secrets.filter((value) => value.length > 20)) {
      expect(log).to.not.include(secret.split('.').at(-1));
    }
    expect(log).to.not.include('the password').and.not.include('the+password');
  });
});
