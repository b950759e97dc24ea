/** The pages in a real browser: how they look, and who can use them. */
import axe, { type AxeResults } from 'axe-core';
import { expect } from 'chai';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { projectRoot } from '../../tidy/source-text.js';
import { launchBrowser, openPage, whyNoBrowser } from './chromium.js';
import { pages, PageServer } from './page-server.js';

const schemes = ['light', 'dark'] as const;
const phone = { width: 390, height: 844 };
const desk = { width: 1280, height: 900 };

describe('the pages in a browser', function () {
  let browser: Browser;
  const server = new PageServer();

  before(async function () {
    const reason = whyNoBrowser();
    if (reason !== undefined) {
      this.test?.parent?.suites.forEach((suite) => (suite.title += ` (${reason})`));
      this.skip();
    }
    await server.start();
    browser = await launchBrowser();
  });

  after(async () => {
    if (whyNoBrowser() !== undefined) return;
    await browser.close();
    await server.stop();
  });

  beforeEach(() => server.reset());

  /** Opens every page, for a user and for a visitor. */
  async function visitAll(page: Page, look: (name: string) => Promise<void>): Promise<void> {
    for (const viewer of ['alice', undefined]) {
      server.viewer = viewer;
      for (const path of Object.keys(pages)) {
        await page.goto(`${server.base}${path}`);
        await look(`${path} for ${viewer ?? 'a visitor'}`);
      }
    }
  }

  it('load without a complaint under the policy they are sent with', async () => {
    const { page, complaints } = await openPage(browser);
    await visitAll(page, async (name) => {
      await page.waitForLoadState('networkidle');
      expect(complaints, name).to.deep.equal([]);
    });
    await page.context().close();
  });

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

  for (const width of [320, 390, 768, 1280]) {
    it(`never scroll sideways at ${width} px`, async () => {
      const { page } = await openPage(browser, { viewport: { width, height: 700 } });
      await visitAll(page, async (name) => {
        const shown = await page.evaluate('document.documentElement.scrollWidth');
        expect(shown, name).to.be.at.most(width);
      });
      await page.context().close();
    });
  }

  for (const colorScheme of schemes) {
    it(`break no rule of axe in ${colorScheme}`, async () => {
      const { page } = await openPage(browser, { colorScheme, viewport: phone });
      await visitAll(page, async (name) => {
        expect(await findBarriers(page), name).to.deep.equal([]);
      });
      await page.context().close();
    });

    it(`have their picture taken in ${colorScheme}`, async () => {
      const folder = join(projectRoot(), 'build/screenshots/site');
      for (const [device, viewport] of Object.entries({ phone, desk })) {
        const { page } = await openPage(browser, { colorScheme, viewport });
        await visitAll(page, async (name) => {
          const path = join(folder, `${name.replace(/\W+/g, '-')}-${device}-${colorScheme}.png`);
          const picture = await page.screenshot({ path, fullPage: true });
          expect(picture.length).to.be.above(5_000);
        });
        await page.context().close();
      }
    });
  }

  it('are reached all over with the keyboard, in their order, and show where one is', async () => {
    const { page } = await openPage(browser);
    await visitAll(page, async (name) => {
      const expected = await page.evaluate<string[]>(markupOfFocusable);
      // A field with a mistake has the focus already: back to the beginning.
      await page.evaluate(`
        document.activeElement?.blur();
        getSelection().setPosition(document.body, 0);
      `);
      const reached: string[] = [];
      for (const _element of expected) {
        await page.keyboard.press('Tab');
        reached.push(await readFocus(page));
      }
      expect(reached, name).to.deep.equal(expected);
    });
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

/** The element that has the focus; fails when nothing shows that it has. */
async function readFocus(page: Page): Promise<string> {
  const [markup = '', outline] = await page.evaluate<string[]>(`
    [document.activeElement.outerHTML, getComputedStyle(document.activeElement).outlineStyle]`);
  expect(outline, markup).to.equal('solid');
  return markup;
}

async function findBarriers(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<AxeResults>('axe.run()');
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary ?? ''}`),
  );
}
