/** The planted bugs fit the code; `npm run sim:sync:plants` tells how soon each is met. */
import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { must } from '../../../../src/base/assert.js';
import { hunt } from '../../plants/hunt.js';
import { buildFolder } from '../../plants/planted-build.js';
import { syncHuntProgram, syncPlants } from './sync-plants.js';

describe('the bugs planted in syncs and block stores', () => {
  it('have names of their own, and fit the code', () => {
    expect(new Set(syncPlants.map(({ name }) => name)).size).to.equal(syncPlants.length);
    for (const { name, patches } of syncPlants) {
      for (const { file, find } of patches) {
        const text = readFileSync(path.join(buildFolder, file), 'utf8');
        expect(text.split(find).length - 1, `${name}: ${file} holds ${find}`).to.equal(1);
      }
    }
  });

  it('are caught: a put that is answered on its first copy', async () => {
    const found = syncPlants.find(({ name }) => name === 'put answers on the first copy');
    const options = { seedsMax: 5, safetyMs: 100, program: syncHuntProgram };
    const { checker } = await hunt(must(found, 'the plant'), options);
    expect(checker).to.equal('judge');
  });
});
