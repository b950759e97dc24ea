/** Somebody at a real browser, who reads the pages and fills in their forms. */
import type { Page } from 'playwright-core';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { openPage } from './chromium.js';

export class Person {
  readonly page: Page;
  readonly complaints: readonly string[];
  #origin: string;

  private constructor(page: Page, complaints: readonly string[], port: number) {
    this.page = page;
    this.complaints = complaints;
    this.#origin = originAt(port);
  }

  static async open(
    browser: Browser | undefined,
    port: number,
    options: BrowserContextOptions = {},
  ): Promise<Person> {
    const { page, complaints } = await openPage(browser, options);
    return new Person(page, complaints, port);
  }

  /** Goes on at another front: to a browser, all ports of a machine are one place for cookies. */
  moveTo(port: number): void {
    this.#origin = originAt(port);
  }

  /** Loads a page; gives its status and the server that it was read from, if any answered. */
  async visit(path: string): Promise<{ readonly status: number; readonly readFrom: number }> {
    const response = await this.page.goto(`${this.#origin}${path}`);
    if (response === null) throw new Error(`${path} is not a page`);
    const from = response.headers()['x-read-from'];
    return { status: response.status(), readFrom: from === undefined ? NaN : Number(from) };
  }

  /** As the page that is shown says; undefined for a visitor. */
  async name(): Promise<string | undefined> {
    const name = this.page.locator('span#username');
    return (await name.count()) === 0 ? undefined : name.innerText();
  }

  async signUp(name: string): Promise<void> {
    await this.visit('/signup');
    await this.page.fill('main input[name=username]', name);
    await this.page.fill('main input[name=password]', 'a password');
    await this.page.click('main button[type=submit]');
    await this.page.waitForSelector('span#username');
  }

  /** Ends on the list, with the new post on it. */
  async post(title: string, link: string): Promise<void> {
    await this.visit('/post');
    await this.page.fill('#title', title);
    await this.page.fill('#link', link);
    await this.page.click('main button[type=submit]');
    await this.#article(title).waitFor();
  }

  /** Likes a post of the page that is shown; gives what is then said of its likes. */
  async like(title: string): Promise<string> {
    const article = this.#article(title);
    await article.locator('form.like button').click();
    await article.locator('form.like[action="/unlike"]:not([aria-busy])').waitFor();
    return article.locator('.likes').innerText();
  }

  /** Says something about a post of the page that is shown; ends on the post's page. */
  async comment(title: string, text: string): Promise<string> {
    await this.#article(title).locator('a[href^="/posts/"]').last().click();
    await this.page.fill('#text', text);
    await this.page.click('form[action="/comment"] button');
    await this.page.waitForSelector('.said');
    return this.page.locator('.said').last().innerText();
  }

  async logOut(): Promise<void> {
    await this.page.click('form[action="/logout"] button');
    await this.page.waitForSelector('a[href="/login"]');
  }

  #article(title: string) {
    const link = this.page.getByRole('link', { name: title, exact: true });
    return this.page.locator('article.post').filter({ has: link });
  }
}

function originAt(port: number): string {
  return `http://127.0.0.1:${port}`;
}
