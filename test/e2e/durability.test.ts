/**
 * What was acknowledged stays, whoever is killed. Clients update a few files at the same time and
 * read them, servers die by SIGKILL in the midst of it, and at the end the whole history must fit
 * the log: nothing acknowledged is lost, no version skipped, none given twice, no read stale.
 */
import { expect } from 'chai';
import { must } from '../../src/base/assert.js';
import { createRandom } from '../../src/io/seeded-random.js';
import { checkHistory } from '../sim/checkers/check-history.js';
import { History } from '../sim/history.js';
import { eventually } from './support/eventually.js';
import { HistoryClient } from './support/history-client.js';
import { Killer } from './support/killer.js';
import { readMemory } from './support/read-log.js';
import type { TestCluster } from './support/test-cluster.js';
import { useClusters } from './support/use-clusters.js';

const clientCount = 6;
const names = ['a', 'b', 'ü 𝄞', '__proto__'];
const updatesWanted = 200;
const updatesPerStrike = 20;
/** Elections sooner than usual: the test is over sooner, and there are more of them. */
const fastElections = ['--election-timeout', '150-300', '--heartbeat', '40'];

describe('200 acknowledged updates survive SIGKILL', () => {
  const clusters = useClusters();

  for (const size of [1, 3, 5]) {
    it(`in a cluster of ${size}, killed at random and all at once`, async () => {
      const cluster = await clusters.start(size, ...fastElections);
      const killer = new Killer(cluster.servers, createRandom(`kill ${size}`));
      const history = new History();
      await updateUnderFire(cluster, killer, history);
      expect(killer.blackouts).to.be.above(0);
      await expectAllThere(cluster, history);
    });
  }

  it('in a cluster of 3, all killed at once in the midst of 100 calls', async () => {
    const cluster = await clusters.start(3, ...fastElections);
    const { serverId } = await cluster.leader();
    const calls = Array.from({ length: 100 }, (_, i) =>
      cluster.call(serverId, 'updatefile', [`f${i}`, 1, [`h${i}`]]),
    );
    await Promise.race(calls);
    await Promise.all(cluster.servers.map((server) => server.end('SIGKILL')));
    const answers = await Promise.all(calls);
    await cluster.startAll();
    const leader = await cluster.leader();
    const files = await cluster.value(leader.serverId, 'getfileinfomap');
    answers.forEach((answer, i) => {
      if (answer.kind !== 'value') return;
      expect(answer.value).to.equal(true);
      expect((files as ReadonlyMap<string, unknown>).get(`f${i}`)).to.deep.equal([1, [`h${i}`]]);
    });
    expect(answers.filter(({ kind }) => kind === 'value')).not.to.be.empty;
  });
});

/**
 * Clients at work, and a strike after each few acknowledgements. The clients go on while servers
 * die, but not so far ahead that they would be done before the last strike.
 */
async function updateUnderFire(
  cluster: TestCluster,
  killer: Killer,
  history: History,
): Promise<void> {
  let acknowledged = 0;
  let allowed = updatesPerStrike;
  const work = async (client: HistoryClient, first: number): Promise<void> => {
    for (let turn = first; acknowledged < updatesWanted; turn += 1) {
      await eventually('the next strike', 60_000, () => acknowledged < allowed || undefined);
      const name = must(names[turn % names.length], 'a name');
      const { version } = await client.read(name);
      if (await client.update(name, version + 1)) acknowledged += 1;
    }
  };
  const clients = Array.from({ length: clientCount }, (_, i) =>
    work(new HistoryClient(cluster, history, `client ${i}`), i),
  );
  const working = Promise.all(clients);
  let failure: Error | undefined;
  working.catch((error: unknown) => (failure = error as Error));
  while (allowed <= updatesWanted) {
    const wanted = allowed - killer.draw(0, updatesPerStrike / 2);
    await eventually('updates to be acknowledged', 10_000, () => {
      if (failure !== undefined) throw failure;
      return acknowledged >= wanted ? true : undefined;
    });
    allowed += updatesPerStrike;
    await killer.strike();
  }
  await working;
}

/** Every server holds the same, all of it, and it fits what the clients were told. */
async function expectAllThere(cluster: TestCluster, history: History): Promise<void> {
  await cluster.startAll();
  const { serverId } = await cluster.leader();
  const survivor = new HistoryClient(cluster, history, 'survivor');
  for (const name of names) await survivor.read(name);
  await eventually('every server to have applied the whole log', 5_000, async () => {
    const statuses = await cluster.statuses();
    const last = statuses.find((status) => status.serverId === serverId)?.lastLogIndex;
    return statuses.every((status) => status.lastApplied === last) || undefined;
  });
  const { log, files } = await readMemory(cluster, serverId);
  checkHistory(history.calls, log);
  for (const id of cluster.others(serverId)) {
    expect(await readMemory(cluster, id), `server ${id}`).to.deep.equal({ log, files });
  }
}
