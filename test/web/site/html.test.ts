/** The template that pages are made with: nothing gets through it that it did not make itself. */
import { expect } from 'chai';
import fc from 'fast-check';
import { html } from '../../../src/web/site/pages/html.js';
import { hostileTexts } from './page-fixtures.js';
import { readHtml } from './read-html.js';

const inPage = (body: unknown): string =>
  `<!doctype html><html lang="en"><head><title>t</title></head><body>${String(body)}</body></html>`;

describe('the template of pages', () => {
  it('shows hostile texts as they are, between tags and in attributes', () => {
    for (const text of hostileTexts.map((one) => one.replace('\u0000', ''))) {
      const body = readHtml(inPage(html`<p title="${text}">${text}</p>`)).one('body');
      expect(body.all('*').map(({ tag }) => tag)).to.deep.equal(['p']);
      expect(body.one('p').rawText).to.equal(text);
      expect(body.one('p').attribute('title')).to.equal(text);
    }
  });

  it('shows any text as it is', () => {
    const anything = fc.string({ unit: 'binary' }).filter((text) => !/[\0\r]/.test(text));
    fc.assert(
      fc.property(anything, (text) => {
        const markup = String(html`<p title="${text}">${text}</p>`);
        expect(markup).to.match(/^<p title="[^"<>]*">[^<>]*<\/p>$/);
      }),
    );
  });

  it('takes as markup what it made itself, also in lists, and nothing for undefined', () => {
    const words = ['a', '<b>'].map((word) => html`<i>${word}</i>`);
    expect(String(html`<p>${words}${undefined}${7}</p>`)).to.equal(
      '<p><i>a</i><i>&lt;b&gt;</i>7</p>',
    );
  });

  it('does not take what only looks like markup of its own', () => {
    const forged = { toString: () => '<b>' } as unknown as string;
    expect(() => html`${[forged]}`).to.throw();
    expect(String(html`${JSON.parse('["<b>"]') as string[]}`)).to.equal('&lt;b&gt;');
  });

  it('refuses a value in an attribute without quotes', () => {
    expect(() => html`<a href=${'x'}>x</a>`).to.throw('quote the value after');
  });
});
