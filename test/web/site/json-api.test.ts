/** The site for programs (contract, section 14). */
import { expect } from 'chai';
import type { Page } from './browser.js';
import { useFront } from './front-rig.js';

const rig = useFront();

function bodyOf({ text }: Page): Record<string, unknown> {
  return JSON.parse(text) as Record<string, unknown>;
}

describe('the site in JSON', () => {
  it('signs up, says who one is, and logs out and in', async () => {
    const ada = rig().browser();
    expect(bodyOf(await ada.get('/api/me'))).to.deep.equal({ user: null });
    const credentials = { username: 'Ada', password: 'a password' };
    const signedUp = await ada.json('POST', '/api/signup', credentials);
    expect([signedUp.status, bodyOf(signedUp)]).to.deep.equal([201, { user: 'Ada' }]);
    expect(bodyOf(await ada.get('/api/me'))).to.deep.equal({ user: 'Ada' });
    expect(await ada.user()).to.equal('Ada');
    const out = await ada.json('POST', '/api/logout');
    expect([out.status, bodyOf(out)]).to.deep.equal([200, { user: null }]);
    expect(bodyOf(await ada.get('/api/me'))).to.deep.equal({ user: null });
    const loggedIn = await ada.json('POST', '/api/login', { ...credentials, username: 'ADA' });
    expect([loggedIn.status, bodyOf(loggedIn)]).to.deep.equal([200, { user: 'Ada' }]);
    expect((await ada.json('POST', '/api/signup', credentials)).status).to.equal(409);
    const wrong = await ada.json('POST', '/api/login', { ...credentials, password: 'another' });
    expect([wrong.status, Object.keys(bodyOf(wrong))]).to.deep.equal([401, ['error']]);
  });

  it('posts, lists, likes and comments', async () => {
    const ada = await rig().user('Ada');
    const made = await ada.json('POST', '/api/posts', { title: 'T', link: 'example.org/x' });
    const post = bodyOf(made);
    expect(made.status).to.equal(201);
    expect(post).to.include({ title: 'T', link: 'http://example.org/x', likes: 0, liked: false });
    expect(post).to.include({ by: 'Ada', at: rig().cluster.nowMs });
    const id = String(post['id']);
    expect(bodyOf(await ada.get('/api/posts'))).to.deep.equal({
      posts: [post],
      page: 1,
      more: false,
    });
    const like = `/api/posts/${id}/like`;
    for (const method of ['PUT', 'PUT']) {
      expect(bodyOf(await ada.json(method, like))).to.deep.equal({ likes: 1, liked: true });
    }
    const [liked] = bodyOf(await ada.get('/api/posts?sort=top'))['posts'] as readonly object[];
    expect(liked).to.include({ likes: 1, liked: true });
    const [seen] = bodyOf(await rig().browser().get('/api/posts'))['posts'] as readonly object[];
    expect(seen).to.include({ likes: 1, liked: false });
    for (const method of ['DELETE', 'DELETE']) {
      expect(bodyOf(await ada.json(method, like))).to.deep.equal({ likes: 0, liked: false });
    }
    const said = await ada.json('POST', `/api/posts/${id}/comments`, { text: 'a\r\nb' });
    expect([said.status, bodyOf(said)['text']]).to.deep.equal([201, 'a\nb']);
    const shown = bodyOf(await ada.get(`/api/posts/${id}`));
    expect(shown['post']).to.deep.equal(post);
    expect(shown['comments']).to.have.length(1);
    const user = bodyOf(await ada.get('/api/users/ada'));
    expect(user['user']).to.include({ name: 'Ada', posts: 1, likes: 0 });
    expect(user['posts']).to.deep.equal([post]);
  });

  it('says what is wrong, with the status of the forms', async () => {
    const ada = await rig().user('ada');
    const visitor = rig().browser();
    const { length } = rig().cluster.commands;
    const link = { title: 'T', link: 'example.org/x' };
    const like = `/api/posts/${'0'.repeat(16)}/like`;
    const wrong: readonly (readonly [Page, number])[] = [
      [await visitor.json('POST', '/api/posts', link), 401],
      [await visitor.json('PUT', like), 401],
      [await visitor.json('DELETE', '/api/sessions'), 401],
      [await visitor.get('/api/sessions'), 401],
      [await ada.json('PUT', like), 404],
      [await ada.json('DELETE', '/api/posts/x/like'), 404],
      [await ada.get('/api/posts/x'), 404],
      [await ada.get('/api/users/nobody'), 404],
      [await ada.get('/api/nothing'), 404],
      [await ada.get('/api/posts?sort=old'), 400],
      [await ada.get('/api/posts?page=-1'), 400],
      [await ada.json('POST', '/api/posts', { ...link, link: 'javascript:alert(1)' }), 400],
      [await ada.json('POST', '/api/posts', { ...link, title: 7 }), 400],
      [await ada.json('POST', '/api/posts', { title: 'T' }), 400],
      [await ada.json('POST', '/api/posts', [link]), 400],
      [await ada.json('POST', '/api/posts', { ...link, title: '\ud800' }), 400],
      [await visitor.json('POST', '/api/signup', { username: 'a b', password: 'a password' }), 400],
      [await visitor.json('POST', '/api/login', {}), 400],
      [await ada.ask('/api/posts', { method: 'PUT' }), 405],
      [await ada.get('/api/login'), 405],
      [await ada.ask(like, { method: 'PUT' }), 415],
    ];
    for (const [page, status] of wrong) {
      expect(page.status, page.text).to.equal(status);
      expect(Object.keys(bodyOf(page))).to.deep.equal(['error']);
      expect(page.headers.get('content-type')).to.equal('application/json');
    }
    // The like of a post that is not there, which the cluster judged.
    expect(rig().cluster.commands).to.have.length(length + 1);
    const { id } = bodyOf(await ada.json('POST', '/api/posts', link)) as { readonly id: string };
    const twice = await ada.json('POST', '/api/posts', link);
    expect([twice.status, bodyOf(twice)['post']]).to.deep.equal([409, { id, title: 'T' }]);
  });

  it('lists sessions and ends them', async () => {
    const ada = await rig().user('ada');
    const other = rig().browser();
    await other.json('POST', '/api/login', { username: 'ada', password: 'a password' });
    const { sessions } = bodyOf(await ada.get('/api/sessions')) as {
      readonly sessions: readonly { readonly id: string; readonly isThis: boolean }[];
    };
    expect(sessions.map(({ isThis }) => isThis)).to.deep.equal([false, true]);
    const [newest] = sessions;
    expect((await ada.json('DELETE', `/api/sessions/${newest?.id ?? ''}`)).status).to.equal(200);
    expect(await other.user()).to.equal(undefined);
    expect((await ada.json('DELETE', '/api/sessions/x')).status).to.equal(404);
    expect((await ada.json('DELETE', '/api/sessions')).status).to.equal(200);
    expect(await ada.user()).to.equal(undefined);
  });

  it('takes a link that is sent again under the same id as one', async () => {
    const ada = await rig().user('ada');
    const post = { title: 'T', link: 'example.org/x', id: '0123456789abcdef' };
    const first = bodyOf(await ada.json('POST', '/api/posts', post));
    const again = await ada.json('POST', '/api/posts', post);
    expect([again.status, bodyOf(again)]).to.deep.equal([201, first]);
    const { posts } = bodyOf(await ada.get('/api/posts')) as { readonly posts: readonly object[] };
    expect(posts).to.have.length(1);
  });
});
