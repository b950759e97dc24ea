/** Names and texts that are legal, or nearly, and meant to confuse programs or people. */
import { expect } from 'chai';
import { useFront } from './front-rig.js';
import { readHtml } from './read-html.js';

const rig = useFront();

/** Overrides the direction of what follows, and ends what is to contain it. */
const turned = '\u202eegap eht\u2069\u202e\u2067';
const marks = /[\u202a-\u202e\u2066-\u2069]/;

describe('names that programs stumble over', () => {
  it('are names like others', async () => {
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '-', '_']) {
      const user = await rig().user(name);
      expect(await user.user(), name).to.equal(name);
      expect((await user.post(`by ${name}`, `example.org/${name}`)).status, name).to.equal(303);
      expect((await user.logIn(name)).status, name).to.equal(303);
      const { user: shown } = JSON.parse((await user.get(`/api/users/${name}`)).text) as {
        readonly user: { readonly name: string; readonly posts: number };
      };
      expect([shown.name, shown.posts]).to.deep.equal([name, 1]);
    }
    expect((await rig().browser().signUp('Constructor')).status).to.equal(409);
  });

  it('are fields like others: unknown ones change nothing, texts alone count', async () => {
    const visitor = rig().browser();
    const send = async (body: string): Promise<number> => {
      const headers = { 'Content-Type': 'application/json' };
      return (await visitor.ask('/api/signup', { method: 'POST', body, headers })).status;
    };
    const inner = '{"username": "ada", "password": "a password"}';
    expect(await send(`{"__proto__": ${inner}}`)).to.equal(400);
    expect(await send(`{"constructor": {"prototype": ${inner}}}`)).to.equal(400);
    expect(await send(`[${inner}]`)).to.equal(400);
    expect(await send('{"username": ["ada"], "password": "a password"}')).to.equal(400);
    expect(await send('{"username": "ada", "password": {"$gt": ""}}')).to.equal(400);
    expect(await send(`{"__proto__": "x", ${inner.slice(1)}`)).to.equal(201);
  });

  it('have only letters that look like nothing else', async () => {
    const alike = ['аda', 'ada\u200b', 'ada\u202e', 'ａda', 'ada ', ' ada', 'ada\n', 'adá', ''];
    for (const name of alike) {
      expect((await rig().browser().signUp(name)).status, JSON.stringify(name)).to.equal(400);
      expect(
        (
          await rig()
            .browser()
            .get(`/users/${encodeURIComponent(name)}`)
        ).status,
      ).to.equal(404);
    }
  });
});

describe('texts that nobody can see', () => {
  it('are no titles and no comments', async () => {
    const ada = await rig().user('ada');
    await ada.post('A title', 'example.org/x');
    const page = /href="(\/posts\/[0-9a-f]{16})#/.exec((await ada.get('/')).text)?.[1] ?? '';
    const unseen = [
      '\u200b',
      '\u2060\u00ad',
      '\u3164',
      '\u2800',
      '\u202e\u202c',
      ' \ufeff ',
      '\u034f',
    ];
    for (const text of unseen) {
      const about = encodeURIComponent(text);
      expect((await ada.post(text, 'example.org/y')).status, about).to.equal(400);
      expect((await ada.fillIn(page, '/comment', { text })).status, about).to.equal(400);
    }
    for (const text of ['.', '☃', 'ـ', 'é', '👩‍🚀', 'שלום\u200f', 'می\u200cخواهم']) {
      expect((await ada.post(text, `example.org/${text}`)).status, text).to.equal(303);
    }
  });
});

describe('marks that turn the direction of text', () => {
  it('stay in their place: what is around them is read as it was written', async () => {
    const ada = await rig().user('ada');
    expect((await ada.post(turned, 'example.org/x')).status).to.equal(303);
    const [, page = ''] = /href="(\/posts\/[0-9a-f]{16})#/.exec((await ada.get('/')).text) ?? [];
    await ada.fillIn(page, '/comment', { text: turned });
    const again = await ada.post('Another', 'example.org/x');
    expect(again.status).to.equal(409);
    const csrf = await ada.csrf('/');
    const lost = await ada.send('/comment', {
      csrf,
      postId: '0'.repeat(16),
      text: turned + 'x'.repeat(5_000),
    });
    const pages = [again, lost, ...(await Promise.all(['/', page].map((path) => ada.get(path))))];
    for (const { text } of pages) {
      const html = readHtml(text);
      const inTurned = html.all('*').filter(({ rawText }) => marks.test(rawText));
      expect(inTurned).to.not.have.length(0);
      // The innermost elements that hold a mark are those that keep it in.
      const innermost = inTurned.filter((element) =>
        element.all('*').every(({ rawText }) => !marks.test(rawText)),
      );
      for (const element of innermost) {
        expect(element.attribute('dir'), `${element.tag} ${element.rawText}`).to.equal('auto');
      }
      expect(html.one('title').rawText).to.not.match(marks);
    }
    const feed = await ada.get('/feed');
    expect(feed.text).to.include('egap eht').and.not.match(marks);
  });
});
