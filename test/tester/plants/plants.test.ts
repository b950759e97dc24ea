/** The bugs planted in our server fit its code; `npm run judge:plants` tells who finds them. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { standardSuite } from '../../../tester/suite/suite.js';
import { patched } from '../../sim/plants/plant.js';
import { buildFolder } from '../../sim/plants/planted-build.js';
import { hunt } from './hunt.js';
import { serverPlants } from './server-plants.js';

describe('the bugs planted in our server', () => {
  for (const { name, patches, trials } of serverPlants) {
    it(`fit the code and the suite: ${name}`, () => {
      for (const patch of patches) {
        const text = readFileSync(path.join(buildFolder, patch.file), 'utf8');
        const occurrences = text.split(patch.find).length - 1;
        expect(occurrences, `${patch.file} holds ${patch.find}`).to.equal(1);
        expect(patched(text, patch)).not.to.equal(text);
      }
      expect(trials).not.to.deep.equal([]);
      for (const { kind, title } of trials) {
        if (kind !== 'check') continue;
        const named = standardSuite.filter((check) => check.name.includes(title));
        expect(named, title).to.have.length(1);
      }
    });
  }

  it('have names of their own', () => {
    expect(new Set(serverPlants.map(({ name }) => name)).size).to.equal(serverPlants.length);
  });

  it('are found over the public API: no version check', async () => {
    const plant = serverPlants.find(({ name }) => name === 'no version check');
    if (plant === undefined) return expect.fail('it is in the list');
    for (const { isCaught, message } of await hunt(plant)) {
      expect(isCaught, message).to.equal(true);
    }
  });
});
