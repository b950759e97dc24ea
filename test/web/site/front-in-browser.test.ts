/** A visit to the real front in a real browser, with its script and without. */
import { expect } from 'chai';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
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

  it('is not made for one by a page of another port, whatever cookie it plants', async () => {
    await rig().user('Eve');
    const eve = rig().browser();
    const csrf = await eve.csrf('/login');
    const fields = Object.entries({ csrf, username: 'Eve', password: 'a password' });
    const inputs = fields.map(([name, value]) => `<input name="${name}" value="${value}">`);
    const trap = createServer((_request, response) => {
      // To a browser all ports of a machine are one place for cookies.
      response.setHeader('Set-Cookie', `visitor=${eve.cookies.get('visitor') ?? ''}; Path=/`);
      response.setHeader('Content-Type', 'text/html');
      response.end(`<form method="post" action="http://127.0.0.1:${rig().port}/login">
        ${inputs.join('')}<button>Win a boat</button></form>`);
    });
    trap.listen(0, '127.0.0.1');
    await once(trap, 'listening');
    const victim = await Person.open(browser, (trap.address() as AddressInfo).port);
    await victim.visit('/');
    await Promise.all([victim.page.waitForURL('**/login'), victim.page.click('button')]);
    expect(await victim.page.innerText('main')).to.include('A page of another site sent this form');
    victim.moveTo(rig().port);
    await victim.visit('/');
    expect(await victim.name()).to.equal(undefined);
    await victim.page.context().close();
    trap.close();
  });
});
