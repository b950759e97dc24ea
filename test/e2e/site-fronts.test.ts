/**
 * The site as people meet it: fronts and servers as processes, while servers die and come back
 * (contract, section 14). The four cases are those of the report that the site comes from.
 */
import { expect } from 'chai';
import { execa } from 'execa';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { must } from '../../src/base/assert.js';
import { Certificates } from '../rpc/support/certificates.js';
import { projectRoot } from '../tidy/source-text.js';
import { Browser } from '../web/site/browser.js';
import { eventually } from './support/eventually.js';
import { useClusters } from './support/use-clusters.js';
import { useFronts } from './support/use-fronts.js';

const program = join(projectRoot(), 'build/src/cli/surfraft.js');
const waitMs = 20_000;

interface Post {
  readonly id: string;
  readonly title: string;
  readonly likes: number;
}

async function postsSeenBy(browser: Browser): Promise<readonly Post[]> {
  const { status, text } = await browser.get('/api/posts?sort=new');
  expect(status).to.equal(200);
  return (JSON.parse(text) as { readonly posts: readonly Post[] }).posts;
}

/** Posts a link and likes it; both are confirmed, and seen, at once. */
async function takesPart(browser: Browser, title: string): Promise<void> {
  expect(await browser.user()).to.equal('Ada');
  const posted = await browser.post(title, `example.org/${encodeURIComponent(title)}`);
  expect(posted.status, title).to.equal(303);
  const post = must(
    (await postsSeenBy(browser)).find((one) => one.title === title),
    'the post',
  );
  const liked = await browser.json('PUT', `/api/posts/${post.id}/like`);
  expect(JSON.parse(liked.text)).to.deep.equal({ likes: 1, liked: true });
}

