/** A folder that is kept in sync until it is stopped. */
import { expect } from 'chai';
import type { SyncReport } from '../../src/sync/sync-report.js';
import { watchFolder } from '../../src/sync/watch-folder.js';
import { waitFor } from '../cli/wait-for.js';
import { makeRig, type SyncRig } from './sync-rig.js';

describe('watching a folder', () => {
  let rig: SyncRig;
  let stop: AbortController;
  let reports: SyncReport[];
  let watching: Promise<void> | undefined;
  beforeEach(async () => {
    rig = await makeRig();
    stop = new AbortController();
    reports = [];
  });
  afterEach(async () => {
    stop.abort();
    await watching;
    await rig.close();
  });

  function watch(intervalMs: number): void {
    watching = watchFolder({
      sync: rig.options({ signal: stop.signal }),
      intervalMs,
      onReport: (report) => reports.push(report),
    });
  }

  it('picks up local changes long before the cluster is asked again', async () => {
    watch(1_000_000);
    await waitFor('the first sync', () => reports.length === 1);
    const beganMs = performance.now();
    await rig.write('a', 'text');
    await waitFor('the upload', () => rig.cluster.files.has('a'));
    expect(performance.now() - beganMs).to.be.lessThan(2000);
    await rig.remove('a');
    await waitFor('the deletion', () => rig.cluster.files.get('a')?.kind === 'deleted');
  });

  it('picks up changes of the cluster within the interval', async () => {
    watch(50);
    await waitFor('the first sync', () => reports.length === 1);
    rig.cluster.set('a', 'text');
    await waitFor('the download', () => reports.some(({ downloaded }) => downloaded[0] === 'a'));
    expect(await rig.tree()).to.deep.equal(['a: text']);
  });

  it('waits for a cluster that is lost', async () => {
    rig.cluster.isGone = true;
    watch(50);
    await waitFor('a failure', () => reports.some(({ problem }) => problem !== undefined));
    rig.cluster.set('a', 'text');
    rig.cluster.isGone = false;
    await waitFor('the download', () => reports.some(({ downloaded }) => downloaded[0] === 'a'));
  });

  it('ends soon after it is stopped', async () => {
    watch(1_000_000);
    await waitFor('the first sync', () => reports.length === 1);
    stop.abort();
    await watching;
    expect(reports).to.have.length(1);
  });
});
