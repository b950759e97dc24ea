/** Debian's browser, driven for tests; nothing is downloaded. */
import { existsSync } from 'node:fs';
import { assert } from '../../../src/base/assert.js';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

const executablePath = '/usr/bin/chromium';

/** Skips what follows, and says so, where there is no browser. */
export function skipWithoutBrowser(test: Mocha.Context): void {
  if (existsSync(executablePath)) return;
  process.stderr.write(`no ${executablePath} here (Debian: chromium): nothing is tested in it\n`);
  test.skip();
}

/** The sandbox cannot be had by root and is of no use before pages of our own. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
}

export interface OpenPage {
  readonly page: Page;
  /** What the browser complained of: errors, refusals of the policy, failed requests. */
  readonly complaints: readonly string[];
}

/** A page of a browser that has seen nothing yet. */
export async function openPage(
  browser: Browser | undefined,
  options: BrowserContextOptions = {},
): Promise<OpenPage> {
  assert(browser !== undefined, 'the browser is launched before a page is opened');
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('requestfailed', (request) => {
    // Whoever leaves a page does not wait for what it still loads.
    const isDropped = request.failure()?.errorText === 'net::ERR_ABORTED';
    if (!isDropped) complaints.push(`${request.url()} failed`);
  });
  return { page, complaints };
}
