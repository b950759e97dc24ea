/** Each row of the table of the contract, section 12, from files to files. */
import { expect } from 'chai';
import { mark } from './storing-cluster.js';
import { changesOf, makeRig, type SyncRig } from './sync-rig.js';

describe('a sync, row by row', () => {
  let rig: SyncRig;
  beforeEach(async () => {
    rig = await makeRig();
  });
  afterEach(() => rig.close());

  /** Both sides know `a.txt` as version 1, `old text`. */
  async function start(): Promise<void> {
    rig.cluster.set('a.txt', 'old text');
    await rig.write('a.txt', 'old text');
    await rig.writeIndexOfCluster();
  }

  const copyName = `a.conflict-${mark('my text')}.txt`;

  interface Row {
    readonly row: string;
    readonly prepare: () => void | Promise<void>;
    readonly changes: Record<string, unknown>;
    readonly tree: readonly string[];
    readonly cluster: readonly string[];
    readonly index: readonly string[];
  }

  const oldTree = ['a.txt: old text'];
  const newTree = ['a.txt: new text'];
  const keptTree = [`${copyName}: my text`, ...newTree];
  const conflicts = [{ name: 'a.txt', copy: copyName }];

  const rows: readonly Row[] = [
    {
      row: 'only in the cluster: download',
      prepare: () => {
        rig.cluster.set('a.txt', 'new text');
      },
      changes: { downloaded: ['a.txt'] },
      tree: newTree,
      cluster: ['a.txt,1,new text'],
      index: ['a.txt,1'],
    },
    {
      row: 'only in the cluster, deleted: only the index line',
      prepare: () => {
        rig.cluster.set('a.txt', undefined);
      },
      changes: {},
      tree: [],
      cluster: ['a.txt,1'],
      index: ['a.txt,1'],
    },
    {
      row: 'only here: upload as version 1',
      prepare: () => rig.write('a.txt', 'my text'),
      changes: { uploaded: ['a.txt'] },
      tree: ['a.txt: my text'],
      cluster: ['a.txt,1,my text'],
      index: ['a.txt,1'],
    },
    {
      row: 'on both sides without index, same bytes: only the index line',
      prepare: async () => {
        rig.cluster.set('a.txt', 'new text', 3);
        await rig.write('a.txt', 'new text');
      },
      changes: {},
      tree: newTree,
      cluster: ['a.txt,1,new text'],
      index: ['a.txt,1'],
    },
    {
      row: 'on both sides without index, other bytes: the cluster wins',
      prepare: async () => {
        rig.cluster.set('a.txt', 'new text');
        await rig.write('a.txt', 'my text');
      },
      changes: { conflicts },
      tree: keptTree,
      cluster: ['a.txt,1,new text'],
      index: ['a.txt,1'],
    },
    {
      row: 'unchanged, same version: nothing',
      prepare: start,
      changes: {},
      tree: oldTree,
      cluster: ['a.txt,1,old text'],
      index: ['a.txt,1'],
    },
    {
      row: 'unchanged, newer in the cluster: download',
      prepare: async () => {
        await start();
        rig.cluster.set('a.txt', 'new text');
      },
      changes: { downloaded: ['a.txt'] },
      tree: newTree,
      cluster: ['a.txt,2,new text'],
      index: ['a.txt,2'],
    },
    {
      row: 'unchanged, deleted in the cluster: delete here',
      prepare: async () => {
        await start();
        rig.cluster.set('a.txt', undefined);
      },
      changes: { deletedLocal: ['a.txt'] },
      tree: [],
      cluster: ['a.txt,2'],
      index: ['a.txt,2'],
    },
    {
      row: 'changed, same version: upload as the next',
      prepare: async () => {
        await start();
        await rig.write('a.txt', 'my text');
      },
      changes: { uploaded: ['a.txt'] },
      tree: ['a.txt: my text'],
      cluster: ['a.txt,2,my text'],
      index: ['a.txt,2'],
    },
    {
      row: 'changed, newer with the same bytes: only the index line',
      prepare: async () => {
        await start();
        await rig.write('a.txt', 'new text');
        rig.cluster.set('a.txt', 'new text', 5);
      },
      changes: {},
      tree: newTree,
      cluster: ['a.txt,2,new text'],
      index: ['a.txt,2'],
    },
    {
      row: 'changed, newer with other bytes: the cluster wins',
      prepare: async () => {
        await start();
        await rig.write('a.txt', 'my text');
        rig.cluster.set('a.txt', 'new text');
      },
      changes: { conflicts },
      tree: keptTree,
      cluster: ['a.txt,2,new text'],
      index: ['a.txt,2'],
    },
    {
      row: 'changed, deleted in the cluster: removed, and kept as a copy',
      prepare: async () => {
        await start();
        await rig.write('a.txt', 'my text');
        rig.cluster.set('a.txt', undefined);
      },
      changes: { conflicts },
      tree: [`${copyName}: my text`],
      cluster: ['a.txt,2'],
      index: ['a.txt,2'],
    },
    {
      row: 'deleted here, same version: deletion as the next',
      prepare: async () => {
        await start();
        await rig.remove('a.txt');
      },
      changes: { deletedRemote: ['a.txt'] },
      tree: [],
      cluster: ['a.txt,2'],
      index: ['a.txt,2'],
    },
    {
      row: 'deleted here, newer in the cluster: download again',
      prepare: async () => {
        await start();
        await rig.remove('a.txt');
        rig.cluster.set('a.txt', 'new text');
      },
      changes: { downloaded: ['a.txt'] },
      tree: newTree,
      cluster: ['a.txt,2,new text'],
      index: ['a.txt,2'],
    },
    {
      row: 'deleted here and there: only the index line',
      prepare: async () => {
        await start();
        await rig.remove('a.txt');
        rig.cluster.set('a.txt', undefined);
      },
      changes: {},
      tree: [],
      cluster: ['a.txt,2'],
      index: ['a.txt,2'],
    },
    {
      row: 'deleted on both sides, and here again: upload as the next',
      prepare: async () => {
        rig.cluster.set('a.txt', undefined);
        await rig.writeIndexOfCluster();
        await rig.write('a.txt', 'my text');
      },
      changes: { uploaded: ['a.txt'] },
      tree: ['a.txt: my text'],
      cluster: ['a.txt,2,my text'],
      index: ['a.txt,2'],
    },
    {
      row: 'deleted, and there again: download',
      prepare: async () => {
        rig.cluster.set('a.txt', undefined);
        await rig.writeIndexOfCluster();
        rig.cluster.set('a.txt', 'new text');
      },
      changes: { downloaded: ['a.txt'] },
      tree: newTree,
      cluster: ['a.txt,2,new text'],
      index: ['a.txt,2'],
    },
    {
      row: 'deleted, and again on both sides: the cluster wins',
      prepare: async () => {
        rig.cluster.set('a.txt', undefined);
        await rig.writeIndexOfCluster();
        await rig.write('a.txt', 'my text');
        rig.cluster.set('a.txt', 'new text');
      },
      changes: { conflicts },
      tree: keptTree,
      cluster: ['a.txt,2,new text'],
      index: ['a.txt,2'],
    },
  ];

  for (const { row, prepare, changes, tree, cluster, index } of rows) {
    it(row, async () => {
      await prepare();
      expect(changesOf(await rig.sync()), 'done').to.deep.equal(changes);
      expect(await rig.tree(), 'folder').to.deep.equal(tree);
      expect(rig.cluster.describe(), 'cluster').to.deep.equal(cluster);
      expect(await rig.index(), 'index').to.deep.equal(index);
      expect(changesOf(await rig.sync()), 'again').to.deep.equal({});
      expect(rig.folder.count('writeState'), 'again').to.equal(0);
      expect(rig.cluster.describe(), 'cluster, again').to.deep.equal(cluster);
    });
  }

  it('an index of another cluster: nothing is changed', async () => {
    await start();
    await rig.write('b.txt', 'my text');
    rig.cluster.files.clear();
    const { problem = '', ok } = await rig.sync();
    expect(ok).to.be.false;
    expect(problem).to.contain('this is not the cluster of this folder');
    expect(problem).to.contain('version 1 of a.txt');
    expect(rig.cluster.describe()).to.deep.equal([]);
    expect(await rig.index()).to.deep.equal(['a.txt,1']);
  });
});
