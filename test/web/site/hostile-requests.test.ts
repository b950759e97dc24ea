/**
 * Requests that are made to cost much, to be taken for something else, or to come from elsewhere:
 * each costs little, changes nothing, and leaves the others' requests alone.
 */
import { expect } from 'chai';
import { once } from 'node:events';
import { connect } from 'node:net';
import { newToken } from '../../../src/web/site/secrets.js';
import { hiddenFields } from './browser.js';
import { useFront } from './front-rig.js';

const rig = useFront();
const head = 'Host: a\r\nConnection: close\r\n';

/** The status lines of the answers to what is written on one connection. */
async function statusesOf(text: string): Promise<readonly number[]> {
  const socket = connect(rig().port, '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')));
  socket.write(text, 'latin1');
  await once(socket, 'close');
  return [...answer.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => Number(status));
}

describe('methods and heads that are meant for something else', () => {
  it('change nothing: only the method counts, and nothing is echoed', async () => {
    const ada = await rig().user('ada');
    const before = rig().cluster.commands.length;
    const override = { 'X-HTTP-Method-Override': 'POST', 'X-HTTP-Method': 'POST' };
    for (const path of ['/logout', '/like', '/unlike', '/comment', '/sessions/end']) {
      for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
        const page = await ada.ask(`${path}?_method=POST`, { method, headers: override });
        expect([page.status, page.headers.get('allow')], path).to.deep.equal([405, 'POST']);
      }
    }
    const csrf = await ada.csrf('/');
    const asPost = { csrf, title: 'T', link: 'example.org/x' };
    const query = new URLSearchParams(asPost).toString();
    expect((await ada.ask(`/post?${query}&_method=POST`)).status).to.equal(200);
    expect(rig().cluster.commands).to.have.length(before);
    for (const method of ['TRACE', 'CONNECT', 'BREW']) {
      expect(await statusesOf(`${method} / HTTP/1.1\r\n${head}\r\n`)).to.deep.equal([405]);
    }
  });

  it('are answered in order, and no body is taken for a request', async () => {
    const inner = 'GET /account HTTP/1.1\r\nHost: a';
    const length = `Host: a\r\nContent-Length: ${inner.length}\r\n\r\n`;
    const hidden = `POST /none HTTP/1.1\r\n${length}${inner}`;
    expect(await statusesOf(`${hidden}GET /api/me HTTP/1.1\r\n${head}\r\n`)).to.deep.equal([
      404, 200,
    ]);
    const two = 'Content-Length: 4\r\nTransfer-Encoding: chunked\r\n';
    expect(await statusesOf(`POST /login HTTP/1.1\r\n${head}${two}\r\n0\r\n\r\n`)).to.deep.equal([
      400,
    ]);
    const lengths = 'Content-Length: 4\r\nContent-Length: 5\r\n';
    expect(await statusesOf(`POST /login HTTP/1.1\r\n${head}${lengths}\r\nabcde`)).to.deep.equal([
      400,
    ]);
  });

  it('name one host, or none is believed', async () => {
    expect(await statusesOf(`GET / HTTP/1.1\r\n${head}Host: b\r\n\r\n`)).to.deep.equal([400]);
    expect(await statusesOf('GET / HTTP/1.1\r\nConnection: close\r\n\r\n')).to.deep.equal([400]);
  });

  it('get no control character into the log', async () => {
    for (const path of ['/\x1b[31m', '/\x9b31m', '/a\tb', '/\x7f', '/a\rb']) {
      expect(await statusesOf(`GET ${path} HTTP/1.1\r\n${head}\r\n`)).to.deep.equal([400]);
    }
    expect(await statusesOf(`GET /%1b%0a HTTP/1.1\r\n${head}\r\n`)).to.deep.equal([404]);
    expect(rig().logged.join('')).to.match(/^[ -~]*$/);
  });
});

describe('bodies that are too long', () => {
  it('are refused before they are sent, to those who ask first', async () => {
    const form = 'Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 70000\r\n';
    const asked = `POST /login HTTP/1.1\r\n${head}${form}Expect: 100-continue\r\n\r\n`;
    expect(await statusesOf(asked)).to.deep.equal([413]);
  });

  it('are waited for no longer than a request may take', async () => {
    await rig().open({ headersMsMax: 200, requestMsMax: 300 });
    const form = 'Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 10\r\n';
    expect(await statusesOf(`POST /login HTTP/1.1\r\n${head}${form}\r\nabc`)).to.deep.equal([408]);
  });
});