describe('fronts of the site', () => {
  const clusters = useClusters();
  const openFront = useFronts();

  it('keep a person logged in while servers stop and return, at any front', async () => {
    const cluster = await clusters.start(3);
    const [one, two] = [await openFront(cluster), await openFront(cluster)];
    const ada = new Browser(one.port);
    expect((await ada.signUp('Ada')).status).to.equal(303);
    await takesPart(ada, 'before anything');
    ada.moveTo(two.port);
    await takesPart(ada, 'at the other front');

    const { serverId: leader } = await cluster.leader();
    await cluster.server(leader).end('SIGKILL');
    await takesPart(ada, 'the leader stops');
    await expectReadFrom(ada, cluster.others(leader));

    await cluster.server(leader).start();
    await takesPart(ada, 'the old leader returns');
    await expectReadFrom(ada, [0, 1, 2]);

    const { serverId: next } = await cluster.leader();
    const [follower = 0] = cluster.others(next);
    await cluster.server(follower).end('SIGKILL');
    await takesPart(ada, 'a follower stops');
    await expectReadFrom(ada, cluster.others(follower));

    await cluster.server(follower).start();
    await takesPart(ada, 'the follower returns');
    await expectReadFrom(ada, [0, 1, 2]);

    await Promise.all(cluster.servers.map((server) => server.end('SIGKILL')));
    await one.end('SIGKILL');
    await cluster.startAll();
    await takesPart(ada, 'everything was restarted');
    const posts = await postsSeenBy(ada);
    expect(posts.map(({ likes }) => likes)).to.deep.equal(Array<number>(7).fill(1));
  });

  /** Resolves once a round of reads is answered by exactly these servers, in strict turn. */
  async function expectReadFrom(browser: Browser, ids: readonly number[]): Promise<void> {
    await eventually(`reads from servers ${ids.join(', ')}`, 10_000, async () => {
      const readers: number[] = [];
      for (let i = 0; i < 2 * ids.length; i += 1) {
        const { status, headers } = await browser.get('/');
        expect(status).to.equal(200);
        readers.push(Number(headers.get('x-read-from')));
      }
      const isTurn = readers.every((id, i) => ids.includes(id) && id === readers[i % ids.length]);
      return isTurn && new Set(readers).size === ids.length ? true : undefined;
    });
  }

  it('go on while a server says nothing, the leader too', async () => {
    const cluster = await clusters.start(3);
    const front = await openFront(cluster);
    const ada = new Browser(front.port);
    await ada.signUp('Ada');
    const { serverId: leader } = await cluster.leader();
    cluster.server(leader).signal('SIGSTOP');
    const beganMs = performance.now();
    expect((await ada.get('/')).status).to.equal(200);
    expect(performance.now() - beganMs).to.be.below(2_000);
    await takesPart(ada, 'a leader that says nothing');
    await expectReadFrom(ada, cluster.others(leader));
    cluster.server(leader).signal('SIGCONT');
    await expectReadFrom(ada, [0, 1, 2]);
    expect(await postsSeenBy(ada)).to.have.length(1);
  });

  it('answer 503 without a majority, show what there is, and succeed with one', async () => {
    const cluster = await clusters.start(3);
    const front = await openFront(cluster);
    const ada = new Browser(front.port);
    await ada.signUp('Ada');
    await takesPart(ada, 'before');
    await cluster.agreement(waitMs);
    const { serverId: leader } = await cluster.leader();
    for (const id of cluster.others(leader)) await cluster.server(id).end('SIGKILL');
    const beganMs = performance.now();
    const failed = await ada.post('without a majority', 'example.org/without');
    expect(failed.status).to.equal(503);
    expect(performance.now() - beganMs).to.be.within(6_000, 12_000);
    expect(Number(failed.headers.get('retry-after'))).to.be.above(0);
    expect(failed.text).to.include('value="without a majority"');
    await eventually('a page that says it may be old', waitMs, async () => {
      const { status, text } = await ada.get('/');
      expect(status).to.equal(200);
      expect(text).to.include('before').and.include('<span id="username">Ada</span>');
      return text.includes('may be old') ? true : undefined;
    });
    const csrf = /name="csrf"\s+value="([^"]+)"/.exec(failed.text)?.[1] ?? '';
    const id = /name="id"\s+value="([^"]+)"/.exec(failed.text)?.[1] ?? '';
    for (const other of cluster.others(leader)) cluster.server(other).launch();
    const again = { csrf, id, title: 'without a majority', link: 'example.org/without' };
    expect((await ada.send('/post', again)).status).to.equal(303);
    const titles = (await postsSeenBy(ada)).map(({ title }) => title);
    expect(titles).to.deep.equal(['without a majority', 'before']);
  });

  it('start, and serve pages, while no server answers', async () => {
    const cluster = await clusters.create(3);
    const front = await openFront(cluster);
    const ada = new Browser(front.port);
    const { status, text } = await ada.get('/');
    expect([status, text.includes('No server answers right now')]).to.deep.equal([200, true]);
    expect((await ada.get('/signup')).status).to.equal(200);
    await cluster.startAll();
    await cluster.leader();
    expect((await ada.signUp('Ada')).status).to.equal(303);
    await takesPart(ada, 'now');
  });

  it('find a cluster that guards its inside, with its secret', async () => {
    const cluster = await clusters.create(1);
    const secretFile = join(cluster.folder, 'secret');
    await writeFile(secretFile, 'a-secret-of-the-cluster\n', { mode: 0o600 });
    for (const server of cluster.servers) server.launch('--secret-file', secretFile);
    await Promise.all(cluster.servers.map((server) => server.ready()));
    const stranger = new Browser((await openFront(cluster)).port);
    expect((await stranger.get('/')).text).to.include('No server answers right now');
    const front = await openFront(cluster, '--secret-file', secretFile, '--secure-cookies');
    const ada = new Browser(front.port);
    expect((await ada.signUp('Ada')).status).to.equal(303);
    expect(ada.setCookies.every((line) => line.endsWith('; Secure'))).to.equal(true);
    await takesPart(ada, 'with the secret');
  });
});

