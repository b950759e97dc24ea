/**
 * `npm run soak:idle -- --minutes M`: clusters of three and five that nobody calls, and a look at
 * every server each second. Ends with 1 as soon as a term or a leader has changed.
 */
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { TestCluster } from '../e2e/support/test-cluster.js';

const lookEveryMs = 1_000;

const { minutes } = await yargs(hideBin(process.argv))
  .usage('npm run soak:idle -- [options]')
  .option('minutes', { type: 'number', default: 10, describe: 'how long to look on' })
  .strict()
  .parseAsync();

process.exitCode = (await Promise.all([3, 5].map(watch))).every(Boolean) ? 0 : 1;

/** Whether a cluster of this size stayed as it was. */
async function watch(size: number): Promise<boolean> {
  const cluster = await TestCluster.create(size, []);
  try {
    await cluster.startAll();
    const { term, serverId } = await cluster.leader();
    const endMs = performance.now() + minutes * 60_000;
    let looks = 0;
    for (; performance.now() < endMs; looks += 1) {
      const statuses = await cluster.statuses();
      const changed = statuses.find((seen) => seen.term !== term || seen.leaderId !== serverId);
      if (changed !== undefined || statuses.length < size) {
        say(`${size} servers: changed after ${looks} looks: ${JSON.stringify(changed)}`);
        process.stdout.write(cluster.describeLogs());
        return false;
      }
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    }
    const preVotes = cluster.servers.map(({ log }) => log.split(' asks for pre-votes ').length - 1);
    say(
      `${size} servers: term ${term} in all ${looks} looks of ${minutes} minutes; ` +
        `pre-votes asked for by each server: ${preVotes.join(', ')}`,
    );
    return true;
  } finally {
    await cluster.destroy();
  }
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
