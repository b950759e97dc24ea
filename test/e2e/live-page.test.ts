/**
 * The live page of real clusters in a real browser: who leads, what is committed, who is down; its
 * buttons; servers that stop while it looks. Pictures of it are left in build/screenshots/live.
 */
import axe, { type AxeResults } from 'axe-core';
import { expect } from 'chai';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { projectRoot } from '../tidy/source-text.js';
import { launchBrowser, openPage, skipWithoutBrowser } from '../web/site/chromium.js';
import { eventually } from './support/eventually.js';
import { host, type TestCluster } from './support/test-cluster.js';
import { useClusters } from './support/use-clusters.js';

const desk = { width: 1280, height: 800 };
const phone = { width: 390, height: 844 };
/** Until the page shows what has happened. */
const shownMsMax = 8_000;

describe('the live page', function () {
  this.timeout(90_000);
  const clusters = useClusters('suite');
  let browser: Browser | undefined;
  let cluster: TestCluster;
  let page: Page;
  let complaints: readonly string[];

  before(async function () {
    skipWithoutBrowser(this);
    [browser, cluster] = await Promise.all([launchBrowser(), clusters.start(3)]);
    ({ page, complaints } = await open(cluster, 0));
  });

  after(() => browser?.close());

  async function open(of: TestCluster, server: number) {
    const opened = await openPage(browser, { viewport: desk });
    opened.page.setDefaultTimeout(shownMsMax);
    await opened.page.goto(`http://${host}:${of.server(server).port}/`);
    return opened;
  }

  const node = (id: number, condition: string) => page.locator(nodeOf(id, condition));

  const outcomeOf = (part: string) => page.locator(`${part} .outcome`).last();

  async function update(name: string): Promise<void> {
    await page.fill('input[name=name]', name);
    await page.click('[data-action=update]');
    await outcomeOf('.files-card').getByText(`${name} is at version`).waitFor();
  }

  /** Resolves once every one of these servers is shown to have applied all that is logged. */
  async function expectApplied(servers: readonly number[]): Promise<void> {
    const { lastLogIndex } = await cluster.leader();
    for (const id of servers) {
      const lane = page.locator(`.lane[data-server="${id}"]`);
      await lane.locator(`[data-index="${lastLogIndex}"][data-state=applied]`).waitFor();
    }
  }

  it('shows who leads, and an update as it becomes committed everywhere', async () => {
    const { serverId } = await cluster.leader();
    await node(serverId, 'leader').waitFor();
    expect(await page.locator('.node.leader').count()).to.equal(1);
    expect(await page.locator('.node.follower').count()).to.equal(2);
    await page.locator('.verdict', { hasText: 'works' }).waitFor();
    await update('notes.txt');
    await update('notes.txt');
    await page.locator('[data-file="notes.txt"]', { hasText: 'v2' }).waitFor();
    await expectApplied([0, 1, 2]);
    expect(await cluster.value(serverId, 'tester_getversion', 'notes.txt')).to.equal(2);
    expect(await page.locator('.message.heartbeat').count()).to.be.above(0);
    expect(complaints).to.deep.equal([]);
  });

  it('crashes a server and restores it, and says by which commands', async () => {
    const { serverId } = await cluster.leader();
    await node(serverId, 'leader').click();
    const command = page.locator('.action', { has: page.locator('[data-action=crash]') });
    expect(await command.locator('code').innerText()).to.match(
      new RegExp(`^npx surfraft crash localhost:\\d+ ${serverId}$`),
    );
    await page.click('[data-action=crash]');
    await node(serverId, 'crashed').waitFor();
    expect((await cluster.status(serverId))?.status).to.equal('crashed');
    const next = await cluster.leader();
    await node(next.serverId, 'leader').waitFor();
    await page.locator('.events', { hasText: 'crash switch on' }).waitFor();
    await page.locator('.events', { hasText: `elected leader of term ${next.term}` }).waitFor();
    await page.locator('.findings', { hasText: 'crashed by its crash switch' }).waitFor();
    await page.click('[data-action=restore]');
    await node(serverId, 'follower').waitFor();
    await outcomeOf('.panel').getByText('Restore: done').waitFor();
    expect(complaints).to.deep.equal([]);
  });

  it('looks back at a moment, and goes on', async () => {
    await page.locator('.events button', { hasText: 'crash switch on' }).last().click();
    await page.locator('.node.crashed').waitFor();
    expect(await page.locator('[data-action=heal]').isDisabled()).to.equal(true);
    await page.click('[data-action=live]');
    await page.locator('.node.crashed').waitFor({ state: 'detached' });
  });

  it('makes a server the leader, and keeps one apart from the others', async () => {
    const { serverId } = await cluster.leader();
    const [other = 0, third = 0] = cluster.others(serverId);
    await node(other, 'follower').click();
    await page.click('[data-action=transfer]');
    await node(other, 'leader').waitFor();
    await node(third, 'follower').click();
    for (const id of cluster.others(third)) await page.check(`[data-cut="${id}"]`);
    await page.click('[data-action=partition]');
    await page.locator('g.cut').nth(1).waitFor();
    await page.locator('.events', { hasText: 'cut off from servers' }).waitFor();
    await page.click('[data-action=heal]');
    await page.locator('g.cut').first().waitFor({ state: 'detached' });
    await cluster.leader();
  });

  it('goes on when the server that served it is killed, and when it comes back', async () => {
    await node(0, 'follower').or(node(0, 'leader')).waitFor();
    await cluster.server(0).end('SIGKILL');
    await node(0, 'down').waitFor();
    const { serverId } = await cluster.leader();
    await node(serverId, 'leader').waitFor();
    await update('after.txt');
    await expectApplied([1, 2]);
    await page.locator('.findings', { hasText: 'Server 0 ' }).waitFor();
    await cluster.server(0).start();
    await node(0, 'follower').waitFor();
    await expectApplied([0, 1, 2]);
    // That a connection broke is all that the browser complains of.
    expect(complaints.filter((text) => !/ERR_|failed$/.test(text))).to.deep.equal([]);
  });

  it('can be used by everybody, in light and dark, on a desk and on a phone', async () => {
    const looks = [
      ['light', 'desk', desk],
      ['dark', 'phone', phone],
    ] as const;
    for (const [colorScheme, device, viewport] of looks) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.setViewportSize(viewport);
      expect(await findBarriers(page), device).to.deep.equal([]);
      const wide = await page.evaluate<number>('document.documentElement.scrollWidth');
      expect(wide, device).to.be.at.most(viewport.width);
      await takePicture(page, `three-${colorScheme}-${device}`);
    }
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'no-preference' });
    await page.setViewportSize(desk);
    await page.locator('.node').first().focus();
    await page.keyboard.press('Enter');
    await page.locator('h2', { hasText: 'Server 0' }).waitFor();
  });

  it('is of no use to a page from elsewhere', async () => {
    const stranger = await serveStranger();
    try {
      const { page: foreign } = await openPage(browser);
      await foreign.goto(`http://${host}:${(stranger.address() as AddressInfo).port}/`);
      const target = `http://${host}:${cluster.server(1).port}`;
      expect(await foreign.evaluate(attack(target))).to.deep.equal({
        ...{ read: 'refused', blind: 'opaque', feed: 'refused' },
      });
      expect((await cluster.status(1))?.status).not.to.equal('crashed');
    } finally {
      stranger.close();
    }
  });

  it('shows nine servers, and an election among them', async () => {
    const nine = await clusters.start(9);
    const { page: shown } = await open(nine, 4);
    const { serverId, term } = await nine.leader();
    await shown.locator(nodeOf(serverId, 'leader')).waitFor();
    await eventually('nine servers on the page', shownMsMax, async () =>
      (await shown.locator('.node.follower').count()) === 8 ? true : undefined,
    );
    await takePicture(shown, 'nine');
    await nine.value(serverId, 'crash');
    await shown.locator('.message.vote').nth(3).waitFor();
    await takePicture(shown, 'nine-election');
    const next = await nine.leader();
    expect(next.term).to.be.above(term);
    await shown.locator(nodeOf(next.serverId, 'leader')).waitFor();
    expect(await findBarriers(shown)).to.deep.equal([]);
  });
});

