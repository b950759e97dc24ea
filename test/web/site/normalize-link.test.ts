/** What becomes of a link that a person typed. */
import { expect } from 'chai';
import fc from 'fast-check';
import { linkCharsMax } from '../../../src/site/site-limits.js';
import { normalizeLink } from '../../../src/web/site/normalize-link.js';

function linkOf(typed: string): string | undefined {
  const normal = normalizeLink(typed);
  return normal.kind === 'ok' ? normal.link : undefined;
}

describe('normalizeLink', () => {
  it('gives one form to what means the same', () => {
    const forms = {
      'example.org/x': 'http://example.org/x',
      ' example.org ': 'http://example.org/',
      'HTTP://EXAMPLE.org': 'http://example.org/',
      'https://example.org:443/a/../b': 'https://example.org/b',
      'example.org:8080/x': 'http://example.org:8080/x',
      'localhost:8000': 'http://localhost:8000/',
      '[::1]:80/x': 'http://[::1]/x',
      'https://example.org/a b?c=ä#d': 'https://example.org/a%20b?c=%C3%A4#d',
      'http://bücher.example/': 'http://xn--bcher-kva.example/',
    };
    for (const [typed, link] of Object.entries(forms)) expect(linkOf(typed), typed).to.equal(link);
  });

  it('refuses what leads elsewhere than to the web', () => {
    const refused = [
      ...[
        '',
        ' ',
        'x',
        'javascript:alert(1)',
        'javascript:1',
        'JavaScript://example.org/%0aalert(1)',
      ],
      ...['data:text/html,x', 'file:///etc/passwd', 'ftp://example.org/', 'mailto:a@example.org'],
      ...['//example.org/x', '/posts/1', 'http:example.org', 'https:/example.org', 'http://'],
      ...[
        'http://exa mple.org/',
        'vbscript:x',
        'blob:https://example.org/x',
        'http:\\\\example.org',
      ],
    ];
    for (const typed of refused) expect(normalizeLink(typed).kind, typed).to.equal('wrong');
  });

  it('refuses names and passwords, backslashes and control characters', () => {
    const refused = ['http://a@example.org/', 'http://a:b@example.org/', 'example.org\\x'];
    for (const typed of [...refused, 'http://example.org/\n', 'java\tscript:x', 'a.org/\u2028']) {
      expect(normalizeLink(typed).kind, JSON.stringify(typed)).to.equal('wrong');
    }
  });

  it('takes 2,000 characters and no more, as typed and as kept', () => {
    const start = 'http://example.org/';
    const longest = start + 'x'.repeat(linkCharsMax - start.length);
    expect(linkOf(longest)).to.equal(longest);
    expect(linkOf(`${longest}x`)).to.equal(undefined);
    // Each of these becomes three characters.
    expect(linkOf(start + ' x'.repeat(700))).to.equal(undefined);
  });

  it('leaves what it made as it is, and lets nothing out that is not of the web', () => {
    const typed = fc.oneof(fc.webUrl({ withFragments: true }), fc.string({ unit: 'binary' }));
    fc.assert(
      fc.property(typed, (text) => {
        const link = linkOf(text);
        if (link === undefined) return;
        expect(linkOf(link)).to.equal(link);
        expect(link).to.match(/^https?:\/\/[^\s<>"]+$/);
      }),
    );
  });
});
