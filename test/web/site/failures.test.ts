/** What a front does while servers die, fall behind, or cannot agree. */
import { expect } from 'chai';
import { eventually } from '../../e2e/support/eventually.js';
import { useFront } from './front-rig.js';

const rig = useFront();

const soonMs = 5_000;

async function readFrom(path = '/'): Promise<string | null> {
  const { status, headers } = await rig().browser().get(path);
  expect(status).to.equal(200);
  return headers.get('x-read-from');
}

describe('reads', () => {
  it('go to all servers in strict turn', async () => {
    const turns: (string | null)[] = [];
    for (let i = 0; i < 6; i += 1) turns.push(await readFrom());
    const first = Number(turns[0]);
    const expected = [0, 1, 2, 3, 4, 5].map((i) => String((first + i) % 3));
    expect(turns).to.deep.equal(expected);
  });

  it('go to another server at once when one is dead, and to it again when it is back', async () => {
    rig().cluster.server(1).isDead = true;
    for (let i = 0; i < 6; i += 1) expect(await readFrom()).to.not.equal('1');
    rig().cluster.server(1).isDead = false;
    await eventually('server 1 to be read', soonMs, async () =>
      (await readFrom()) === '1' ? true : undefined,
    );
    expect(rig().said.join('\n')).to.match(/server 1 is left out[^]*server 1 answers again/);
  });

  it('do not wait for a server that says nothing', async () => {
    rig().cluster.server(2).isSilent = true;
    const beganMs = performance.now();
    for (let i = 0; i < 3; i += 1) expect(await readFrom()).to.not.equal('2');
    expect(performance.now() - beganMs).to.be.below(2_000);
    const calmMs = performance.now();
    for (let i = 0; i < 6; i += 1) expect(await readFrom()).to.not.equal('2');
    expect(performance.now() - calmMs).to.be.below(400);
  });

  it('leave a server that is far away alone while a near one lives', async () => {
    rig().cluster.server(0).delayMs = 150;
    await eventually('the distance of server 0 to be known', soonMs, async () => {
      const turns = [await readFrom(), await readFrom(), await readFrom(), await readFrom()];
      return turns.includes('0') ? undefined : true;
    });
    rig().cluster.server(1).isDead = true;
    rig().cluster.server(2).isDead = true;
    expect(await readFrom()).to.equal('0');
  });

  it('show a session its own changes, whoever is behind', async () => {
    const ada = await rig().user('ada');
    rig().cluster.server(1).isFrozen = true;
    rig().cluster.server(2).isFrozen = true;
    await ada.post('my own title', 'example.org/x');
    for (let i = 0; i < 6; i += 1) {
      const { headers, text } = await ada.get('/?sort=new');
      expect(text).to.include('my own title').and.not.include('may be old');
      expect(headers.get('x-read-from')).to.equal('0');
    }
    const others = [await readFrom(), await readFrom(), await readFrom()];
    expect(others.sort()).to.deep.equal(['0', '1', '2']);
  });

  it('know a session by its cookie alone, at a server that was behind', async () => {
    rig().cluster.server(1).isFrozen = true;
    rig().cluster.server(2).isFrozen = true;
    const ada = await rig().user('ada');
    const other = rig().browser();
    other.cookies.set('session', ada.cookies.get('session') ?? '');
    for (let i = 0; i < 4; i += 1) expect(await other.user()).to.equal('ada');
  });

  it('wait a little for a server that catches up', async () => {
    for (const id of [1, 2]) rig().cluster.server(id).isFrozen = true;
    const ada = await rig().user('ada');
    rig().cluster.server(0).isDead = true;
    const asking = ada.get('/');
    await new Promise((resolve) => setImmediate(resolve));
    rig().cluster.server(1).isFrozen = false;
    rig().cluster.catchUp(1);
    const { text } = await asking;
    expect(text).to.include('<span id="username">ada</span>');
  });

  it('say that they may be old when nobody has come so far, or nobody leads', async () => {
    for (const id of [1, 2]) rig().cluster.server(id).isFrozen = true;
    const ada = await rig().user('ada');
    rig().cluster.server(0).isDead = true;
    const { status, text } = await ada.get('/');
    expect(status).to.equal(200);
    expect(text).to.include('may be old');
    // It cannot be known yet whether the session lasts: it is not forgotten.
    expect(ada.cookies.has('session')).to.equal(true);
    expect((await rig().browser().get('/')).text).to.not.include('may be old');
    rig().cluster.leader = null;
    expect((await rig().browser().get('/')).text).to.include('may be old');
  });

  it('cost a few questions when the index is made up, however many ask', async () => {
    const { cluster } = rig();
    const before = cluster.reads;
    const asking = Array.from({ length: 50 }, async () => {
      const liar = rig().browser();
      liar.cookies.set('seen', '999999999999999');
      return (await liar.get('/')).text;
    });
    for (const text of await Promise.all(asking)) expect(text).to.include('may be old');
    // Three for each of them, and so many for all of them together.
    const together = 3 * (1_500 / 50 + 10);
    expect(cluster.reads - before).to.be.within(150, 150 + together);
  });

  it('are answered with an honest page while nobody answers', async () => {
    const ada = await rig().user('ada');
    for (const id of [0, 1, 2]) rig().cluster.server(id).isDead = true;
    for (const path of ['/', '/login', '/signup', '/post']) {
      const { status, text } = await ada.get(path);
      expect(status, path).to.equal(200);
      expect(text, path).to.include('No server answers right now');
      // Nobody can tell who looks, or what was posted.
      expect(text, path).to.not.match(/Nothing has been posted|<nav class="account"/);
    }
    for (const path of ['/account', '/feed', '/users/ada', `/posts/${'0'.repeat(16)}`, '/api/me']) {
      const { status, headers } = await ada.get(path);
      expect(status, path).to.equal(503);
      expect(headers.get('retry-after'), path).to.equal('5');
    }
    expect((await ada.get('/nothing')).status).to.equal(404);
    expect(ada.cookies.has('session')).to.equal(true);
    for (const id of [0, 1, 2]) rig().cluster.server(id).isDead = false;
    expect(await ada.user()).to.equal('ada');
  });
});

