/** A visit to the real front in a real browser, with its script and without. */
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser, openPage, skipWithoutBrowser } from './chromium.js';
import { useFront } from './front-rig.js';

const rig = useFront();

describe('a visit to the site', () => {
  let browser: Browser | undefined;

  before(async function () {
    skipWithoutBrowser(this);
    browser = await launchBrowser();
  });

  after(() => browser?.close());

  const visit = (page: Page, path: string): Promise<unknown> =>
    page.goto(`http://127.0.0.1:${rig().port}${path}`);

  async function signUp(page: Page, name: string): Promise<void> {
    await visit(page, '/signup');
    await page.fill('#username >> nth=-1', name);
    await page.fill('#password', 'a password');
    await page.click('main button[type=submit]');
    await page.waitForSelector('span#username');
  }

  for (const javaScriptEnabled of [true, false]) {
    it(`goes through all forms, ${javaScriptEnabled ? 'with' : 'without'} the script`, async () => {
      const { page, complaints } = await openPage(browser, { javaScriptEnabled });
      await signUp(page, 'Ada');
      await visit(page, '/post');
      await page.fill('#title', 'A <b>title</b>');
      await page.fill('#link', 'example.org/x');
      await page.click('main button[type=submit]');
      await page.click('form.like button');
      await page.waitForSelector('form.like[action="/unlike"]:not([aria-busy])');
      expect(await page.innerText('.likes')).to.equal('1 people like');
      await page.reload();
      expect(await page.innerText('.likes')).to.equal('1 people like');
      expect(await page.innerText('a.title')).to.equal('A <b>title</b>');
      await page.click('a[href^="/posts/"]');
      await page.fill('#text', 'what I\nsay');
      await page.click('form[action="/comment"] button');
      await page.waitForSelector('.said');
      expect(await page.innerText('.said')).to.equal('what I\nsay');
      await page.click('form[action="/logout"] button');
      await page.waitForSelector('a[href="/login"]');
      expect(await page.locator('span#username').count()).to.equal(0);
      // Without it the browser drops the modules that the page had it fetch ahead.
      const others = complaints.filter((text) => javaScriptEnabled || !/\.js failed$/.test(text));
      expect(others).to.deep.equal([]);
      await page.context().close();
    });
  }
});