describe('requests that are made to cost much', () => {
  /** Of the processor, in ms: neighbours of this test do not count. */
  async function costOf(action: () => Promise<unknown>): Promise<number> {
    const before = process.cpuUsage();
    await action();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  }

  it('cost little: many cookies, and a link of spaces', async () => {
    const ada = await rig().user('ada');
    const csrf = await ada.csrf('/');
    const cookie = ';'.repeat(15_000);
    const manyCookies = () => rig().browser().ask('/api/me', { headers: { cookie } });
    expect(await costOf(manyCookies)).to.be.below(400);
    const link = `a${'+'.repeat(60_000)}b`;
    const spaces = async (): Promise<void> => {
      const page = await ada.sendBody('/post', `csrf=${csrf}&title=T&link=${link}`);
      expect(page.status).to.equal(400);
    };
    expect(await costOf(spaces)).to.be.below(1_000);
  });

  it('write nothing to the log for a session that somebody made up', async () => {
    await rig().user('ada');
    const before = rig().cluster.commands.length;
    for (let i = 0; i < 3; i += 1) {
      const eve = rig().browser();
      eve.cookies.set('session', `1.${newToken()}`);
      expect((await eve.json('POST', '/api/logout')).status).to.equal(200);
      expect((await eve.json('DELETE', '/api/sessions')).status).to.equal(401);
      expect((await eve.json('DELETE', `/api/sessions/${'0'.repeat(16)}`)).status).to.equal(401);
      const post = { title: 'T', link: 'example.org/x' };
      expect((await eve.json('POST', '/api/posts', post)).status).to.equal(401);
    }
    expect(rig().cluster.commands).to.have.length(before);
  });

  it('write little when such a session claims to be of the future', async () => {
    const ada = await rig().user('ada');
    const before = rig().cluster.commands.length;
    const post = { title: 'T', link: 'example.org/x' };
    const statuses = await Promise.all(
      Array.from({ length: 250 }, async () => {
        const eve = rig().browser();
        eve.cookies.set('session', `999999999999999.${newToken()}`);
        return (await eve.json('POST', '/api/posts', post)).status;
      }),
    );
    const written = rig().cluster.commands.length - before;
    expect(written).to.be.at.most(100);
    expect(statuses.filter((status) => status === 401)).to.have.length(written);
    expect(statuses.filter((status) => status === 429)).to.have.length(250 - written);
    expect((await ada.post('A title', 'example.org/x')).status).to.equal(303);
  });
});

describe('a page of another site', () => {
  it('has no form sent from it, even when it can plant the visitor’s cookie', async () => {
    const victim = rig().browser();
    const { text } = await victim.get('/login');
    const { csrf = '' } = hiddenFields(text, '/login');
    await rig().user('eve');
    const fields = { csrf, username: 'eve', password: 'a password' };
    for (const from of ['cross-site', 'same-site']) {
      const page = await victim.ask('/login', {
        ...{ method: 'POST', body: new URLSearchParams(fields) },
        headers: { 'Sec-Fetch-Site': from },
      });
      expect(page.status, from).to.equal(403);
    }
    expect(await victim.user()).to.equal(undefined);
    const own = { 'Sec-Fetch-Site': 'same-origin' };
    const body = new URLSearchParams(fields);
    const page = await victim.ask('/login', { method: 'POST', body, headers: own });
    expect(page.status).to.equal(303);
  });

  it('does not make a browser forget a session that goes on', async () => {
    const ada = await rig().user('ada');
    const eve = rig().browser();
    const csrf = await eve.csrf('/login');
    ada.cookies.set('visitor', eve.cookies.get('visitor') ?? '');
    expect((await ada.send('/logout', { csrf })).status).to.equal(403);
    expect((await ada.send('/sessions/end', { csrf })).status).to.equal(401);
    expect(await ada.user()).to.equal('ada');
    expect((await eve.send('/logout', { csrf })).status).to.equal(303);
  });

  it('leads nowhere else by `back`', async () => {
    const ada = await rig().user('ada');
    await ada.post('A title', 'example.org/x');
    const { text } = await ada.get('/');
    const { csrf = '', postId = '' } = hiddenFields(text, '/like');
    const elsewhere = [
      ...['//evil.example', '/\\evil.example', '\\\\evil.example', 'https://evil.example', 'x'],
      ...['/\t/evil.example', ' //evil.example', 'javascript:alert(1)', '/ü', '/a\r\nX: y', ''],
    ];
    for (const back of elsewhere) {
      const { status } = await ada.send('/like', { csrf, postId, back });
      expect(status, JSON.stringify(back)).to.equal(400);
    }
    for (const back of ['/.//evil.example', '/%2f/evil.example', '/@evil.example', '/?a=//b#c']) {
      const { status, headers } = await ada.send('/like', { csrf, postId, back });
      expect(status).to.equal(303);
      const url = new URL(headers.get('location') ?? '', 'http://site.example/');
      expect(url.host, back).to.equal('site.example');
    }
  });

  it('decides nothing by the host that it names', async () => {
    await rig().user('ada');
    const named = await rig()
      .browser()
      .ask('/', { headers: { 'X-Forwarded-Host': 'evil.example' } });
    expect(named.text).to.not.include('evil.example');
    for (const host of ['evil.example/"><x>', 'a b', '"', 'a@b', 'a/b']) {
      const socket = connect(rig().port, '127.0.0.1');
      socket.end(`GET /feed HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
      let answer = '';
      socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
      await once(socket, 'close');
      expect(answer, host).to.include('<link>/?sort=hot</link>');
    }
  });
});

describe('who is here', () => {
  it('is not told by a log-in: one answer for a wrong name and a wrong password', async () => {
    await rig().user('ada');
    const shown = async (name: string): Promise<string> => {
      const eve = rig().browser();
      const page = await eve.logIn(name, 'a wrong password');
      expect(page.status).to.equal(401);
      const plain = page.text.replace(/name="csrf"\s+value="[^"]*"/g, '');
      return plain.replaceAll(name, 'NAME').replace(/\d+/g, '0');
    };
    expect(await shown('nobody')).to.equal(await shown('ada'));
    const json = async (name: string) =>
      rig().browser().json('POST', '/api/login', { username: name, password: 'a wrong one' });
    const [known, unknown] = [await json('ada'), await json('nobody')];
    expect([known.status, known.text]).to.deep.equal([unknown.status, unknown.text]);
  });
});
