/** A folder that is kept in sync until it is stopped. */
import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import { rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { FolderHints } from '../../src/sync/folder-hints.js';
import type { SyncReport } from '../../src/sync/sync-report.js';
import { watchFolder, type WatchOptions } from '../../src/sync/watch-folder.js';
import { waitFor } from '../cli/wait-for.js';
import { makeRig, type SyncRig } from './sync-rig.js';

describe('watching a folder', () => {
  let rig: SyncRig;
  let stop: AbortController;
  let reports: SyncReport[];
  let watching: Promise<void> | undefined;
  let hints: FolderHints;
  let lost: string[];
  beforeEach(async () => {
    rig = await makeRig();
    stop = new AbortController();
    reports = [];
    lost = [];
  });
  afterEach(async () => {
    stop.abort();
    await watching;
    hints.close();
    await rig.close();
  });

  function watch(intervalMs: number, more: Partial<WatchOptions> = {}): void {
    hints = new FolderHints({ base: rig.base, onLost: (reason) => lost.push(reason) });
    watching = watchFolder({
      sync: rig.options({ signal: stop.signal }),
      ...{ intervalMs, hints, ...more },
      onReport: (report) => reports.push(report),
    });
  }

  it('picks up local changes long before the cluster is asked again', async () => {
    watch(1_000_000);
    await waitFor('the first sync', () => reports.length > 0);
    const beganMs = performance.now();
    await rig.write('a', 'text');
    await waitFor('the upload', () => rig.cluster.files.has('a'));
    expect(performance.now() - beganMs).to.be.lessThan(2000);
    await rig.remove('a');
    await waitFor('the deletion', () => rig.cluster.files.get('a')?.kind === 'deleted');
  });

  it('sees changes at every depth by hints alone, a burst of them in one sync', async () => {
    for (const name of ['top', 'sub/a', 'sub/deep/b']) await rig.write(name, 'old');
    watch(1_000_000, { lookEveryMs: 1_000_000 });
    await waitFor('the first sync', () => reports.length > 0);
    for (const name of ['sub/deep/b', 'top', 'sub/a']) {
      const before = reports.length;
      await rig.write(name, `new ${name}`);
      await waitFor(`${name} to be sent`, () =>
        reports.slice(before).some(({ uploaded }) => uploaded.includes(name)),
      );
    }
    const before = reports.length;
    const names = Array.from({ length: 20 }, (_, index) => `sub/${index}`);
    for (const name of names) writeFileSync(join(rig.base, name), name);
    await waitFor('the burst', () => reports.length > before);
    expect([...(reports[before]?.uploaded ?? [])].sort()).to.deep.equal(names.sort());
  });

  it('sees changes in a folder that took the place of another one', async () => {
    await rig.write('sub/a', 'old');
    watch(1_000_000, { lookEveryMs: 1_000_000 });
    await waitFor('the first sync', () => reports.length > 0);
    await rig.remove('sub/a');
    await rmdir(join(rig.base, 'sub'));
    await rig.write('sub/b', 'new');
    await waitFor('b', () => rig.cluster.files.has('sub/b'));
    await waitFor('the end of a', () => rig.cluster.files.get('sub/a')?.kind === 'deleted');
    await rig.write('sub/b', 'newer');
    await waitFor('b again', () => rig.cluster.files.get('sub/b')?.version === 2);
  });

  it('says once that there are no hints, and goes on looking', async () => {
    const full = Object.assign(new Error('ENOSPC: watch'), { code: 'ENOSPC' });
    await rig.write('sub/a', 'old');
    const deaf = new FolderHints({
      base: rig.base,
      onLost: (reason) => lost.push(reason),
      listen: () => {
        throw full;
      },
    });
    watch(1_000_000, { hints: deaf, lookEveryMs: 5 });
    await waitFor('the first sync', () => reports.length > 0);
    await rig.write('sub/a', 'text');
    await waitFor('the upload', () => rig.cluster.files.get('sub/a')?.version === 2);
    expect(lost).to.have.length(1);
    expect(lost[0]).to.contain('inotify');
  });

  it('picks up changes of the cluster within the interval', async () => {
    watch(50);
    await waitFor('the first sync', () => reports.length > 0);
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
