/** The feed, read by a strict XML parser. */
import { expect } from 'chai';
import { SaxesParser } from 'saxes';
import { renderFeed } from '../../../src/web/site/pages/feed.js';
import { hostileTexts, listPage, now, post } from './page-fixtures.js';

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  text: string;
}

/** All elements in their order, with the text right in them. Throws when it is not XML. */
function readXml(xml: string): readonly Element[] {
  const elements: Element[] = [];
  const open: Element[] = [];
  const parser = new SaxesParser({ xmlns: false });
  parser.on('opentag', ({ name, attributes }) => {
    const element = { name, attributes, text: '' };
    elements.push(element);
    open.push(element);
  });
  parser.on('closetag', () => void open.pop());
  parser.on('text', (text) => {
    const innermost = open.at(-1);
    if (innermost !== undefined) innermost.text += text;
  });
  parser.on('error', (error) => {
    throw error;
  });
  parser.write(xml).close();
  return elements;
}

const textsOf = (xml: string, name: string): readonly string[] =>
  readXml(xml)
    .filter((element) => element.name === name)
    .map(({ text }) => text);

const base = 'https://surf.example:8443';

describe('the feed', () => {
  it('names itself, the list, and each post with its page as guid', () => {
    const xml = renderFeed(base, listPage({ order: 'new' }), now);
    expect(textsOf(xml, 'title')).to.deep.equal(['SurfRaft: New', post().title]);
    expect(textsOf(xml, 'link')).to.deep.equal([`${base}/?sort=new`, post().link]);
    expect(textsOf(xml, 'guid')).to.deep.equal([`${base}/posts/p1`]);
    expect(textsOf(xml, 'dc:creator')).to.deep.equal(['bob']);
    const self = readXml(xml).find(({ name }) => name === 'atom:link');
    expect(self?.attributes).to.include({ rel: 'self', href: `${base}/feed?sort=new` });
  });

  it('has dates as RFC 822 wants them', () => {
    const xml = renderFeed(base, listPage(), now);
    expect(textsOf(xml, 'pubDate')).to.deep.equal(['Sat, 28 Nov 2026 19:00:00 GMT']);
    expect(textsOf(xml, 'lastBuildDate')).to.deep.equal(['Sat, 28 Nov 2026 22:00:00 GMT']);
  });

  it('is XML whatever the texts are, and says them as they are where XML can', () => {
    const texts = [...hostileTexts, 'bell \u0007, half \ud83d, not a character \uffff', '🏄'];
    for (const text of texts) {
      const posts = [post({ title: text, link: text, by: text })];
      const titles = textsOf(renderFeed(base, listPage({ posts }), now), 'title');
      const inPlace = text.replace(/[\u202a-\u202e\u2066-\u2069]/g, '');
      const expected = inPlace.replace(/[\u0000\u0007\ufffe\uffff]|\p{Cs}/gu, '\ufffd');
      expect(titles[1]).to.equal(expected);
    }
  });
});
