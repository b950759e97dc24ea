/** A visit to the real front in a real browser, with its script and without. */
import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { launchBrowser, skipWithoutBrowser } from './chromium.js';
import { useFront } from './front-rig.js';
import { Person } from './person.js';

const rig = useFront();

describe('a visit to the site', () => {
  let browser: Browser | undefined;

  before(async function () {
    skipWithoutBrowser(this);
    browser = await launchBrowser();
  });

  after(() => browser?.close());

  for (const javaScriptEnabled of [true, false]) {
    it(`goes through all forms, ${javaScriptEnabled ? 'with' : 'without'} the script`, async () => {
      const ada = await Person.open(browser, rig().port, { javaScriptEnabled });
      const { page } = ada;
      await ada.signUp('Ada');
      await ada.post('A <b>title</b>', 'example.org/x');
      expect(await ada.like('A <b>title</b>')).to.equal('1 people like');
      await page.reload();
      expect(await page.innerText('.likes')).to.equal('1 people like');
      expect(await page.innerText('a.title')).to.equal('A <b>title</b>');
      expect(await ada.comment('A <b>title</b>', 'what I\nsay')).to.equal('what I\nsay');
      await ada.logOut();
      expect(await ada.name()).to.equal(undefined);
      // Without it the browser drops the modules that the page had it fetch ahead.
      const others = ada.complaints.filter(
        (text) => javaScriptEnabled || !/\.js failed$/.test(text),
      );
      expect(others).to.deep.equal([]);
      await page.context().close();
    });
  }
});
