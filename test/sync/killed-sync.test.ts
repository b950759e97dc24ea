/** A sync that is killed at any operation on the folder, and the one that comes after it. */
import { expect } from 'chai';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { mark } from './storing-cluster.js';
import { makeRig, type SyncRig } from './sync-rig.js';
import { Killed } from './watched-folder.js';

describe('a sync that is killed', () => {
  /** One file for everything that can be done. */
  async function prepare(): Promise<SyncRig> {
    const rig = await makeRig();
    for (const name of ['changed', 'gone', 'gone-there', 'newer', 'dir/both', 'removed-there']) {
      rig.cluster.set(name, `old ${name}`);
      await rig.write(name, `old ${name}`);
    }
    await rig.writeIndexOfCluster();
    await rig.write('changed', 'my changed text');
    await rig.write('dir/both', 'my text');
    await rig.write('removed-there', 'my removed text');
    await rig.write('sub/new', 'my new text');
    await rig.remove('gone');
    rig.cluster.set('dir/both', 'their text');
    rig.cluster.set('newer', 'their newer text');
    rig.cluster.set('gone-there', undefined);
    rig.cluster.set('removed-there', undefined);
    rig.cluster.set('other/down', 'their down');
    return rig;
  }

  const tree = [
    'changed: my changed text',
    'dir/',
    `dir/both.conflict-${mark('my text')}: my text`,
    'dir/both: their text',
    'newer: their newer text',
    'other/',
    'other/down: their down',
    `removed-there.conflict-${mark('my removed text')}: my removed text`,
    'sub/',
    'sub/new: my new text',
  ];
  const updates = ['changed,2', 'gone,2', 'sub/new,1'];

  it('does everything in one go when nobody kills it', async () => {
    const rig = await prepare();
    const report = await rig.sync();
    expect(report.ok).to.be.true;
    expect(await rig.tree()).to.deep.equal(tree);
    expect([...rig.cluster.updates].sort()).to.deep.equal(updates);
    await rig.close();
  });

  it('loses nothing and gives no version twice, wherever it was', async () => {
    let kills = 0;
    for (let killAt = 0; ; killAt += 1) {
      const rig = await prepare();
      const folder = rig.newFolder();
      folder.killAt = killAt;
      let wasKilled = false;
      try {
        await rig.sync({ folder });
      } catch (error) {
        if (!(error instanceof Killed)) throw error;
        wasKilled = true;
        kills += 1;
      }
      const report = await rig.sync();
      const where = `after operation ${killAt}, ${folder.operations.at(-1) ?? 'none'}`;
      expect(report.failed, where).to.deep.equal([]);
      expect(await rig.tree(), where).to.deep.equal(tree);
      expect([...rig.cluster.updates].sort(), where).to.deep.equal(updates);
      expect(await readdir(join(rig.base, '.surfraft')), where).to.deep.equal(['seen.json']);
      expect((await rig.index()).length, where).to.equal(8);
      await rig.close();
      if (!wasKilled) break;
    }
    expect(kills).to.be.greaterThan(60);
  });
});
