/** Cookies, and the proof that a form carries. */
import { expect } from 'chai';
import { CookieWriter, readCookies, senderOf } from '../../../src/web/site/cookies.js';
import {
  csrfOf,
  hashToken,
  idOfContent,
  newToken,
  newVisitorSecret,
} from '../../../src/web/site/secrets.js';

const token = newToken();
const visitor = newVisitorSecret();

describe('the cookies of a browser', () => {
  it('are read whatever else is sent', () => {
    const header = `a=b; session=12.${token};visitor=${visitor} ; seen=34; =; c`;
    expect(readCookies(header)).to.deep.equal({ token, visitor, seen: 34 });
    expect(readCookies(undefined)).to.deep.equal({ token: undefined, visitor: undefined, seen: 0 });
  });

  it('ask for a state that knows the session, whatever else was seen', () => {
    expect(readCookies(`session=12.${token}`).seen).to.equal(12);
    expect(readCookies(`session=12.${token}; seen=5`).seen).to.equal(12);
    expect(readCookies('seen=5').seen).to.equal(5);
  });

  it('are a visitor’s when they are doubled or malformed', () => {
    const bad = [
      `session=1.${token}; session=1.${token}`,
      `session=1.${newToken()}; session=1.${token}`,
      ...[`session=${token}`, `session=1.${token}x`, `session=1.${token.slice(1)}`],
      ...[`session="1.${token}"`, `session=-1.${token}`, `session=1.${token.slice(1)}%`],
      ...['session=', 'session', `session=1234567890123456.${token}`],
    ];
    for (const header of bad) expect(readCookies(header).token, header).to.equal(undefined);
    for (const header of ['visitor=', `visitor=${visitor}x`, `visitor=${visitor}; visitor=x`]) {
      expect(readCookies(header).visitor, header).to.equal(undefined);
    }
    for (const seen of ['-1', '1e9', 'NaN', '1234567890123456', '']) {
      expect(readCookies(`seen=${seen}`).seen, seen).to.equal(0);
    }
  });

  it('are written so that scripts and other sites do not get them', () => {
    const plain = new CookieWriter({ isSecure: false });
    const [session = '', seen = ''] = plain.session(token, 7);
    const attributes = 'Path=/; HttpOnly; SameSite=Lax';
    expect(session).to.equal(`session=7.${token}; Max-Age=2592000; ${attributes}`);
    expect(seen).to.equal(`seen=7; Max-Age=2592000; ${attributes}`);
    expect(plain.endSession()).to.equal(`session=; Max-Age=0; ${attributes}`);
    const secure = new CookieWriter({ isSecure: true });
    expect(secure.visitor(visitor)).to.match(/; SameSite=Lax; Secure$/);
  });
});

describe('the proof that a form carries', () => {
  const cookies = { token, visitor, seen: 0 };

  it('tells for whom the page was made', () => {
    expect(senderOf(cookies, csrfOf(token))).to.equal('session');
    expect(senderOf(cookies, csrfOf(visitor))).to.equal('visitor');
    expect(senderOf({ ...cookies, token: undefined }, csrfOf(token))).to.equal(undefined);
  });

  it('is of nobody else', () => {
    const none = { token: undefined, visitor: undefined, seen: 0 };
    const others = ['', 'undefined', token, visitor, csrfOf(newToken()), csrfOf('')];
    for (const csrf of others) {
      expect(senderOf(cookies, csrf), csrf).to.equal(undefined);
      expect(senderOf(none, csrf), csrf).to.equal(undefined);
    }
  });

  it('says nothing about the cookie', () => {
    expect(csrfOf(token)).to.not.include(token);
    expect(hashToken(token))
      .to.match(/^[0-9a-f]{64}$/)
      .and.not.equal(csrfOf(token));
  });
});

describe('the id of what is sent', () => {
  it('is the same for the same content of the same person, and for nothing else', () => {
    const id = idOfContent('me', 'post', 'form', 'a title', 'a link');
    expect(id).to.match(/^[0-9a-f]{16}$/);
    expect(idOfContent('me', 'post', 'form', 'a title', 'a link')).to.equal(id);
    const others = [
      idOfContent('you', 'post', 'form', 'a title', 'a link'),
      idOfContent('me', 'post', 'form 2', 'a title', 'a link'),
      idOfContent('me', 'post', 'form', 'a titlea', ' link'),
      idOfContent('me', 'comment', 'form', 'a title', 'a link'),
    ];
    expect(new Set([id, ...others]).size).to.equal(5);
  });
});
