/** RFC 9110, section 12.5, and what follows of it for the types of files. */
import { expect } from 'chai';
import { contentTypeOf, isCompressible } from '../../src/gateway/content-type.js';
import { acceptedCodings, preferredType } from '../../src/gateway/negotiation.js';

describe('what a client accepts', () => {
  it('is no coding unless it names one', () => {
    for (const header of [undefined, '', 'identity', 'deflate', 'gzip;q=0', '*;q=0', 'gzip;q=x']) {
      expect(acceptedCodings(header), header).to.deep.equal([]);
    }
  });

  it('is the coding that it likes best, br where it does not mind', () => {
    expect(acceptedCodings('gzip, deflate, br')).to.deep.equal(['br', 'gzip']);
    expect(acceptedCodings('GZIP')).to.deep.equal(['gzip']);
    expect(acceptedCodings('x-gzip')).to.deep.equal(['gzip']);
    expect(acceptedCodings('br;q=0.5, gzip;q=0.8')).to.deep.equal(['gzip', 'br']);
    expect(acceptedCodings('br;q=0.5 , gzip ; q=0.5')).to.deep.equal(['br', 'gzip']);
    expect(acceptedCodings('*')).to.deep.equal(['br', 'gzip']);
    expect(acceptedCodings('br;q=0, *')).to.deep.equal(['gzip']);
    expect(acceptedCodings('gzip;q=0.3, identity')).to.deep.equal([]);
    expect(acceptedCodings('gzip;q=2, br;q=-1')).to.deep.equal([]);
  });

  it('is the first type unless it likes another one better', () => {
    const types = ['text/html', 'text/plain', 'application/json'] as const;
    const preferred = (accept?: string): string => preferredType(accept, [...types]);
    expect(preferred()).to.equal('text/html');
    expect(preferred('*/*')).to.equal('text/html');
    expect(preferred('image/png')).to.equal('text/html');
    expect(preferred('application/json')).to.equal('application/json');
    expect(preferred('APPLICATION/JSON; charset=utf-8')).to.equal('application/json');
    expect(preferred('text/plain, */*;q=0.1')).to.equal('text/plain');
    expect(preferred('text/*, text/html;q=0.2')).to.equal('text/plain');
    expect(preferred('application/json;q=0.5, text/html;q=0.6')).to.equal('text/html');
    expect(preferred('text/html;q=0, */*')).to.equal('text/plain');
    expect(preferred('text/html,application/xhtml+xml,*/*;q=0.8')).to.equal('text/html');
  });
});

describe('the type of a file', () => {
  it('is told by the ending of its name', () => {
    const types: readonly (readonly [string, string])[] = [
      ['a.html', 'text/html; charset=utf-8'],
      ['a.b.TXT', 'text/plain; charset=utf-8'],
      ['a.js', 'text/javascript; charset=utf-8'],
      ['a.json', 'application/json; charset=utf-8'],
      ['a.jpg', 'image/jpeg'],
      ['a.svg', 'image/svg+xml'],
      ['a.txt.gz', 'application/gzip'],
      ['a.unheardof', 'application/octet-stream'],
      ['a.', 'application/octet-stream'],
      ['txt', 'application/octet-stream'],
      ['.txt', 'application/octet-stream'],
      ['', 'application/octet-stream'],
    ];
    for (const [name, type] of types) expect(contentTypeOf(name), name).to.equal(type);
  });

  it('tells whether compressing is of use', () => {
    for (const name of ['a.html', 'a.js', 'a.json', 'a.svg', 'a.xml', 'a.wasm', 'a.css', 'a.ttf']) {
      expect(isCompressible(contentTypeOf(name)), name).to.equal(true);
    }
    for (const name of ['a.jpg', 'a.gz', 'a.mp4', 'a', 'a.woff2', 'a.pdf']) {
      expect(isCompressible(contentTypeOf(name)), name).to.equal(false);
    }
  });
});
