/** How often the index is written while a sync goes on. */
import { expect } from 'chai';
import { RealFolder } from '../../src/sync/real-folder.js';
import { IndexKeeper } from '../../src/sync/index-keeper.js';
import type { FileState } from '../../src/sync/plan.js';
import { makeTemporaryFolder, removeTemporaryFolder } from '../io/temporary-folder.js';
import { WatchedFolder } from './watched-folder.js';

describe('the index while a sync goes on', () => {
  let base: string;

  beforeEach(async () => {
    base = await makeTemporaryFolder();
  });

  afterEach(async () => {
    await removeTemporaryFolder(base);
  });

  it('is written every two seconds, and more seldom when that takes long', async () => {
    const folder = new WatchedFolder(new RealFolder(base));
    await folder.prepare();
    let ms = 0;
    let savingMs = 0;
    const written: number[] = [];
    const writeState = folder.writeState.bind(folder);
    folder.writeState = async (which, text) => {
      await writeState(which, text);
      ms += savingMs;
      if (which === 'index') written.push(ms);
    };
    const files = new Map<string, FileState>();
    const keeper = new IndexKeeper({ folder, form: 'comma', files, nowMs: () => ms });
    const goOn = async (untilMs: number): Promise<void> => {
      for (; ms < untilMs; ms += 500) {
        keeper.note(`f${ms}`, { kind: 'deleted', version: 1 }, undefined);
        await keeper.saveIfDue();
      }
    };
    await goOn(5_000);
    expect(written).to.deep.equal([2_000, 4_000]);
    savingMs = 1_000;
    await goOn(30_000);
    expect(written).to.deep.equal([2_000, 4_000, 7_000, 18_000, 29_000]);
  });
});
