/**
 * Each bug planted in our real server makes the check fail that names it, and the same checks find
 * nothing in a server without any.
 */
import { expect } from 'chai';
import { hunt, judgePlanted } from '../tester/plants/hunt.js';
import { serverPlants } from '../tester/plants/server-plants.js';

describe('the tester finds, over nothing but the public API:', () => {
  for (const plant of serverPlants) {
    it(plant.name, async () => {
      for (const { trial, isCaught, message } of await hunt(plant)) {
        expect(isCaught, `${trial.title}: ${message}`).to.equal(true);
      }
    });
  }

  it('nothing where no bug is planted', async () => {
    const only = serverPlants.flatMap(({ trials }) =>
      trials.flatMap(({ kind, title }) => (kind === 'check' ? [title] : [])),
    );
    const none = { name: 'no bug', patches: [] };
    const results = await judgePlanted(none, 5, only);
    expect(results.length).to.be.at.least(new Set(only).size);
    for (const { check, verdict } of results) {
      const said = verdict.kind === 'failed' ? verdict.failure.message : verdict.kind;
      expect(said, check.name).to.equal('passed');
    }
  });
});