describe('writes', () => {
  it('are 503 without a majority, keep what was typed, and then succeed, once', async () => {
    const ada = await rig().user('ada');
    const { text } = await ada.get('/post');
    rig().cluster.leader = null;
    const failed = await ada.post('My "own" title', 'example.org/x');
    expect(failed.status).to.equal(503);
    expect(failed.headers.get('retry-after')).to.equal('5');
    expect(failed.text).to.include('value="My &quot;own&quot; title"');
    expect(failed.text).to.include('value="example.org/x"').and.include('nothing was kept');
    expect(text).to.not.equal('');
    rig().cluster.leader = 0;
    expect((await ada.get('/')).text).to.not.include('My &quot;own');
    const sent = await ada.post('My "own" title', 'example.org/x');
    expect(sent.status).to.equal(303);
    expect((await ada.get('/')).text.match(/example\.org\/x/g)).to.have.length(1);
  });

  it('say that they may have been kept, and count once when they are sent again', async () => {
    const ada = await rig().user('ada');
    rig().cluster.losesAnswers = true;
    const page = await ada.post('My title', 'example.org/x');
    expect(page.status).to.equal(503);
    expect(page.text).to.include('may have been kept');
    rig().cluster.losesAnswers = false;
    const id = /name="id"\s+value="([0-9a-f]{16})"/.exec(page.text)?.[1] ?? '';
    const csrf = /name="csrf"\s+value="([^"]+)"/.exec(page.text)?.[1] ?? '';
    const again = await ada.send('/post', { csrf, id, title: 'My title', link: 'example.org/x' });
    expect(again.status).to.equal(303);
    const other = await ada.send('/post', { csrf, id, title: 'My title', link: 'example.org/y' });
    expect(other.status).to.equal(303);
    const { posts } = JSON.parse((await ada.get('/api/posts')).text) as { posts: unknown[] };
    expect(posts).to.have.length(2);
  });

  it('of comments keep their text, and of passwords nothing', async () => {
    const ada = await rig().user('ada');
    await ada.post('A title', 'example.org/x');
    const id = /\/posts\/([0-9a-f]{16})/.exec((await ada.get('/')).text)?.[1] ?? '';
    rig().cluster.leader = null;
    const said = await ada.fillIn(`/posts/${id}`, '/comment', { text: 'what I\nsay' });
    expect(said.status).to.equal(503);
    expect(said.text).to.match(/<textarea[^>]*>\nwhat I\nsay<\/textarea>/);
    for (const page of [await ada.logIn('ada'), await rig().browser().signUp('bob')]) {
      expect(page.status).to.equal(503);
      expect(page.text).to.not.include('a password');
    }
    const like = await ada.json('PUT', `/api/posts/${id}/like`);
    expect([like.status, like.headers.get('retry-after')]).to.deep.equal([503, '5']);
    expect((await ada.fillIn('/', '/logout', {})).status).to.equal(503);
    expect(ada.cookies.has('session')).to.equal(true);
  });

  it('that wait are told so when the front is asked to stop', async () => {
    const port = await rig().open({ writeMsMax: 8_000 });
    const ada = await rig().user('ada', port);
    const csrf = await ada.csrf('/');
    rig().cluster.leader = null;
    const waiting = ada.send('/post', { csrf, title: 'T', link: 'example.org' });
    await eventually('the change to be on its way', soonMs, () =>
      rig().cluster.waiting > 0 ? true : undefined,
    );
    const stopped = rig().stop();
    const { status, headers } = await waiting;
    expect([status, headers.get('connection')]).to.deep.equal([503, 'close']);
    expect(await stopped).to.deep.equal([true, true]);
  });
});

describe('several fronts', () => {
  it('know a session of any of them, and take a form of another', async () => {
    const first = rig().port;
    const second = await rig().open();
    const ada = await rig().user('ada', first);
    const csrf = await ada.csrf('/');
    ada.moveTo(second);
    expect(await ada.user()).to.equal('ada');
    expect((await ada.send('/post', { csrf, title: 'T', link: 'example.org' })).status).to.equal(
      303,
    );
    const visitor = rig().browser(first);
    const proof = await visitor.csrf();
    visitor.moveTo(second);
    const fields = { csrf: proof, username: 'bob', password: 'a password' };
    expect((await visitor.send('/signup', fields)).status).to.equal(303);
  });

  it('mark cookies as secure where they are told to', async () => {
    await rig().open({ isSecure: true });
    const ada = await rig().user('ada');
    expect(ada.setCookies.length).to.be.above(2);
    for (const line of ada.setCookies) expect(line).to.match(/; Secure$/);
  });
});
