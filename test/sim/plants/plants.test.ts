/** The list of planted bugs fits the code; `npm run sim:plants` tells who catches them. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { hunt } from './hunt.js';
import { patched } from './plant.js';
import { buildFolder } from './planted-build.js';
import { plants } from './plants.js';

describe('the planted bugs', () => {
  for (const { name, patches } of plants) {
    it(`fit the code: ${name}`, () => {
      for (const patch of patches) {
        const text = readFileSync(path.join(buildFolder, patch.file), 'utf8');
        const occurrences = text.split(patch.find).length - 1;
        expect(occurrences, `${patch.file} holds ${patch.find}`).to.equal(1);
        expect(patched(text, patch)).not.to.equal(text);
      }
    });
  }

  it('have names of their own', () => {
    expect(new Set(plants.map(({ name }) => name)).size).to.equal(plants.length);
  });

  it('are caught: a vote that is not written, within a few seeds', async () => {
    const plant = plants.find(({ name }) => name === 'vote not persisted');
    expect(plant).not.to.equal(undefined);
    if (plant === undefined) return;
    const { checker } = await hunt(plant, { seedsMax: 20, safetyMs: 1_000 });
    expect(checker).not.to.equal(undefined);
  });
});
