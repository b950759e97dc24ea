/**
 * What can be got over plain HTTP: state, health, metrics, page.
 */
import { expect } from 'chai';
import { asLogIndex, asServerId, asTerm } from '../../src/base/ids.js';
import { ServedReplica } from './support/served-replica.js';

describe('plain HTTP', () => {
  let served: ServedReplica;

  beforeEach(async () => {
    served = await ServedReplica.start();
  });

  afterEach(() => served.close());

  async function get(path: string, method = 'GET'): Promise<{ status: number; body: string }> {
    const response = await fetch(served.url(path), { method });
    return { status: response.status, body: await response.text() };
  }

  it('gives the state as JSON, without log and map', async () => {
    await served.value('updatefile', 'f', 1, []);
    const response = await fetch(served.url('/status?x'));
    expect(response.headers.get('content-type')).to.equal('application/json');
    const state = (await response.json()) as Record<string, unknown>;
    expect(state).to.include({
      serverId: 0,
      status: 'leader',
      isLeader: true,
      term: 3,
      leaderId: 0,
      commitIndex: 1,
      lastApplied: 1,
      firstLogIndex: 1,
      lastLogIndex: 1,
      standing: 'member',
      durableIndex: 1,
      snapshotIndex: 0,
      storageError: null,
      diskSilentMs: 0,
      stateMismatch: null,
      files: 1,
      version: '1.2.3',
      unreachableDirection: 'both',
      clockMs: 1,
      configDigest: 'c0ffee',
      dataSinceMs: 7,
      format: 3,
      formatInUse: 2,
    });
    expect(state['peers']).to.deep.equal(
      [0, 1, 2].map((id) => ({ id, address: `localhost:${9501 + id}` })),
    );
    expect(state).to.not.have.any.keys('log', 'metaMap');
  });

  it('tells since when each peer is silent, and why', async () => {
    const [one, two] = [asServerId(1), asServerId(2)];
    served.replica.contacts = [
      { serverId: one, answeredMs: 40, heardMs: undefined, failure: undefined },
      { serverId: two, answeredMs: undefined, heardMs: 2_500, failure: 'connect ECONNREFUSED' },
    ];
    served.replica.setUnreachable([two], 'send');
    const state = JSON.parse((await get('/status')).body) as Record<string, unknown>;
    expect(state['links']).to.deep.equal([
      { id: 1, answeredMs: 40, heardMs: null, failure: null },
      { id: 2, answeredMs: null, heardMs: 2_500, failure: 'connect ECONNREFUSED' },
    ]);
    expect(state).to.deep.include({ unreachable: [2], unreachableDirection: 'send' });
  });

  it('is alive, also while crashed, until its disk fails or falls silent', async () => {
    const { replica } = served;
    expect(await get('/livez')).to.deep.equal({ status: 200, body: 'ok\n' });
    replica.crash();
    expect(await get('/livez')).to.deep.equal({ status: 200, body: 'ok\n' });
    replica.restore();
    replica.diskSilentMs = 10_000;
    expect(await get('/livez')).to.deep.equal({ status: 200, body: 'ok\n' });
    replica.diskSilentMs = 12_340;
    expect(await get('/livez')).to.deep.equal({
      status: 503,
      body: 'storage: the disk has not answered for 12.3 s\n',
    });
    replica.storageError = 'write: no space\nleft';
    expect(await get('/livez')).to.deep.equal({
      status: 503,
      body: 'storage: write: no space left\n',
    });
    expect((await get('/status')).status).to.equal(200);
    replica.storageError = undefined;
    replica.diskSilentMs = 0;
    expect((await get('/livez')).status).to.equal(200);
  });

  it('is not ready while its disk is silent or it does not count, and says why', async () => {
    const { replica } = served;
    replica.diskSilentMs = 1_000;
    expect((await get('/readyz')).status).to.equal(200);
    replica.diskSilentMs = 1_001;
    expect(await get('/readyz')).to.deep.equal({
      status: 503,
      body: 'not ready: storage: the disk has not answered for 1.0 s\n',
    });
    replica.diskSilentMs = 0;
    replica.standing = 'founding';
    expect((await get('/readyz')).status).to.equal(200);
    replica.standing = 'joining';
    expect(await get('/readyz')).to.deep.equal({
      status: 503,
      body: 'not ready: joining: waits until a majority of the servers has come to know it\n',
    });
    replica.standing = 'refilling';
    const { status, body } = await get('/readyz');
    expect(status).to.equal(503);
    expect(body).to.match(/^not ready: refilling: waits until every other server has answered/);
    expect((await get('/livez')).status).to.equal(200);
  });

  it('tells everywhere that its state differs from that of others', async () => {
    expect((await get('/metrics')).body).to.include('\nsurfraft_server_state_mismatch 0\n');
    expect((await get('/')).body).to.include('no difference found');
    served.replica.stateMismatch = { index: asLogIndex(7), servers: [asServerId(2)] };
    const state = JSON.parse((await get('/status')).body) as Record<string, unknown>;
    expect(state['stateMismatch']).to.deep.equal({ index: 7, servers: [2] });
    expect((await get('/metrics')).body).to.include('\nsurfraft_server_state_mismatch 1\n');
    expect((await get('/')).body).to.include('differs at index 7 from server 2');
  });

  it('is ready while it leads or knows the leader, and else says why it is not', async () => {
    const { replica } = served;
    expect(await get('/readyz')).to.deep.equal({ status: 200, body: 'ok\n' });
    replica.role = 'follower';
    expect((await get('/readyz')).status).to.equal(200);
    replica.leaderId = undefined;
    expect(await get('/readyz')).to.deep.equal({
      status: 503,
      body: 'not ready: no leader is known\n',
    });
    replica.leaderId = asServerId(1);
    replica.storageError = 'disk full';
    expect((await get('/readyz')).body).to.equal('not ready: storage: disk full\n');
    replica.crash();
    expect(await get('/readyz')).to.deep.equal({
      status: 503,
      body: 'not ready: crashed by the crash switch\n',
    });
  });

  it('answers HEAD like GET, without the body', async () => {
    for (const path of ['/', '/status', '/livez', '/readyz', '/metrics']) {
      const head = await fetch(served.url(path), { method: 'HEAD' });
      expect(head.status, path).to.equal(200);
      expect(Number(head.headers.get('content-length')), path).to.be.above(0);
      expect(await head.text(), path).to.equal('');
    }
  });

  it('counts calls by method and outcome, and times updates and reads', async () => {
    await served.value('updatefile', 'f', 1, []);
    await served.value('ping');
    await served.value('PING');
    await served.fault('ping', 1);
    await served.fault('no-such-method');
    await served.value('getfileinfomap');
    const { body } = await get('/metrics');
    const lines = body.split('\n');
    expect(lines).to.include.members([
      'surfraft_rpc_calls_total{method="ping",outcome="ok"} 2',
      'surfraft_rpc_calls_total{method="ping",outcome="-32602"} 1',
      'surfraft_rpc_calls_total{method="unknown",outcome="unknown"} 1',
      'surfraft_rpc_calls_total{method="updatefile",outcome="ok"} 1',
      'surfraft_rpc_update_duration_seconds_count 1',
      'surfraft_rpc_read_duration_seconds_count 1',
    ]);
    const again = (await get('/metrics')).body.split('\n');
    expect(again).to.include('surfraft_rpc_calls_total{method="ping",outcome="ok"} 2');
  });

  it('shows role, term, indexes and leader changes to Prometheus', async () => {
    const note = { type: 'becameLeader', term: asTerm(3), votes: [] } as const;
    served.metrics.observe({ type: 'raft', note });
    served.metrics.observe({ type: 'raft', note });
    const position = { index: asLogIndex(9), term: asTerm(2) };
    served.metrics.observe({ type: 'raft', note: { type: 'snapshotInstalled', position } });
    const to = asServerId(1);
    served.metrics.observe({ type: 'snapshotTaken', position, imageBytes: 7 });
    served.metrics.observe({ type: 'snapshotFailed', reason: 'disk full' });
    served.metrics.observe({ type: 'snapshotSent', to, index: position.index });
    served.metrics.observe({ type: 'snapshotSendFailed', to, reason: 'no answer' });
    served.replica.standing = 'refilling';
    served.replica.diskSilentMs = 1_500;
    const { body } = await get('/metrics');
    const lines = body.split('\n');
    expect(lines).to.include.members([
      'surfraft_server_standing{standing="member"} 0',
      'surfraft_server_standing{standing="refilling"} 1',
      'surfraft_server_disk_silent_seconds 1.5',
      'surfraft_raft_snapshot_index 0',
      'surfraft_raft_log_entries 0',
      'surfraft_snapshots_total{outcome="installed"} 1',
      'surfraft_snapshots_total{outcome="taken"} 1',
      'surfraft_snapshots_total{outcome="takeFailed"} 1',
      'surfraft_snapshots_total{outcome="sent"} 1',
      'surfraft_snapshots_total{outcome="sendFailed"} 1',
      'surfraft_snapshots_total{outcome="refused"} 0',
      'surfraft_server_storage_returns_total 0',
      'surfraft_server_role{role="leader"} 1',
      'surfraft_server_role{role="follower"} 0',
      'surfraft_server_has_leader 1',
      'surfraft_raft_term 3',
      'surfraft_raft_commit_index 0',
      'surfraft_server_leader_changes_seen_total 1',
      'surfraft_server_calls_pending{kind="update"} 0',
      'surfraft_peer_match_index{peer="1"} 0',
      'surfraft_rpc_connections 1',
    ]);
    for (const line of lines) {
      expect(line).to.match(/^$|^# (HELP|TYPE) |^[a-z_]+(\{[^}]*\})? -?[\d.e+-]+$/);
    }
  });

  it('shows a page on which everything is escaped', async () => {
    served.replica.storageError = '<script>"&';
    const response = await fetch(served.url('/'));
    expect(response.headers.get('content-type')).to.equal('text/html; charset=utf-8');
    expect(response.headers.get('content-security-policy')).to.match(/^default-src 'none'/);
    const page = await response.text();
    expect(page).to.include('&lt;script&gt;&quot;&amp;').and.not.include('<script>');
    expect(page).to.include('localhost:9502').and.include('leader');
  });
});
