/**
 * `npm run soak:million -- --files N`: a cluster of three real servers that holds a million files,
 * and is updated while it takes snapshots; then a follower that was wiped gets all of it. Says how
 * long the servers' event loops stood still at most, what stood on the disks, and ends with 1 when
 * there was an election, when no snapshot was taken, or when a pause was too long.
 */
import { rm } from 'node:fs/promises';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { postRequest } from '../../bench/http-connection.js';
import { load, type Workload } from '../../bench/load.js';
import { encodeCall } from '../../src/rpc/codec/encode.js';
import { eventually } from '../e2e/support/eventually.js';
import { host, TestCluster } from '../e2e/support/test-cluster.js';
import { folderBytes } from './support/folder-bytes.js';
import { LoopWatch } from './support/loop-watch.js';

const connections = 32;
const portionSeconds = 5;
const refillMsMax = 120_000;
const mebibyte = 2 ** 20;

const { files, pauseMs: pauseMsMax } = await yargs(hideBin(process.argv))
  .usage('npm run soak:million -- [options]')
  .option('files', { type: 'number', default: 1_000_000, describe: 'files to hold' })
  .option('pause-ms', { type: 'number', default: 50, describe: 'longest pause that is right' })
  .strict()
  .parseAsync();

let longestPauseMs = 0;
const cluster = await TestCluster.create(3, []);
try {
  process.exitCode = (await run()) ? 0 : 1;
} finally {
  await cluster.destroy();
}

async function run(): Promise<boolean> {
  await cluster.startAll();
  const { serverId, term } = await cluster.leader();
  const { port } = cluster.server(serverId);
  const filled = await updates(port, 'new files', (serial) => [serial, 1], files);
  // Every file again and again: nothing but snapshots keeps the log from growing.
  const before = await snapshotIndexes();
  const again = (serial: number): [number, number] => [
    serial % filled,
    2 + Math.floor(serial / filled),
  ];
  await updates(port, 'the same files again', again, filled);
  const after = await snapshotIndexes();
  const taken = after.every((index, at) => index > (before[at] ?? 0));
  say(`snapshots through ${after.join(', ')}; before the second round ${before.join(', ')}`);
  const elections = cluster.electionCount();
  await refill(cluster.others(serverId)[0] ?? 0);
  const last = await cluster.leader();
  const isStable = last.term === term && cluster.electionCount() === elections;
  say(`term ${term} at the beginning, ${last.term} at the end`);
  return taken && isStable && longestPauseMs <= pauseMsMax;
}

/** Updates until `count` were made; gives how many there were. */
async function updates(
  port: number,
  what: string,
  fileOf: (serial: number) => readonly [file: number, version: number],
  count: number,
): Promise<number> {
  const watch = new LoopWatch(cluster);
  let next = 0;
  const workload: Workload = {
    host,
    port,
    request: () => {
      const [file, version] = fileOf(next);
      next += 1;
      return updateOf(file, version);
    },
    isRight: ({ body }) => body.includes('<boolean>1</boolean>'),
  };
  const beganMs = performance.now();
  while (next < count) await load(workload, connections, portionSeconds);
  const seconds = (performance.now() - beganMs) / 1000;
  const pauses = await watch.end();
  longestPauseMs = Math.max(longestPauseMs, ...pauses);
  const disks = await Promise.all(cluster.servers.map(({ id }) => diskMebibytes(id)));
  say(
    `${what}: ${next} updates, ${Math.round(next / seconds)} a second; longest pause of each ` +
      `server ${pauses.map((each) => each.toFixed(1)).join(', ')} ms; ` +
      `on disk ${disks.map((each) => each.toFixed(0)).join(', ')} MiB`,
  );
  return next;
}

function updateOf(file: number, version: number): Buffer {
  const hashes = ['a', 'b'].map((letter) => letter.repeat(56) + String(file).padStart(8, '0'));
  const body = encodeCall('surfstore.updatefile', [`file ${file}`, version, hashes]);
  return postRequest('/RPC2', 'text/xml', body);
}

/** The server loses everything while it is down, and gets it from the leader. */
async function refill(id: number): Promise<void> {
  const server = cluster.server(id);
  await server.end('SIGKILL');
  await rm(cluster.dataFolder(id), { recursive: true });
  const watch = new LoopWatch(cluster);
  const beganMs = performance.now();
  await server.start();
  await eventually('the wiped server to be a member again', refillMsMax, async () => {
    const status = await cluster.status(id);
    return status?.standing === 'member' ? status : undefined;
  });
  const seconds = (performance.now() - beganMs) / 1000;
  const pauses = await watch.end();
  longestPauseMs = Math.max(longestPauseMs, ...pauses);
  const each = pauses.map((pause) => pause.toFixed(1)).join(', ');
  say(`a wiped server was a member after ${seconds.toFixed(1)} s; longest pauses ${each} ms`);
}

async function snapshotIndexes(): Promise<readonly number[]> {
  return (await cluster.statuses()).map(({ snapshotIndex }) => snapshotIndex);
}

async function diskMebibytes(id: number): Promise<number> {
  return (await folderBytes(cluster.dataFolder(id), '')) / mebibyte;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
