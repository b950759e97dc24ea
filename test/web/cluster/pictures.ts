/**
 * Takes the pictures of the live page that the documentation shows, of real clusters:
 * node build/test/web/cluster/pictures.js [FOLDER], by default build/screenshots/live.
 */
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { host, TestCluster } from '../../e2e/support/test-cluster.js';
import { projectRoot } from '../../tidy/source-text.js';
import { launchBrowser, openPage } from '../site/chromium.js';

const folder = process.argv[2] ?? join(projectRoot(), 'build/screenshots/live');
const desk = { width: 1280, height: 800 };
const phone = { width: 390, height: 760 };
/** Entries and answers are in the middle of their ways by then. */
const travelMs = 350;

const browser = await launchBrowser();
try {
  await withCluster(5, drawStory);
  await withCluster(3, async (page) => {
    await page.setViewportSize(phone);
    await page.emulateMedia({ colorScheme: 'dark' });
    await save(page, 'live-phone-dark');
  });
  await withCluster(9, async (page) => {
    await save(page, 'live-nine');
  });
} finally {
  await browser.close();
}

async function drawStory(page: Page, cluster: TestCluster): Promise<void> {
  const { serverId } = await cluster.leader();
  const [follower = 0] = cluster.others(serverId);
  await cluster.value(follower, 'crash');
  await page.locator('.node.crashed').waitFor();
  await update(page, 'beach.jpg');
  await page.waitForTimeout(travelMs);
  await save(page, 'live-light');
  await page.emulateMedia({ colorScheme: 'dark' });
  await cluster.value(serverId, 'crash');
  await page.locator('.message.vote.ask').nth(1).waitFor();
  await page.waitForTimeout(travelMs / 2);
  await save(page, 'live-election-dark');
}

async function withCluster(
  size: number,
  draw: (page: Page, cluster: TestCluster) => Promise<void>,
): Promise<void> {
  const cluster = await TestCluster.create(size, []);
  try {
    await cluster.startAll();
    const { serverId } = await cluster.leader();
    const page = await open(browser, cluster.server(serverId).port);
    await page.locator('.node.leader').waitFor();
    await cluster.agreement(5_000);
    for (const name of ['notes.txt', 'plans.txt', 'notes.txt', 'photo.jpg']) {
      await update(page, name);
    }
    await page.waitForTimeout(2 * travelMs);
    await draw(page, cluster);
  } finally {
    await cluster.destroy();
  }
}

async function open(of: Browser, port: number): Promise<Page> {
  const { page } = await openPage(of, { viewport: desk });
  await page.goto(`http://${host}:${port}/`);
  return page;
}

async function update(page: Page, name: string): Promise<void> {
  await page.fill('input[name=name]', name);
  await page.click('[data-action=update]');
  await page.locator('.files-card .outcome', { hasText: `${name} is at version` }).waitFor();
  await page.evaluate('scrollTo(0, 0)');
}

async function save(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(folder, `${name}.png`) });
}
