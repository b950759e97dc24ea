/**
 * What a server measures of its disk, its peers, its commits and snapshots, and that docs/api.md
 * lists all of it.
 */
import { expect } from 'chai';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asLogIndex, asServerId, asTerm } from '../../src/base/ids.js';
import { FolderUsage } from '../../src/io/folder-usage.js';
import { RealDisk } from '../../src/io/real-disk.js';
import type { PeerMessage } from '../../src/replica/peer-transport.js';
import { eventually } from '../e2e/support/eventually.js';
import { namesOfEtcd, parseMetrics, renderMetricDocs } from './render-metric-docs.js';
import { expectSection } from './support/docs-section.js';
import { ServedReplica } from './support/served-replica.js';

const begin = '<!-- metrics: made from what is served -->\n\n';
const end = '\n\n<!-- end of metrics -->';
const room = { logBytes: 7, snapshotBytes: 5, otherBytes: 3, freeBytes: 60, totalBytes: 90 };

describe('the metrics', () => {
  let served: ServedReplica;

  beforeEach(async () => {
    served = await ServedReplica.start();
  });

  afterEach(() => served.close());

  async function lines(): Promise<readonly string[]> {
    return (await served.metrics.text()).split('\n');
  }

  it('are listed in docs/api.md, each of them and no others', async () => {
    const { metrics } = served;
    await served.value('updatefile', 'f', 1, []);
    metrics.peers.watch(asServerId(1), 50);
    metrics.disk.watchRoom(() => room);
    const all = parseMetrics(await metrics.text());
    for (const { name, kind } of all)
      expect(kind, name).to.be.oneOf(['counter', 'gauge', 'histogram']);
    expect(all.map(({ name }) => name)).to.include.members(namesOfEtcd);
    const section = renderMetricDocs(all);
    expectSection(begin, end, section);
  });

  it('let everything else have its turn while they are written', async () => {
    let turns = 0;
    const count = (): void => {
      turns += 1;
      counting = setImmediate(count);
    };
    let counting = setImmediate(count);
    const text = await served.metrics.text();
    clearImmediate(counting);
    expect(turns).to.be.at.least(parseMetrics(text).length / 2);
  });

  it('time a batch from the log to its commit, one at a time', async () => {
    const { replica } = served.metrics;
    const count = 'surfraft_server_commit_duration_seconds_count';
    replica.committed(asLogIndex(4));
    expect(await lines()).to.include(`${count} 0`);
    replica.proposed(asLogIndex(7));
    replica.proposed(asLogIndex(9));
    replica.committed(asLogIndex(6));
    expect(await lines()).to.include(`${count} 0`);
    replica.committed(asLogIndex(8));
    replica.committed(asLogIndex(9));
    expect(await lines()).to.include(`${count} 1`);
  });

  it('forget the batch of a leader that was deposed', async () => {
    const { metrics } = served;
    metrics.replica.proposed(asLogIndex(7));
    const leaderId = asServerId(1);
    const note = { type: 'becameFollower', term: asTerm(4), leaderId, reason: 'it leads' } as const;
    metrics.observe({ type: 'raft', note });
    metrics.replica.committed(asLogIndex(7));
    expect(await lines()).to.include('surfraft_server_commit_duration_seconds_count 0');
  });

  it('count slow turns of applying, and time snapshots by their way', async () => {
    const { metrics } = served;
    for (const ms of [1, 100, 101, 5_000]) metrics.replica.applied(ms);
    const position = { index: asLogIndex(9), term: asTerm(2) };
    const to = asServerId(1);
    metrics.replica.snapshotTaken(40);
    metrics.observe({ type: 'snapshotSent', to, index: position.index });
    metrics.observe({ type: 'snapshotSending', to, position, imageBytes: 1 });
    metrics.observe({ type: 'snapshotSent', to, index: position.index });
    metrics.observe({ type: 'snapshotReceiving', from: to, position, imageBytes: 1 });
    metrics.observe({ type: 'raft', note: { type: 'snapshotInstalled', position } });
    const name = 'surfraft_snapshot_duration_seconds';
    expect(await lines()).to.include.members([
      'surfraft_server_slow_apply_total 2',
      'surfraft_server_apply_duration_seconds_count 4',
      `${name}_bucket{le="0.05",way="take"} 1`,
      `${name}_sum{way="take"} 0.04`,
      `${name}_count{way="receive"} 1`,
      // Of the first one nobody knows when it began.
      `${name}_count{way="send"} 1`,
    ]);
  });

  it('tell what goes to each peer, heartbeats apart from entries', async () => {
    const meter = served.metrics.peers.watch(asServerId(2), 50);
    const heartbeat = append(0);
    const sentMs = meter.sending(heartbeat, 100);
    meter.sending(append(3), 200);
    meter.answered(heartbeat, sentMs);
    meter.answered(append(3), sentMs);
    meter.sending(heartbeat, 100);
    meter.failed();
    meter.sending(heartbeat, 100);
    expect(await lines()).to.include.members([
      'surfraft_network_peer_sent_total{peer="2"} 4',
      'surfraft_network_peer_sent_bytes_total{peer="2"} 500',
      'surfraft_network_peer_sent_failures_total{peer="2"} 1',
      'surfraft_network_peer_calls_pending{peer="2"} 1',
      'surfraft_network_peer_round_trip_time_seconds_count{peer="2"} 1',
      'surfraft_network_peer_append_duration_seconds_count{peer="2"} 1',
      'surfraft_server_heartbeat_send_failures_total{peer="2"} 0',
    ]);
  });

  it('do not time what only tells a commit: its answer may be kept back', async () => {
    const meter = served.metrics.peers.watch(asServerId(3), 50);
    const push = { ...append(0), leaderCommit: asLogIndex(4) };
    meter.answered(push, meter.sending(push, 100));
    meter.answered(push, meter.sending(push, 100));
    expect(await lines()).to.include(
      'surfraft_network_peer_round_trip_time_seconds_count{peer="3"} 1',
    );
  });

  it('count a heartbeat as late only within one term', () => {
    const meter = served.metrics.peers.watch(asServerId(2), 0);
    const later = performance.now() + 2;
    meter.sending(append(0, 5), 1);
    while (performance.now() < later);
    meter.sending(append(0, 6), 1);
    expect(meter.lateHeartbeats).to.equal(0);
    while (performance.now() < later + 2);
    meter.sending(append(0, 6), 1);
    expect(meter.lateHeartbeats).to.equal(1);
  });

  it('count as failed what callers could not use, and no mistakes of theirs', async () => {
    await served.value('updatefile', 'f', 1, []);
    await served.fault('updatefile', 1);
    served.replica.crash();
    await served.fault('updatefile', 'f', 2, []);
    await served.fault('getfileinfomap');
    expect(await lines()).to.include.members([
      'surfraft_server_proposals_failed_total 1',
      'surfraft_server_read_indexes_failed_total 1',
    ]);
  });

  describe('of a disk', () => {
    let folder: string;

    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'surfraft-metrics-'));
    });

    afterEach(() => rm(folder, { recursive: true }));

    it('time frames of the log apart from other files, and count errors', async () => {
      const disk = new RealDisk(folder, served.metrics.disk);
      const file = await disk.create('a');
      await file.append([new Uint8Array(5)]);
      await file.sync();
      await file.appendDurably(new Uint8Array(7));
      await file.close();
      const full = await new RealDisk('/dev', served.metrics.disk).create('full');
      const refusals = await Promise.allSettled([
        full.appendDurably(new Uint8Array(7)),
        full.append([new Uint8Array(7)]),
      ]);
      await full.close();
      expect(refusals.map(({ status }) => status)).to.deep.equal(['rejected', 'rejected']);
      expect(await lines()).to.include.members([
        'surfraft_disk_wal_fsync_duration_seconds_count 1',
        'surfraft_disk_wal_write_bytes_total 7',
        'surfraft_disk_sync_duration_seconds_count 1',
        'surfraft_disk_errors_total 2',
      ]);
    });

    it('tell the room as it was at the last look, and nothing before', async () => {
      served.metrics.disk.watchRoom(() => undefined);
      const text = (await lines()).join('\n');
      expect(text).to.not.match(/^surfraft_disk_(used|room)_bytes/m);
      await writeFile(join(folder, 'log-0000000000000001.seg'), 'x'.repeat(100));
      await writeFile(join(folder, 'snapshot-0000000000000001.snap'), 'x'.repeat(20));
      await writeFile(join(folder, 'hard-state'), 'x'.repeat(3));
      const usage = new FolderUsage(folder);
      expect(usage.look()).to.equal(undefined);
      const used = await eventually('a look at the folder', 5_000, () => usage.look());
      expect(used).to.include({ logBytes: 100, snapshotBytes: 20, otherBytes: 3 });
      expect(used.freeBytes).to.be.within(1, used.totalBytes);
      const gone = new FolderUsage(join(folder, 'missing'));
      expect(gone.look()).to.equal(undefined);
    });
  });
});

function append(entries: number, term = 5): PeerMessage {
  const payload = new Uint8Array(1);
  return {
    type: 'appendEntries',
    term: asTerm(term),
    leaderId: asServerId(0),
    prevLogIndex: asLogIndex(0),
    prevLogTerm: asTerm(0),
    entries: Array.from({ length: entries }, (_, at) => ({
      ...({ kind: 'command', index: asLogIndex(at + 1), term: asTerm(term), payload } as const),
    })),
    leaderCommit: asLogIndex(0),
    round: 0,
    majorityLost: false,
  };
}
