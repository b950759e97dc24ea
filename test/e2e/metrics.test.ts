/**
 * A real Prometheus watches a real cluster: all servers are scraped, the dashboard has something to
 * show in each panel, and the alarms keep still while all is well and fire when it is not.
 */
import { expect } from 'chai';
import { execa } from 'execa';
import { dashboardExpressions, metricsIn, readAlerts } from '../ops/read-ops.js';
import { eventually } from './support/eventually.js';
import { FailingWrites } from './support/failing-writes.js';
import { pend } from './support/pend.js';
import { PrometheusUnderTest } from './support/prometheus-under-test.js';
import { host, type TestCluster } from './support/test-cluster.js';
import { FreezableDisk } from './support/test-disk.js';
import { useClusters } from './support/use-clusters.js';
import { Workload } from './support/workload.js';

/** Of Prometheus, from a change to the scrape and the evaluation that see it; a busy machine. */
const seenMsMax = 30_000;

describe('Prometheus beside a cluster', function () {
  this.timeout(120_000);
  const clusters = useClusters();
  let prometheus: PrometheusUnderTest | undefined;

  before(async function () {
    const refusal = await PrometheusUnderTest.refusal();
    if (refusal !== undefined) pend(this, `no Prometheus here (Debian: prometheus): ${refusal}`);
  });

  afterEach(async () => {
    await prometheus?.end();
    prometheus = undefined;
  });

  async function watched(): Promise<[TestCluster, PrometheusUnderTest]> {
    const cluster = await clusters.start(3);
    return [cluster, await watch(cluster)];
  }

  async function watch(cluster: TestCluster): Promise<PrometheusUnderTest> {
    prometheus = await PrometheusUnderTest.start(cluster);
    const watching = prometheus;
    await eventually('every server to be scraped', seenMsMax, async () => {
      const targets = await watching.targets();
      const up = targets.filter(({ health }) => health === 'up');
      return up.length === cluster.servers.length || undefined;
    });
    return watching;
  }

  it('scrapes every server, fills every panel, and raises no alarm while all is well', async () => {
    const [cluster, watching] = await watched();
    const workload = new Workload(cluster);
    await workload.progress(50);
    const empty = new Map<string, string>(dashboardExpressions('surfraft'));
    await eventually('something to show in each panel', seenMsMax, async () => {
      for (const [title, expression] of empty) {
        const samples = await watching.query(expression);
        if (samples.length > 0) empty.delete(title);
      }
      return empty.size === 0 || undefined;
    }).catch((error: unknown) => {
      throw new Error(`nothing in ${[...empty].join('\n')}`, { cause: error });
    });
    await expectMeasured(watching);
    const names = await watching.metricNames();
    for (const { alert, expr } of readAlerts()) {
      const samples = await watching.query(expr);
      // A machine that is shared by tests may pause; that is for others to see.
      if (!isOfMachine(alert)) expect(samples, alert).to.deep.equal([]);
      const asked = metricsIn(expr).filter((name) => !/_(gateway|site)_/.test(name));
      for (const name of asked) expect(names, `${alert} asks for ${name}`).to.include(name);
    }
    expect((await watching.alerts()).filter((name) => !isOfMachine(name))).to.deep.equal([]);
    await workload.endAndCheck();
  });

  it('raises the alarms of a server that is down, and of a cluster without a leader', async () => {
    const [cluster, watching] = await watched();
    const { serverId } = await cluster.leader();
    const [first = 0, last = 0] = cluster.others(serverId);
    await cluster.server(first).end('SIGKILL');
    const down = await watching.firing('SurfraftServerDown', seenMsMax);
    expect(down.labels['instance']).to.equal(`${host}:${cluster.server(first).port}`);
    expect(down.annotations['summary']).to.include(`${host}:${cluster.server(first).port}`);
    expect(await watching.alerts()).to.not.include('SurfraftNoLeader');
    await cluster.server(serverId).end('SIGKILL');
    for (const name of [
      'SurfraftNoLeader',
      'SurfraftMajorityDown',
      'SurfraftServerWithoutLeader',
    ]) {
      expect((await watching.firing(name, seenMsMax)).labels['job'], name).to.equal('surfraft');
    }
    await cluster.startAll();
    await eventually('the alarms to end', seenMsMax, async () => {
      const names = await watching.alerts();
      return !names.some((name) => !isOfMachine(name)) || undefined;
    });
    expect((await cluster.status(last))?.leaderId).to.be.at.least(0);
  });

  it('raises the alarm of a disk that refuses writes', async function () {
    const refusal = await FailingWrites.refusal();
    if (refusal !== undefined) pend(this, `no write can be made to fail here: ${refusal}`);
    const [cluster, watching] = await watched();
    const { serverId } = await cluster.leader();
    const workload = new Workload(cluster);
    await workload.progress(5);
    const failing = await FailingWrites.begin(cluster.server(serverId).pid);
    try {
      const alert = await watching.firing('SurfraftDiskFailed', seenMsMax);
      expect(alert.labels['instance']).to.equal(`${host}:${cluster.server(serverId).port}`);
      expect(await watching.query('surfraft_disk_errors_total > 0')).to.have.lengthOf(1);
    } finally {
      await failing.end();
    }
    await eventually('the alarm to end', seenMsMax, async () =>
      (await watching.alerts()).includes('SurfraftDiskFailed') ? undefined : true,
    );
    await workload.endAndCheck();
  });

  it('is answered by a server whose disk hangs, and raises the alarm', async function () {
    const refusal = await FreezableDisk.refusal();
    if (refusal !== undefined) pend(this, `no disk can be frozen here: ${refusal}`);
    const cluster = await clusters.create(3);
    const disk = cluster.own(await FreezableDisk.mount(cluster.dataFolder(0)));
    await cluster.startAll();
    await cluster.leader();
    const watching = await watch(cluster);
    const workload = new Workload(cluster);
    await workload.progress(5);
    await disk.freeze();
    const alert = await watching.firing('SurfraftDiskSilent', seenMsMax);
    expect(alert.labels['instance']).to.equal(`${host}:${cluster.server(0).port}`);
    expect(await watching.alerts()).to.not.include('SurfraftServerDown');
    await disk.heal();
    await eventually('the alarm to end', seenMsMax, async () =>
      (await watching.alerts()).includes('SurfraftDiskSilent') ? undefined : true,
    );
    await workload.endAndCheck();
  });

  it('finds nothing to complain of in the text that a server gives', async () => {
    const [cluster] = await watched();
    const response = await fetch(`http://${host}:${cluster.server(0).port}/metrics`);
    // What the library tells of the process has names of its own.
    const lines = (await response.text()).split('\n').filter((line) => /surfraft_/.test(line));
    const input = `${lines.join('\n')}\n`;
    const { stderr } = await execa('promtool', ['check', 'metrics'], { input });
    expect(stderr).to.equal('');
  });
});

