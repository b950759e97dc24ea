/** Models to make pages of: ordinary ones, and texts that try to break out of their place. */
import type { CommentView, PostView } from '../../../src/site/site-query.js';
import type { Frame, PostListPage, PostPage } from '../../../src/web/site/page-models.js';

export const now = Date.UTC(2026, 10, 28, 22, 0, 0);
const hourMs = 3_600_000;

export function frame(changes: Partial<Frame> = {}): Frame {
  return {
    viewer: 'alice',
    csrf: 'the-csrf-token',
    path: '/?sort=hot',
    now,
    source: { server: 2, term: 14, isLeader: false, behind: 3, mayBeOld: false },
    notice: undefined,
    ...changes,
  };
}

export const visitor = (): Frame => frame({ viewer: undefined });

export function post(changes: Partial<PostView> = {}): PostView {
  return {
    id: 'p1',
    title: 'A field guide to the clouds over the North Sea',
    link: 'https://www.example.org/clouds?from=here',
    likes: 12,
    liked: false,
    comments: 4,
    by: 'bob',
    at: now - 3 * hourMs,
    ...changes,
  };
}

export function comment(changes: Partial<CommentView> = {}): CommentView {
  return { id: 'c1', text: 'Well said.', by: 'carol', at: now - 90_000, ...changes };
}

export function listPage(changes: Partial<PostListPage> = {}): PostListPage {
  return { order: 'hot', page: 1, more: false, posts: [post()], ...changes };
}

export function postPage(changes: Partial<PostPage> = {}): PostPage {
  return {
    post: post(),
    comments: [comment()],
    page: 1,
    more: false,
    draft: '',
    nextId: 'next-comment',
    ...changes,
  };
}

/** Every kind of place that a text could break out of. */
export const hostileTexts: readonly string[] = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</textarea></title></style><svg onload=alert(1)>',
  '&lt;b&gt; &amp;quot; &#60;',
  '--><!-- ]]> <![CDATA[',
  '${7*7} {{7*7}} `x`',
  '\u202eright to left\u202c \u0000 \ufeff',
];

/** Characters that are made of many. */
const crew = '👩‍👩‍👧‍👦🏳️‍🌈🧑🏽‍🚀';

/** Lengths and scripts that break layouts. */
export const unrulyPosts: readonly PostView[] = [
  post({
    id: 'long',
    title: 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamte'.repeat(2),
    link: `https://example.org/${'a'.repeat(1_970)}`,
    likes: 1_234_567,
    comments: 98_765,
    by: 'W'.repeat(20),
  }),
  post({
    id: 'rtl',
    title: 'دليل ميداني للغيوم فوق بحر الشمال (2026)!',
    link: 'https://مثال.إختبار/صفحة',
    liked: true,
  }),
  post({ id: 'emoji', title: crew.repeat(20), link: 'http://192.0.2.7:8080/' }),
];

export const ordinaryPosts: readonly PostView[] = [
  post(),
  post({
    id: 'p2',
    title: 'How ferries keep their timetable when the tide does not',
    link: 'https://harbour.example.com/notes/timetables',
    likes: 41,
    liked: true,
    comments: 17,
    by: 'mira-k',
    at: now - 5 * hourMs,
  }),
  post({
    id: 'p3',
    title: 'Ask: what did you build in a weekend and still use every day?',
    link: 'https://forum.example.net/t/8841',
    likes: 1,
    comments: 1,
    by: 'old_tom',
    at: now - 26 * hourMs,
  }),
  post({
    id: 'p4',
    title: 'Bread, slowly',
    link: 'http://kitchen.example/bread',
    likes: 0,
    comments: 0,
    by: 'carol',
    at: now - 20_000,
  }),
];
