/** What the script adds in a real browser, and that nothing is missing without it. */
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { waitFor } from '../../cli/wait-for.js';
import { launchBrowser, openPage, skipWithoutBrowser } from './chromium.js';
import { now } from './page-fixtures.js';
import { PageServer } from './page-server.js';

const title = '#title';
const likeForm = 'form[data-like="p1"]';

describe('the script of the pages', function () {
  let browser: Browser | undefined;
  let page: Page;
  let complaints: readonly string[];
  const server = new PageServer();

  before(async function () {
    skipWithoutBrowser(this);
    await server.start();
    browser = await launchBrowser();
  });

  after(async () => {
    await browser?.close();
    await server.stop();
  });

  beforeEach(async () => {
    server.reset();
    ({ page, complaints } = await openPage(browser));
  });

  afterEach(() => page.context().close());

  const visit = (path: string): Promise<unknown> => page.goto(`${server.base}${path}`);
  const textOf = (selector: string): Promise<string> => page.innerText(selector);
  const changed = (start: string): Promise<void> =>
    waitFor(start, () => server.changes.some((change) => change.startsWith(start)));

  describe('likes', () => {
    it('are given and taken back without another page, and said aloud', async () => {
      await visit('/');
      await page.evaluate('window.stayed = true');
      await page.focus(`${likeForm} button`);
      await page.keyboard.press('Enter');
      await page.waitForSelector(`${likeForm}[action="/unlike"]:not([aria-busy])`);
      expect(await textOf('#likes-p1')).to.equal('13 people like');
      expect(await textOf(`${likeForm} .verb`)).to.equal('Unlike');
      expect(await page.textContent('#spoken')).to.equal(
        'You like A field guide to the clouds over the North Sea: 13 people like',
      );
      await page.keyboard.press('Enter');
      await page.waitForSelector(`${likeForm}[action="/like"]:not([aria-busy])`);
      expect(await textOf('#likes-p1')).to.equal('12 people like');
      expect(await page.evaluate('window.stayed')).to.equal(true);
      expect(server.changes).to.deep.equal([
        'PUT /api/posts/p1/like ',
        'DELETE /api/posts/p1/like ',
      ]);
      expect(complaints).to.deep.equal([]);
    });

    it('go by the form when the JSON interface fails', async () => {
      server.apiWorks = false;
      await visit('/');
      await page.click(`${likeForm} button`);
      await changed('POST /like ');
      await page.waitForURL('**/*#post-p1');
      expect(await textOf('#likes-p1')).to.equal('13 people like');
    });

    it('go by the form when nobody answers', async () => {
      await visit('/');
      await page.route('**/api/**', (route) => route.abort());
      await page.click(`${likeForm} button`);
      await changed('POST /like ');
      // A browser that is on its way to another page may not hear that it is closed.
      await page.waitForURL('**/*#post-p1');
      await page.unrouteAll({ behavior: 'wait' });
    });

    it('go by the form without a script', async () => {
      await page.context().close();
      ({ page } = await openPage(browser, { javaScriptEnabled: false }));
      await visit('/');
      await page.click(`${likeForm} button`);
      await page.waitForURL('**/*#post-p1');
      expect(server.changes).to.deep.equal([
        'POST /like csrf=the-csrf-token&postId=p1&back=%2F%23post-p1',
      ]);
    });
  });

  describe('drafts', () => {
    const submit = (): Promise<void> => page.click('main button.button');
    const idOf = (): Promise<string> => page.inputValue('main input[name="id"]');

    async function write(): Promise<void> {
      await visit('/post');
      await page.fill(title, 'Bread, slowly');
      await page.fill('#link', 'kitchen.example/bread');
    }

    it('outlive a reload', async () => {
      await write();
      await page.reload();
      expect(await page.inputValue(title)).to.equal('Bread, slowly');
      expect(await page.inputValue('#link')).to.equal('kitchen.example/bread');
    });

    it('end when they are posted', async () => {
      await write();
      await submit();
      await page.waitForURL(`${server.base}/`);
      await visit('/post');
      expect(await page.inputValue(title)).to.equal('');
    });

    it('outlive an answer that nothing could be saved, and stay the same post', async () => {
      server.mood = 'unavailable';
      await write();
      await page.evaluate('document.querySelector("main input[name=id]").value = "first"');
      await submit();
      await page.waitForSelector('.problem');
      await visit('/post');
      expect(await page.inputValue(title)).to.equal('Bread, slowly');
      expect(await idOf()).to.equal('first');
      server.mood = 'keep';
      await submit();
      await page.waitForURL(`${server.base}/`);
      await visit('/post');
      expect([await page.inputValue(title), await idOf()]).to.deep.equal(['', 'fresh']);
    });

    it('outlive a server that dies before it answers', async () => {
      server.mood = 'silent';
      await write();
      await submit();
      await page.waitForURL('chrome-error:**');
      await visit('/post');
      expect(await page.inputValue(title)).to.equal('Bread, slowly');
    });

    it('of comments belong to their post', async () => {
      await visit('/posts/p1');
      await page.fill('#text', 'Well\nsaid');
      await visit('/posts/long');
      expect(await page.inputValue('#text')).to.equal('');
      await visit('/posts/p1');
      expect(await page.inputValue('#text')).to.equal('Well\nsaid');
      const answered = page.waitForEvent('load');
      await submit();
      await answered;
      expect(server.changes).to.have.length(1);
      await visit('/posts/p1');
      expect(await page.inputValue('#text')).to.equal('');
    });

    it('do not take the place of what the server wrote back', async () => {
      await write();
      await visit('/post-refused');
      expect(await page.inputValue('#link')).to.equal('kitchen example');
    });

    it('belong to one user and end with a log-out', async () => {
      await write();
      server.viewer = 'bob';
      await visit('/post');
      expect(await page.inputValue(title)).to.equal('');
      server.viewer = 'alice';
      await visit('/post');
      expect(await page.inputValue(title)).to.equal('Bread, slowly');
      await page.click('form[action="/logout"] button');
      await page.waitForURL(`${server.base}/`);
      await visit('/post');
      expect(await page.inputValue(title)).to.equal('');
    });
  });

  describe('times', () => {
    it('grow while the page stays open, from the time at which it was made', async () => {
      await page.clock.install({ time: now - 50 * 86_400_000 });
      await visit('/');
      expect(await textOf('#post-p1 time')).to.equal('3 hours ago');
      await page.clock.runFor(3_600_000);
      expect(await textOf('#post-p1 time')).to.equal('4 hours ago');
      expect(await textOf('#post-p4 time')).to.equal('1 hour ago');
    });
  });
});
