/** Every field of every page with texts that try to break out of their place. */
import { expect } from 'chai';
import { parse, type DefaultTreeAdapterTypes } from 'parse5';
import {
  renderAccount,
  renderCredentials,
  renderPost,
  renderPostList,
  renderProblem,
  renderSubmit,
  renderUser,
} from '../../../src/web/site/pages/render-pages.js';
import { comment, frame, hostileTexts, listPage, now, post, postPage } from './page-fixtures.js';

type Render = (text: string) => string;

const everywhere = (text: string) =>
  frame({
    viewer: text,
    csrf: text,
    path: text,
    notice: { kind: 'problem', text, link: { href: `/${text}`, text } },
  });
const hostilePost = (text: string) => post({ id: text, title: text, link: text, by: text });
const mistakes = (text: string) => ({ username: text, password: text, title: text, link: text });

const pages: Readonly<Record<string, Render>> = {
  'a list': (text) => renderPostList(everywhere(text), listPage({ posts: [hostilePost(text)] })),
  'a post': (text) =>
    renderPost(
      everywhere(text),
      postPage({
        post: hostilePost(text),
        comments: [comment({ id: text, text, by: text })],
        draft: text,
        mistake: text,
        nextId: text,
      }),
    ),
  'a user': (text) =>
    renderUser(everywhere(text), {
      user: { name: text, since: now, posts: 1, likes: 1 },
      posts: [hostilePost(text)],
      page: 1,
      more: true,
    }),
  'the sessions': (text) =>
    renderAccount(everywhere(text), {
      sessions: [{ id: text, label: text, since: now, isThis: false }],
    }),
  'a log-in': (text) =>
    renderCredentials(everywhere(text), {
      kind: 'login',
      username: text,
      mistakes: mistakes(text),
    }),
  'a submission': (text) =>
    renderSubmit(everywhere(text), {
      nextId: text,
      title: text,
      link: text,
      mistakes: mistakes(text),
    }),
  'a problem': (text) => renderProblem(everywhere(text), { status: 404, title: text, text }),
};

/** Tags and names of attributes in their order: what a text must not be able to change. */
function skeleton(node: DefaultTreeAdapterTypes.Node): string {
  const children = 'childNodes' in node ? node.childNodes.map(skeleton).join('') : '';
  if (!('tagName' in node)) return node.nodeName === '#comment' ? '<!-- -->' : children;
  const names = node.attrs.map(({ name }) => name).join(' ');
  return `<${node.tagName} ${names}>${children}</>`;
}

describe('hostile texts', () => {
  for (const [name, render] of Object.entries(pages)) {
    it(`change nothing in the structure of ${name}`, () => {
      const plain = skeleton(parse(render('plain')));
      expect(plain).to.contain('<main');
      for (const text of hostileTexts) {
        expect(skeleton(parse(render(text))), JSON.stringify(text)).to.equal(plain);
      }
    });
  }
});
