/**
 * Clients that read a map of 200,000 files again and again while it is updated: the answers are
 * whole, the leader keeps its place and its memory, and nothing else waits for them.
 */
import { expect } from 'chai';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { asLogIndex, asServerId, asTerm } from '../../../src/base/ids.js';
import { StateBackupSource } from '../../../src/cli/backup-source.js';
import { readClusterConfig } from '../../../src/cli/read-cluster-config.js';
import { restoreFolders } from '../../../src/cli/restore-folders.js';
import { FileMap } from '../../../src/files/file-map.js';
import { clusterIdOf } from '../../../src/io/cluster-id.js';
import { encodeCall } from '../../../src/rpc/codec/encode.js';
import { host, TestCluster } from '../../e2e/support/test-cluster.js';
import { post } from '../../rpc/support/raw-connection.js';
import { LoopWatch } from '../support/loop-watch.js';
import { residentMemory } from '../support/resident-memory.js';

const files = 200_000;
const clients = 4;
const readsEach = 3;
/** Far below an election timeout; what else runs on the machine counts, too. */
const pauseMsMax = 150;
/** One answer has more. */
const memoryBytesMax = 60 * 1024 * 1024;
const hashes = ['a', 'b'].map((digit) => digit.repeat(64));

describe(`a map of ${files} files`, () => {
  let cluster: TestCluster | undefined;

  afterEach(async () => {
    await cluster?.destroy();
    cluster = undefined;
  });

  it('is read whole by several clients at a time, and costs no leader its place', async () => {
    const filled = await startFilled();
    cluster = filled;
    const { serverId, term } = await filled.leader();
    const { port } = filled.server(serverId);
    // Once, so that what a server takes for its first long answers is there.
    await readWhole(port);
    const elections = filled.electionCount();
    const pid = filled.server(serverId).pid;
    const before = await residentMemory(pid);
    const watch = new LoopWatch(filled);
    let reading = clients;
    const readers = Array.from({ length: clients }, async () => {
      for (let read = 0; read < readsEach; read += 1) {
        expect(await readWhole(port)).to.be.above(files * 300);
      }
      reading -= 1;
    });
    let updates = 0;
    while (reading > 0) {
      updates += 1;
      expect(await filled.value(serverId, 'updatefile', 'again', updates, hashes)).to.equal(true);
    }
    await Promise.all(readers);
    const pauses = await watch.end();
    const after = await residentMemory(pid);
    expect(pauses[serverId], 'ms that the leader stood still').to.be.below(pauseMsMax);
    expect(after.peakBytes - before.peakBytes, 'bytes more').to.be.below(memoryBytesMax);
    expect(filled.electionCount()).to.equal(elections);
    expect((await filled.leader()).term).to.equal(term);
  });
});

/** A cluster that begins with a backup of so many files: to make them by calls takes minutes. */
async function startFilled(): Promise<TestCluster> {
  const cluster = await TestCluster.create(3, []);
  const config = await readClusterConfig(cluster.configPath);
  const clusterId = clusterIdOf(config.founders.map(({ address }) => address));
  const map = new FileMap();
  for (let file = 0; file < files; file += 1) {
    const command = { type: 'updatefile', name: `file ${file}`, version: 1 } as const;
    map.apply(map.encode({ ...command, hashlist: hashes, requestId: undefined, timeMs: 0 }));
  }
  const source = new StateBackupSource({ clusterId, serverId: asServerId(0) }, () =>
    map.snapshot(),
  );
  const backup = source.open({ index: asLogIndex(files), term: asTerm(1) });
  const file = join(cluster.folder, 'filled.backup');
  const pieces: Uint8Array[] = [];
  for (let piece = backup.next(); piece !== undefined; piece = backup.next()) {
    pieces.push(piece.slice());
  }
  await writeFile(file, Buffer.concat(pieces));
  await restoreFolders({
    ...{ file, configPath: cluster.configPath, cluster: config, servers: config.servers },
    ...{ dataDir: undefined, isOne: false },
  });
  await cluster.startAll();
  return cluster;
}

/** Reads an answer of `getfileinfomap` to its end, and makes nothing of it; gives its bytes. */
function readWhole(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, host);
    let head = '';
    let bytes = 0;
    let expected: number | undefined;
    socket.on('data', (chunk) => {
      bytes += chunk.length;
      if (expected === undefined) {
        head += chunk.toString('latin1');
        const [start, length] = /^HTTP[^]*content-length: (\d+)[^]*?\r\n\r\n/i.exec(head) ?? [];
        if (start === undefined) return;
        expected = start.length + Number(length);
      }
      if (bytes === expected) socket.destroy();
    });
    socket.once('error', reject);
    socket.once('close', () => {
      if (bytes === expected) resolve(bytes);
      else reject(new Error(`the answer broke off after ${bytes} bytes`));
    });
    socket.write(post(encodeCall('getfileinfomap', [])));
  });
}
