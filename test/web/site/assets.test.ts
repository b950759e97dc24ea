/** What pages load besides themselves. */
import { expect } from 'chai';
import { renderPost } from '../../../src/web/site/pages/render-pages.js';
import { siteAssets } from '../../../src/web/site/pages/assets.js';
import { frame, postPage } from './page-fixtures.js';
import { readHtml } from './read-html.js';

describe('the assets of the site', () => {
  it('are all that a page asks for, under paths that name their content', () => {
    const page = readHtml(renderPost(frame(), postPage()));
    const asked = [
      ...page.all('link').map((link) => link.attribute('href')),
      page.one('script').attribute('src'),
    ];
    expect(asked).to.have.length.above(5);
    for (const path of asked) {
      expect(path).to.match(/^\/assets\/[\w-]{16}\/[a-z-]+\.(css|js|svg)$/);
      expect(siteAssets().has(path ?? ''), path).to.equal(true);
    }
  });

  it('name each other only by paths that are served', () => {
    for (const [path, { contentType, body }] of siteAssets()) {
      if (/svg/.test(contentType)) continue;
      const names = [...body.toString().matchAll(/(?:from '\.\/|url\()([\w.-]+)/g)];
      for (const [, name = ''] of names) {
        expect(siteAssets().has(path.replace(/[^/]+$/, name)), name).to.equal(true);
      }
    }
  });

  it('say what they are', () => {
    const types = [...siteAssets()].map(([path, { contentType }]) => [
      path.split('.').at(-1),
      contentType,
    ]);
    expect(new Map(types as [string, string][])).to.deep.equal(
      new Map([
        ['css', 'text/css; charset=utf-8'],
        ['svg', 'image/svg+xml'],
        ['js', 'text/javascript; charset=utf-8'],
      ]),
    );
  });

  it('hold no note of where their source is', () => {
    for (const { body } of siteAssets().values()) {
      expect(body.toString()).to.not.contain('sourceMappingURL');
    }
  });
});
