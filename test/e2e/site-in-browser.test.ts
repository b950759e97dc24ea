/**
 * The four cases of the report that the site comes from, and the restart of everything, as a person
 * at a real browser meets them: logged in once, they post, like and comment in each of them, at two
 * fronts, while real servers stop and return. Pictures of each step are left in
 * build/screenshots/site-failover.
 */
import { expect } from 'chai';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { projectRoot } from '../tidy/source-text.js';
import { launchBrowser, skipWithoutBrowser } from '../web/site/chromium.js';
import { Person } from '../web/site/person.js';
import { eventually } from './support/eventually.js';
import type { ServerUnderTest } from './support/server-under-test.js';
import type { TestCluster } from './support/test-cluster.js';
import { useClusters } from './support/use-clusters.js';
import { useFronts } from './support/use-fronts.js';

const desk = { width: 1280, height: 900 };
const phone = { width: 390, height: 844 };
/** A server that died or came back is left out, or read from again, by then. */
const turnMsMax = 10_000;
const agreementMsMax = 10_000;

describe('a person at a browser, logged in all along', function () {
  // Half a minute on two cores; more beside many others.
  this.timeout(120_000);
  const clusters = useClusters();
  const openFront = useFronts();
  let browser: Browser | undefined;
  let cluster: TestCluster;
  let fronts: readonly ServerUnderTest[];
  let ada: Person;
  const titles: string[] = [];

  before(async function () {
    skipWithoutBrowser(this);
    browser = await launchBrowser();
  });

  after(() => browser?.close());

  it('notices nothing when servers stop and return, or everything starts anew', async () => {
    cluster = await clusters.start(3);
    fronts = [await openFront(cluster), await openFront(cluster)];
    ada = await Person.open(browser, fronts[0]?.port ?? 0, { viewport: desk });
    await ada.signUp('Ada');
    await takesPart('Before anything happens');

    const { serverId: leader } = await cluster.leader();
    await cluster.server(leader).end('SIGKILL');
    await takesPart('The leader stops');
    await expectReadFrom(cluster.others(leader));

    await cluster.server(leader).start();
    await takesPart('The old leader returns');
    await expectReadFrom([0, 1, 2]);

    const [follower = 0] = cluster.others((await cluster.leader()).serverId);
    await cluster.server(follower).end('SIGKILL');
    await takesPart('A follower stops');
    await expectReadFrom(cluster.others(follower));

    await cluster.server(follower).start();
    await takesPart('The follower returns');
    await expectReadFrom([0, 1, 2]);

    await restartEverything();
    await takesPart('Everything was started again');
    await expectReadFrom([0, 1, 2]);
    await cluster.agreement(agreementMsMax);
    await expectAllThere();
    expect(ada.complaints).to.deep.equal([]);
  });

  /** At the front whose turn it is: posts, likes and comments, each of them shown at once. */
  async function takesPart(title: string): Promise<void> {
    ada.moveTo(fronts[titles.length % fronts.length]?.port ?? 0);
    titles.push(title);
    expect((await ada.visit('/')).status).to.equal(200);
    expect(await ada.name(), title).to.equal('Ada');
    await ada.post(title, `example.org/${encodeURIComponent(title)}`);
    expect(await ada.like(title), title).to.equal('1 people like');
    await takePicture(`${title} list`);
    const said = `I was here. ${title}.`;
    expect(await ada.comment(title, said)).to.equal(said);
    expect(await ada.name(), title).to.equal('Ada');
    await takePicture(`${title} post`);
  }

  /** Resolves once reads are answered by exactly these servers, and in turn, at both fronts. */
  async function expectReadFrom(ids: readonly number[]): Promise<void> {
    for (const { port } of fronts) {
      ada.moveTo(port);
      await eventually(`reads from servers ${ids.join(', ')}`, turnMsMax, async () => {
        const readers = new Set<number>();
        for (let i = 0; i < ids.length; i += 1) readers.add((await ada.visit('/')).readFrom);
        expect(await ada.name()).to.equal('Ada');
        return readers.size === ids.length && ids.every((id) => readers.has(id)) ? true : undefined;
      });
    }
  }

  async function restartEverything(): Promise<void> {
    const [one, two] = fronts;
    await Promise.all(cluster.servers.map((server) => server.end('SIGKILL')));
    await one?.end('SIGKILL');
    ada.moveTo(two?.port ?? 0);
    expect(await ada.visit('/')).to.deep.equal({ status: 200, readFrom: NaN });
    const shown = await ada.page.innerText('body');
    expect(shown).to.include('No server answers right now');
    expect(shown).to.not.match(/Nothing has been posted|Log in|Sign up/);
    await takePicture('Nobody answers');
    await two?.end('SIGKILL');
    await Promise.all([cluster.startAll(), one?.start(), two?.start()]);
  }

  async function expectAllThere(): Promise<void> {
    await ada.visit('/?sort=new');
    const texts = (selector: string) =>
      ada.page.locator(`article.post ${selector}`).allInnerTexts();
    expect(await texts('a.title')).to.deep.equal([...titles].reverse());
    expect(new Set(await texts('.likes'))).to.deep.equal(new Set(['1 people like']));
    expect(new Set(await texts('.about > a'))).to.deep.equal(new Set(['1 comment']));
    for (const colorScheme of ['light', 'dark'] as const) {
      await ada.page.emulateMedia({ colorScheme });
      for (const [device, viewport] of Object.entries({ desk, phone })) {
        await ada.page.setViewportSize(viewport);
        await takePicture(`In the end ${colorScheme} ${device}`);
      }
    }
  }

  async function takePicture(name: string): Promise<void> {
    const file = name.toLowerCase().replaceAll(' ', '-');
    const number = String(titles.length).padStart(2, '0');
    const path = `build/screenshots/site-failover/${number}-${file}.png`;
    const picture = await ada.page.screenshot({ path: join(projectRoot(), path), fullPage: true });
    expect(picture.length).to.be.above(5_000);
  }
});