function nodeOf(server: number, condition: string): string {
  return `.node[data-server="${server}"][data-condition="${condition}"]`;
}

function serveStranger(): Promise<Server> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/html' });
    response.end('<!DOCTYPE html><title>elsewhere</title>');
  });
  return new Promise((resolve) => {
    server.listen(0, host, () => {
      resolve(server);
    });
  });
}

/** What a page tries that wants to crash a server, or to look at the cluster. */
function attack(target: string): string {
  const call = '<methodCall><methodName>crash</methodName><params/></methodCall>';
  return `(async () => {
    const url = ${JSON.stringify(`${target}/RPC2`)}, body = ${JSON.stringify(call)};
    const headers = { 'Content-Type': 'text/xml' };
    const read = await fetch(url, { method: 'POST', headers, body })
      .then((response) => response.text(), () => 'refused');
    const blind = await fetch(url, { method: 'POST', mode: 'no-cors', body: new Blob([body]) })
      .then((response) => response.type, () => 'refused');
    const feed = await new Promise((resolve) => {
      const source = new EventSource(${JSON.stringify(`${target}/live`)});
      source.onerror = () => { source.close(); resolve('refused'); };
      source.addEventListener('hello', () => resolve('heard'));
    });
    return { read, blind, feed };
  })()`;
}

async function findBarriers(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<AxeResults>('axe.run()');
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary ?? ''}`),
  );
}

async function takePicture(page: Page, name: string): Promise<void> {
  const path = join(projectRoot(), `build/screenshots/live/${name}.png`);
  const picture = await page.screenshot({ path, fullPage: true });
  expect(picture.length).to.be.above(5_000);
}