describe('a front of a cluster with TLS', () => {
  const clusters = useClusters();
  const openFront = useFronts();
  let certificates: Certificates;

  before(async function () {
    certificates = await Certificates.createOrSkip(this);
    await certificates.makeAuthority('ca');
    await certificates.make('server', 'ca');
  });

  after(async () => {
    await certificates.remove();
  });

  it('speaks it with the servers, and is a stranger without', async () => {
    const path = (name: string): string => certificates.path(name);
    const files = ['--tls-cert', path('server.pem'), '--tls-key', path('server.key')];
    const tls = [...files, '--tls-ca', path('ca.pem')];
    const cluster = await clusters.create(1);
    for (const server of cluster.servers) server.launch(...tls);
    await Promise.all(cluster.servers.map((server) => server.ready()));
    const stranger = new Browser((await openFront(cluster)).port);
    expect((await stranger.get('/')).text).to.include('No server answers right now');
    const ada = new Browser((await openFront(cluster, ...tls)).port);
    expect((await ada.signUp('Ada')).status).to.equal(303);
    await takesPart(ada, 'with certificates');
  });
});

describe('the command surfraft site', () => {
  const clusters = useClusters();
  const openFront = useFronts();

  it('ends with exit code 0 within 2 s, and logs no secret', async () => {
    const cluster = await clusters.create(3);
    const front = await openFront(cluster, '-d');
    const browser = new Browser(front.port);
    const csrf = await browser.csrf('/signup');
    const fields = { csrf, username: 'ada', password: 'the password of ada' };
    const waiting = browser.send('/signup', fields).catch(() => undefined);
    await eventually('the password to be worked on', waitMs, () =>
      front.log.includes('GET /signup 200') ? true : undefined,
    );
    const beganMs = performance.now();
    const { exitCode } = await front.end('SIGTERM');
    expect(exitCode).to.equal(0);
    expect(performance.now() - beganMs).to.be.below(2_000);
    await waiting;
    expect(front.log).to.match(/server 0 is left out until it answers again/);
    expect(front.log).to.not.include('the password');
  });

  it('refuses a wrong command line or configuration before a port is opened', async () => {
    const cluster = await clusters.create(1);
    const wrong = join(cluster.folder, 'wrong.txt');
    await writeFile(wrong, 'M: 2\nmetadata0: localhost:1\n');
    const good = cluster.configPath;
    const lines: readonly (readonly [readonly string[], RegExp])[] = [
      [[], /configuration is missing; expected surfraft site CONFIG/],
      [[wrong], /wrong\.txt:\d/],
      [[join(cluster.folder, 'none.txt')], /none\.txt:1: cannot be read/],
      [[good, '-p', '0'], /--port is "0"/],
      [[good, '-p', '80801'], /--port is "80801"/],
      [[good, '--secure-cookie'], /secure-cookies/],
      [[good, '--host', '127.0.0.1', '-l'], /--host/],
      [
        [good, '--secret-file', join(cluster.folder, 'none')],
        /--secret-file .*none cannot be read/,
      ],
      [[good, '--tls-cert', good], /TLS needs --tls-key and --tls-ca, too/],
    ];
    for (const [words, message] of lines) {
      const run = await execa(process.execPath, [program, 'site', ...words], { reject: false });
      expect([run.exitCode, run.stdout], words.join(' ')).to.deep.equal([2, '']);
      expect(run.stderr, words.join(' ')).to.match(message);
    }
  });

  it('says that its port is taken', async () => {
    const cluster = await clusters.create(1);
    const front = await openFront(cluster);
    const words = ['site', cluster.configPath, '-p', String(front.port), '-l'];
    const run = await execa(process.execPath, [program, ...words], { reject: false });
    expect([run.exitCode, run.stdout]).to.deep.equal([1, '']);
    expect(run.stderr).to.include('is in use by another process');
  });
});