/** What lies on the way of an update was really measured: a histogram of nothing is shown, too. */
async function expectMeasured(watching: PrometheusUnderTest): Promise<void> {
  const wanted: readonly (readonly [metric: string, servers: number])[] = [
    ['surfraft_disk_wal_fsync_duration_seconds_count', 3],
    ['surfraft_disk_sync_duration_seconds_count', 3],
    ['surfraft_disk_wal_write_bytes_total', 3],
    ['surfraft_disk_used_bytes{kind="log"}', 3],
    ['surfraft_disk_room_bytes{kind="free"}', 3],
    ['surfraft_server_apply_duration_seconds_count', 3],
    ['surfraft_server_commit_duration_seconds_count', 1],
    ['surfraft_rpc_update_duration_seconds_count', 1],
    ['sum by (instance) (surfraft_network_peer_round_trip_time_seconds_count)', 1],
    ['sum by (instance) (surfraft_network_peer_append_duration_seconds_count)', 1],
  ];
  for (const [metric, servers] of wanted) {
    await eventually(`${metric} of ${servers}`, seenMsMax, async () => {
      const samples = await watching.query(`${metric} > 0`);
      return samples.length >= servers || undefined;
    });
  }
}

/** Pauses and late heartbeats are the machine's, not the cluster's; and it may be short of room. */
function isOfMachine(alert: string): boolean {
  return /^Surfraft(Pauses|HeartbeatsLate|DiskAlmostFull|DiskSlow|PeersSlow)$/.test(alert);
}
