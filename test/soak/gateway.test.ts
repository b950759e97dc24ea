/**
 * Two thousand requests while one worker is killed and another one hangs: none fails, none is cut.
 */
import { expect } from 'chai';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GatewayUnderTest } from '../e2e/support/gateway-under-test.js';
import { makeTemporaryFolder, removeTemporaryFolder } from '../io/temporary-folder.js';
import { eventually } from '../e2e/support/eventually.js';

const requests = 2_000;
const clients = 20;
const bytes = randomBytes(400_000);

describe('a gateway under fire', () => {
  let folder: string;
  let gateway: GatewayUnderTest;

  before(async () => {
    folder = await makeTemporaryFolder();
    gateway = await GatewayUnderTest.prepare(folder, 4);
    // Too large for the master to hold: every request goes to a worker.
    await writeFile(join(gateway.filesFolder, 'photo.jpg'), bytes);
    await gateway.writeConfig();
    await gateway.start();
  });

  after(async () => {
    await gateway.dispose();
    await removeTemporaryFolder(folder);
  });

  it('answers every request whole while workers are killed and stopped', async () => {
    let begun = 0;
    let good = 0;
    const bad: string[] = [];
    const ask = async (): Promise<void> => {
      while (begun < requests) {
        begun += 1;
        const isPart = begun % 4 === 0;
        const got = await gateway.get('/photo.jpg', isPart ? { range: 'bytes=7-299999' } : {});
        const wanted = isPart ? bytes.subarray(7, 300_000) : bytes;
        if (got.isWhole && got.body.equals(wanted)) good += 1;
        else bad.push(`${got.status}, ${got.body.length} bytes`);
      }
    };
    const traffic = Array.from({ length: clients }, ask);
    await eventually('some answers', 30_000, () => (good > 200 ? true : undefined));
    process.kill(await gateway.pidOf(0), 'SIGKILL');
    process.kill(await gateway.pidOf(1), 'SIGSTOP');
    await Promise.all(traffic);
    expect(bad).to.deep.equal([]);
    expect(good).to.equal(requests);
    await eventually('both workers to be back', 30_000, async () => {
      const workers = await gateway.workers();
      const [first, second] = workers;
      const areBack = first?.restarts === 1 && second?.restarts === 1;
      return areBack && workers.every(({ healthy }) => healthy) ? true : undefined;
    });
  });
});
