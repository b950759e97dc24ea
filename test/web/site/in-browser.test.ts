/** The pages in a real browser: how they look, and who can use them. */
import axe, { type AxeResults } from 'axe-core';
import { expect } from 'chai';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { projectRoot } from '../../tidy/source-text.js';
import { launchBrowser, openPage, skipWithoutBrowser } from './chromium.js';
import { pages, PageServer } from './page-server.js';

const visits: Readonly<Record<string, readonly string[]>> = {
  alice: Object.keys(pages),
  'a visitor': ['/', '/empty', '/posts/p1'],
  // As wide as a name can be.
  WWWWWWWWWWWWWWWWWWWW: ['/'],
};
const widths = [320, 390, 600, 768];
const phone = { width: 390, height: 844 };
const desk = { width: 1280, height: 900 };

describe('the pages in a browser', function () {
  let browser: Browser | undefined;
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

  beforeEach(() => server.reset());

  for (const [viewer, paths] of Object.entries(visits)) {
    for (const path of paths) {
      it(`${path} is whole for ${viewer}: no complaint, no barrier, nothing sideways`, async () => {
        server.viewer = viewer === 'a visitor' ? undefined : viewer;
        const { page, complaints } = await openPage(browser, { viewport: desk });
        await page.goto(`${server.base}${path}`);
        expect(complaints).to.deep.equal([]);
        await expectKeyboard(page);
        for (const width of widths) {
          await page.setViewportSize({ width, height: 844 });
          const needed = await page.evaluate('document.documentElement.scrollWidth');
          expect(needed, `at ${width} px`).to.be.at.most(width);
          const head = await page.locator('header').boundingBox();
          expect(head?.height, `two lines at ${width} px`).to.be.within(50, 130);
        }
        await page.evaluate('document.activeElement.blur()');
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
          await page.setViewportSize(phone);
          const rules = colorScheme === 'light' ? 'all' : 'of colours';
          expect(await findBarriers(page, rules), colorScheme).to.deep.equal([]);
          const name = `${viewer} ${path} ${colorScheme}`.replace(/\W+/g, '-');
          await takePictures(page, name);
        }
        await page.context().close();
      });
    }
  }

  it('are refused what the policy forbids, so that the test before can fail', async () => {
    const { page, complaints } = await openPage(browser);
    await page.goto(`${server.base}/`);
    await page.evaluate(`
      const script = document.createElement('script');
      script.textContent = 'document.title = "changed"';
      document.body.append(script);
    `);
    expect(await page.title()).to.equal('Hot · SurfRaft');
    expect(complaints.join()).to.contain('Content Security Policy');
    await page.context().close();
  });

  it('let one skip to the content', async () => {
    const { page } = await openPage(browser);
    await page.goto(`${server.base}/`);
    await page.keyboard.press('Tab');
    const box = await page.locator('.skip').boundingBox();
    expect(box?.y).to.be.at.least(0);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.closest("main")?.id')).to.equal('content');
    await page.context().close();
  });

  it('move nothing for those who want no motion', async () => {
    const { page } = await openPage(browser, { reducedMotion: 'reduce' });
    await page.goto(`${server.base}/`);
    const durations = await page.evaluate<string[]>(`
      [...document.querySelectorAll('*')].flatMap((element) => {
        const { transitionDuration, animationName } = getComputedStyle(element);
        return [transitionDuration, animationName];
      })`);
    expect([...new Set(durations)]).to.have.members(['0s', 'none']);
    await page.context().close();
  });
});

/** What runs in the page is text: this program has no names of a browser. */
const markupOfFocusable = `
  [...document.querySelectorAll('a[href], button, input:not([type=hidden]), textarea')].map(
    (element) => element.outerHTML,
  )`;

/** Every place that can be used is reached with Tab, in the order of the page, and shows it. */
async function expectKeyboard(page: Page): Promise<void> {
  const expected = await page.evaluate<string[]>(markupOfFocusable);
  // A field with a mistake has the focus already: back to the first place.
  await page.focus('.skip');
  const reached = [await readFocus(page)];
  while (reached.length < expected.length) {
    await page.keyboard.press('Tab');
    reached.push(await readFocus(page));
  }
  expect(reached).to.deep.equal(expected);
}

/** The element that has the focus; fails when nothing shows that it has. */
async function readFocus(page: Page): Promise<string> {
  const [markup = '', outline] = await page.evaluate<string[]>(`
    [document.activeElement.outerHTML, getComputedStyle(document.activeElement).outlineStyle]`);
  expect(outline, markup).to.equal('solid');
  return markup;
}

async function findBarriers(page: Page, rules: 'all' | 'of colours'): Promise<readonly string[]> {
  const options = rules === 'all' ? {} : { runOnly: ['color-contrast', 'link-in-text-block'] };
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<AxeResults>(`axe.run(${JSON.stringify(options)})`);
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary ?? ''}`),
  );
}

/** For people to look at: build/screenshots/site. */
async function takePictures(page: Page, name: string): Promise<void> {
  for (const [device, viewport] of Object.entries({ phone, desk })) {
    await page.setViewportSize(viewport);
    const path = join(projectRoot(), `build/screenshots/site/${name}-${device}.png`);
    const picture = await page.screenshot({ path, fullPage: true });
    expect(picture.length).to.be.above(5_000);
  }
}
