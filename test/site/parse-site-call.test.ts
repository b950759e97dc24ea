/** Commands and questions as JSON text: what is taken, and how each mistake is named. */
import { expect } from 'chai';
import { parseSiteCommand, parseSiteQuery, SiteCallError } from '../../src/site/parse-site-call.js';
import type { SiteCommand } from '../../src/site/site-command.js';
import { encodeSiteCommand } from '../../src/site/site-command-codec.js';
import type { SiteQuery } from '../../src/site/site-query.js';
import * as words from './site-words.js';

const tokenHash = words.tokenHash(1);

const commands: readonly SiteCommand[] = [
  words.signUp(1, 'Some_Name-1', 0),
  words.logIn(1, 2, 0),
  { type: 'logOut', tokenHash, timeMs: 0 },
  { type: 'endSessions', tokenHash, sessionId: words.sessionId(9), timeMs: 0 },
  { type: 'endSessions', tokenHash, sessionId: undefined, timeMs: 0 },
  words.post(7, 8, 0),
  words.like(7, 8, false, 0),
  words.comment(7, 9, 8, 0),
];

const queries: readonly SiteQuery[] = [
  { type: 'posts', order: 'hot', page: 1, tokenHash },
  { type: 'posts', order: 'new', page: 3, tokenHash: undefined },
  { type: 'post', id: words.postId(1), page: 1, tokenHash },
  { type: 'user', name: 'A', page: 1, tokenHash },
  { type: 'sessions', tokenHash },
  { type: 'viewer', tokenHash: undefined },
  { type: 'password', name: 'A' },
  { type: 'counts' },
];

function mistakeIn(parse: (text: string) => unknown, value: unknown): string {
  try {
    parse(typeof value === 'string' ? value : JSON.stringify(value));
    return 'taken';
  } catch (error) {
    if (!(error instanceof SiteCallError)) throw error;
    return error.message;
  }
}

describe('a site call as JSON text', () => {
  it('is read as what it was written from', () => {
    for (const command of commands) {
      expect(parseSiteCommand(JSON.stringify(command))).to.deep.equal(command);
    }
    for (const query of queries) {
      expect(parseSiteQuery(JSON.stringify(query))).to.deep.equal(query);
    }
  });

  it('has no time but that of the server', () => {
    expect(parseSiteCommand(JSON.stringify(words.post(1, 1, 77)))).to.include({ timeMs: 0 });
    const untimed = { ...words.post(1, 1), timeMs: undefined };
    expect(parseSiteCommand(JSON.stringify(untimed))).to.include({ timeMs: 0 });
  });

  const like = words.like(1, 2, true, 0);
  const signUp = words.signUp(1, 'name', 0);
  const post = words.post(1, 2, 0);
  const mistakes: readonly (readonly [unknown, string])[] = [
    ['', 'expected the command as JSON text'],
    ['{"type":', 'expected the command as JSON text'],
    ['[]', 'expected the command to be an object, not an array'],
    ['null', 'expected the command to be an object, not null'],
    ['{}', 'the command lacks type'],
    [{ type: 'unlike' }, 'type of the command: expected one of signUp, '],
    [{ type: 3 }, 'not a number'],
    [{ type: 'like' }, 'the command lacks tokenHash'],
    [{ ...like, liked: 'yes' }, 'liked of the command: expected true or false, not a string'],
    [{ ...like, tokenHash: 'ab' }, 'tokenHash of the command: expected 64 lower-case hex'],
    [{ ...like, tokenHash: tokenHash.toUpperCase() }, 'expected 64 lower-case hexadecimal'],
    [{ ...like, postId: `${words.postId(1)}\n` }, 'postId of the command: expected 16 lower'],
    [{ ...like, postID: 1 }, 'the command has no field "postID"; the closest one is postId'],
    ['{"type":"counts","__proto__":{}}', 'type of the command: expected one of'],
    [{ ...like, timeMs: -1 }, 'timeMs of the command: expected an integer from 0'],
    [{ ...like, timeMs: 0.5 }, 'timeMs of the command: expected an integer from 0'],
    [{ ...signUp, name: 'no space' }, 'name of the command: expected 1 to 20 of the characters'],
    [{ ...signUp, password: [] }, 'expected password of the command to be an object, not an arr'],
    [{ ...signUp, password: { salt: '' } }, 'salt of password of the command: expected 32'],
    [
      { ...signUp, password: { ...signUp.password, logN: 99 } },
      'logN of password of the command: expected an integer from 1 to 24, not 99',
    ],
    [
      { ...signUp, session: { ...signUp.session, label: 'x'.repeat(61) } },
      'label of session of the command: expected at most 60 characters',
    ],
    [
      { ...signUp, session: { ...signUp.session, more: 1 } },
      'session of the command has no field "more"',
    ],
    [{ ...post, title: ' ' }, 'title of the command: expected at least one character'],
    [{ ...post, title: 'a\u0007' }, 'expected one line without control characters'],
    [{ ...post, title: 'x'.repeat(201) }, 'title of the command: expected at most 200'],
    [{ ...post, link: 'javascript:x' }, 'link of the command: expected an address'],
    [{ ...post, link: 7 }, 'link of the command: expected a string, not a number'],
    [words.comment(1, 2, 3), 'taken'],
    [{ ...words.comment(1, 2, 3), text: '' }, 'text of the command: expected at least one'],
  ];

  for (const [at, [value, message]] of mistakes.entries()) {
    it(`names the mistake ${at + 1}: ${message.replace('of the command', '…')}`, () => {
      expect(mistakeIn(parseSiteCommand, value)).to.contain(message);
    });
  }

  it('names the mistakes of questions', () => {
    const mistakeOf = (value: unknown): string => mistakeIn(parseSiteQuery, value);
    const hot = { type: 'posts', order: 'hot', page: 1 };
    expect(mistakeOf({ ...hot, page: 0 })).to.contain('page of the query: expected an integer');
    expect(mistakeOf({ ...hot, page: '1' })).to.contain('not a string');
    expect(mistakeOf({ ...hot, order: 'best' })).to.contain('expected one of hot, new, top');
    expect(mistakeOf({ type: 'counts', page: 1 })).to.contain('the query has no field "page"');
    expect(mistakeOf('{"type":"counts","__proto__":{}}')).to.contain('no field "__proto__"');
    expect(mistakeOf({ type: 'password' })).to.equal('the query lacks name');
  });

  it('holds no text that could not be logged', () => {
    const half = '\ud800';
    for (const command of [
      { ...post, title: half },
      { ...post, link: `http://a/${half}` },
      { ...words.comment(1, 2, 3), text: half },
      { ...signUp, session: { ...signUp.session, label: half } },
      { ...signUp, name: half },
    ]) {
      expect(mistakeIn(parseSiteCommand, command)).to.contain('expected');
    }
    // What is answered goes through XML, which cannot carry these two.
    for (const title of ['\ufffe', 'a\uffff']) {
      expect(mistakeIn(parseSiteCommand, { ...post, title })).to.contain('expected Unicode text');
    }
    const longest = { ...words.comment(1, 2, 3), text: '🙂'.repeat(5_000) };
    const read = parseSiteCommand(JSON.stringify(longest));
    expect(encodeSiteCommand(read).length).to.be.greaterThan(20_000);
  });
});
