import { expect } from 'chai';
import fc from 'fast-check';
import { formatPath, parseRequestTarget } from '../../src/gateway/request-target.js';

const path = (target: string) => {
  const parsed = parseRequestTarget(target);
  if (parsed.kind === 'refused') throw new Error(parsed.reason);
  return parsed;
};

const statusOf = (target: string): number | undefined => {
  const parsed = parseRequestTarget(target);
  return parsed.kind === 'refused' ? parsed.status : undefined;
};

/** Names that files may have and addresses can lead to. */
const servableName = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
  .filter((name) => !/[/\\\p{Cc}]/u.test(name) && name !== '.' && name !== '..');

describe('the target of a request', () => {
  it('leads to the parts of its path', () => {
    expect(path('/')).to.include({ isFolder: true, query: '' }).and.deep.include({ parts: [] });
    expect(path('/a/b.txt').parts).to.deep.equal(['a', 'b.txt']);
    expect(path('/a/b/')).to.deep.include({ parts: ['a', 'b'], isFolder: true });
    expect(path('/a/b')).to.include({ isFolder: false });
    expect(path('/with%20space/%C3%A9%2B+').parts).to.deep.equal(['with space', 'é++']);
  });

  it('is decoded exactly once', () => {
    expect(path('/%2541').parts).to.deep.equal(['%41']);
    expect(path('/%252e%252e').parts).to.deep.equal(['%2e%2e']);
    expect(path('/a+b').parts).to.deep.equal(['a+b']);
  });

  it('is the same in absolute form, and without a path the root', () => {
    expect(path('http://example.org:80/a?b').parts).to.deep.equal(['a']);
    expect(path('HTTP://example.org').parts).to.deep.equal([]);
    expect(path('http://example.org?x=1').query).to.equal('?x=1');
  });

  it('may repeat its slashes', () => {
    expect(path('//a///b//')).to.deep.include({ parts: ['a', 'b'], isFolder: true });
  });

  it('may be raw UTF-8, as some clients send it', () => {
    const raw = Buffer.from('/é').toString('latin1');
    expect(path(raw).parts).to.deep.equal(['é']);
  });

  for (const target of [
    ...['/..', '/../etc/passwd', '/a/../b', '/%2e%2e/b', '/.%2E/b', '/%2E./b', '/./a', '/a/.'],
    ...['/a%2fb', '/a%2Fb', '/..%2fb', '/%2e%2e%2fb', '/a%5cb', '/..%5c..%5cb', '/a\\b', '/..\\b'],
    ...['/a%00', '/%00', '/a%00.txt', '/a%0a', '/a%0d%0ab', '/a%7f', '/a\u0000'],
    ...['/%', '/%4', '/%zz', '/%%30', '/a%u0041'],
    // Overlong forms of a slash and of a dot, half a character, half a pair, beyond Unicode.
    ...['/%c0%af', '/%c0%ae%c0%ae/', '/%e0%80%af', '/%c3', '/%ed%a0%80', '/%f4%90%80%80', '/%ff'],
    ...['a', '*', 'example.org:80', 'ftp://x/a', '/\u0100'],
  ]) {
    it(`is refused when it is ${JSON.stringify(target)}`, () => {
      expect(statusOf(target)).to.equal(400);
    });
  }

  it('is refused when it is too long', () => {
    expect(statusOf(`/${'a'.repeat(16_383)}`)).to.equal(undefined);
    expect(statusOf(`/${'a'.repeat(16_384)}`)).to.equal(414);
  });

  it('may ask for a version', () => {
    expect(path('/a').version).to.equal(undefined);
    expect(path('/a?version=3').version).to.equal(3);
    expect(path('/a?x=1&version=12').version).to.equal(12);
    for (const query of ['', '0', '-1', '1.5', '1e3', 'x', '01', '9'.repeat(16)]) {
      expect(path(`/a?version=${query}`).version, query).to.equal(0);
    }
    expect(path('/a?v=3').version).to.equal(undefined);
  });

  it('is found again from the parts, whatever these are', () => {
    fc.assert(
      fc.property(fc.array(servableName, { maxLength: 5 }), (parts) => {
        const target = formatPath(parts);
        expect(target).to.match(/^\/[!-~]*$/);
        expect(target.startsWith('//')).to.equal(false);
        expect(path(target).parts).to.deep.equal(parts);
      }),
    );
  });

  it('never has parts that could lead elsewhere', () => {
    const piece = fc.constantFrom(
      ...['/', '.', '..', '%2e', '%2E', '%2f', '%5c', '\\', '%25', '%00', '%c0%ae', 'a', '?', '%'],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const parsed = parseRequestTarget(`/${pieces.join('')}`);
        if (parsed.kind === 'refused') return;
        for (const part of parsed.parts) {
          expect(part).not.to.match(/^\.{0,2}$|[/\\]|\p{Cc}/u);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
