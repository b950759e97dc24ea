/**
 * The site on a cluster of real processes: what was confirmed is there on every server, whoever
 * dies, whatever is restarted, and in whichever way a server comes by the state.
 */
import { expect } from 'chai';
import { rm } from 'node:fs/promises';
import { ClusterClient } from '../../src/client/cluster-client.js';
import { SiteServer } from '../../src/client/site-server.js';
import type { SiteCommand, SiteResult } from '../../src/site/site-command.js';
import type { AnswerTo, SiteQuery } from '../../src/site/site-query.js';
import * as words from '../site/site-words.js';
import { eventually } from './support/eventually.js';
import { host, type TestCluster } from './support/test-cluster.js';
import { useClusters } from './support/use-clusters.js';

const queries = [
  { type: 'counts' },
  { type: 'posts', order: 'new', page: 1, tokenHash: words.tokenHash(1) },
  { type: 'posts', order: 'top', page: 1 },
  { type: 'posts', order: 'hot', page: 1 },
  { type: 'post', id: words.postId(1), page: 1 },
  { type: 'user', name: 'user-1', page: 1 },
] as const satisfies readonly SiteQuery[];

class Visitor {
  readonly client: ClusterClient;
  readonly servers: readonly SiteServer[];
  /** The index at which the state holds all that this one did. */
  index = 0;

  constructor(cluster: TestCluster) {
    const endpoints = cluster.servers.map(({ id, port }) => ({ id, host, port }));
    this.client = new ClusterClient(endpoints, { silenceMs: 300 });
    this.servers = endpoints.map((endpoint) => new SiteServer(endpoint));
  }

  async does(...commands: readonly SiteCommand[]): Promise<readonly SiteResult[]> {
    const results: SiteResult[] = [];
    for (const command of commands) {
      const { result, index } = await this.client.updateSite(command);
      this.index = index;
      results.push(result);
    }
    return results;
  }

  /** What a server answers once it has applied what this one did. */
  async reads<Query extends SiteQuery>(id: number, query: Query): Promise<AnswerTo<Query>> {
    return eventually(`server ${id} to have applied ${this.index}`, 10_000, async () => {
      const reading = await this.servers[id]?.read(query, this.index, 2_000).catch(() => undefined);
      return reading?.answer ?? undefined;
    });
  }

  async readsAll(id: number): Promise<readonly unknown[]> {
    return Promise.all(queries.map((query) => this.reads(id, query)));
  }

  close(): void {
    this.client.close();
    for (const server of this.servers) server.close();
  }
}

const story: readonly SiteCommand[] = [
  ...[words.signUp(1), words.signUp(2), words.logIn(1, 3)],
  ...[words.post(1, 1), words.post(2, 2), words.post(3, 3)],
  ...[words.like(1, 2), words.like(2, 2), words.like(2, 1), words.like(2, 1, false)],
  ...[words.comment(2, 1, 1), words.comment(1, 2, 1)],
];

const counts = { users: 2, sessions: 3, posts: 3, likes: 2, comments: 2 };

describe('the site on a cluster', () => {
  const clusters = useClusters();
  let visitor: Visitor | undefined;

  afterEach(() => {
    visitor?.close();
  });

  it('keeps what it confirmed when the leader dies, and when all are started again', async () => {
    const cluster = await clusters.start(3);
    visitor = new Visitor(cluster);
    const results = await visitor.does(...story);
    expect(results.filter(({ kind }) => kind !== 'done' && kind !== 'liked')).to.deep.equal([]);
    const before = await visitor.readsAll(0);
    expect(before[0]).to.deep.equal({ type: 'counts', counts });
    for (const id of [1, 2]) expect(await visitor.readsAll(id)).to.deep.equal(before);

    const leader = await cluster.leader();
    await cluster.server(leader.serverId).end('SIGKILL');
    // All of it again, as a front sends what it has no answer to.
    const kinds = (await visitor.does(...story)).map(({ kind }) => kind);
    expect(kinds).to.deep.equal(results.map(({ kind }) => kind));
    const [survivor = 0] = cluster.others(leader.serverId);
    expect(await visitor.reads(survivor, { type: 'counts' })).to.deep.equal(before[0]);

    await Promise.all(
      cluster.others(leader.serverId).map((id) => cluster.server(id).end('SIGKILL')),
    );
    await cluster.startAll();
    const { viewer } = await visitor.reads(leader.serverId, {
      type: 'viewer',
      tokenHash: words.tokenHash(3),
    });
    expect(viewer).to.equal('user-1');
    for (const id of [0, 1, 2]) {
      expect(await visitor.reads(id, { type: 'counts' })).to.deep.equal(before[0]);
    }
  });

  it('is in the snapshot from which an empty server is filled', async function () {
    this.timeout(90_000);
    const cluster = await clusters.start(3);
    visitor = new Visitor(cluster);
    await visitor.does(...story);
    const leader = await cluster.leader();
    const [gone = 0, other = 0] = cluster.others(leader.serverId);
    await cluster.server(gone).end('SIGKILL');
    await rm(cluster.dataFolder(gone), { recursive: true });
    // Long enough for a snapshot, and too much for the tail of the log behind it.
    const hashlist = Array.from({ length: 30 }, () => 'h'.repeat(100_000));
    for (let version = 1; version <= 6; version += 1) {
      expect(await visitor.client.updateFile('long', version, hashlist)).to.equal(true);
    }
    await eventually('a snapshot', 20_000, async () => {
      const status = await cluster.status(leader.serverId);
      return status !== undefined && status.firstLogIndex > story.length + 1 ? status : undefined;
    });
    await cluster.startAll();
    await eventually('the empty server to be filled', 30_000, async () => {
      const status = await cluster.status(gone);
      return status?.standing === 'member' && status.snapshotIndex > 0 ? status : undefined;
    });
    const expected = await visitor.readsAll(other);
    expect(expected[0]).to.deep.equal({ type: 'counts', counts });
    expect(await visitor.readsAll(gone)).to.deep.equal(expected);

    await visitor.does(words.post(1, 4), words.like(2, 3));
    const all = await visitor.readsAll(leader.serverId);
    for (const id of [gone, other]) expect(await visitor.readsAll(id)).to.deep.equal(all);
  });
});
