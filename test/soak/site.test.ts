/**
 * Forty people at once on two fronts of three servers, whose leader is killed in the middle: none
 * misses a change of their own, none is lost or done twice, and all servers end up equal.
 */
import { expect } from 'chai';
import { openSiteStage } from '../../bench/site/site-stage.js';
import { runSiteTrial } from '../../bench/site/site-trial.js';
import { Processes } from '../../bench/systems/processes.js';
import { StandingFigures } from '../../bench/systems/standing-figures.js';
import { makeTemporaryFolder, removeTemporaryFolder } from '../io/temporary-folder.js';

const people = 40;
const seconds = 10;
const seed = process.env['SITE_SEED'] ?? String(Date.now());

describe('a site that is full of people while its leader is killed', () => {
  let folder: string;
  let processes: Processes;

  beforeEach(async () => {
    folder = await makeTemporaryFolder();
    processes = new Processes((text) => process.stderr.write(`${text}\n`));
  });

  afterEach(async () => {
    await processes.end();
    await removeTemporaryFolder(folder);
  });

  it('loses nothing, doubles nothing, and is the same on all servers', async () => {
    process.stderr.write(`people of seed ${seed}\n`);
    const stage = await openSiteStage({ processes, folder, standing: new StandingFigures() });
    const trial = { stage, people, seconds, seed, say: () => undefined };
    const outcome = await runSiteTrial(trial).finally(() => stage.cluster.stop());
    processes.checkNoneLost();
    expect(outcome.problems.shown).to.deep.equal([]);
    const { visits, killedMs, counts } = outcome;
    const changes = visits.filter(({ kind, status }) => kind === 'change' && status < 400);
    expect(changes.some(({ beganMs }) => beganMs > killedMs)).to.equal(true);
    expect(counts.users).to.equal(people);
    expect([counts.posts, counts.likes, counts.comments].every((count) => count > 0)).to.equal(
      true,
    );
  });
});
