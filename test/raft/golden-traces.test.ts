/**
 * Whole conversations as text, for people to read and for changes to be seen. After a change that
 * is meant: `REWRITE_TRACES=1 npx mocha build/test/raft/golden-traces.test.js`, then read the
 * difference.
 */
import { expect } from 'chai';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { makeLog, testTiming } from './make.js';
import { takeSnapshot } from './take-snapshot.js';
import { wipe } from './disk-accidents.js';
import { RaftCluster } from './raft-cluster.js';

/** The tests run from `build/test/raft`. */
const folder = new URL('../../../test/fixtures/traces/', import.meta.url);

const conversations: Readonly<Record<string, () => RaftCluster>> = {
  election() {
    const cluster = new RaftCluster({ size: 3 });
    cluster.timeOut(0);
    cluster.deliverAll();
    return cluster;
  },

  replication() {
    const cluster = new RaftCluster({ size: 3 });
    cluster.elect(0);
    cluster.trace.length = 0;
    cluster.propose(0, 'a', 'b');
    cluster.deliverAll();
    cluster.read(0);
    cluster.deliverAll();
    return cluster;
  },

  'diverged-follower'() {
    const logs = [makeLog(1, 1, 3, 3), makeLog(1, 1, 2, 2, 2, 2), makeLog(1, 1, 3)];
    const cluster = new RaftCluster({ size: 3, logs });
    cluster.elect(0);
    return cluster;
  },

  'crash-and-restore'() {
    const cluster = new RaftCluster({ size: 3 });
    cluster.elect(0);
    cluster.trace.length = 0;
    cluster.crash(0);
    cluster.timeOut(1);
    cluster.deliverAll();
    while (cluster.server(2).raft.leaderId === 0) cluster.run(1);
    cluster.run(testTiming.heartbeatTicks);
    cluster.propose(cluster.leader?.id ?? 1, 'while 0 was away');
    cluster.deliverAll();
    cluster.restore(0);
    cluster.run(testTiming.heartbeatTicks);
    return cluster;
  },

  'transfer-of-leadership'() {
    const cluster = new RaftCluster({ size: 3 });
    cluster.elect(0);
    cluster.trace.length = 0;
    cluster.elect(2);
    return cluster;
  },

  'founding-of-a-cluster'() {
    const cluster = new RaftCluster({ size: 3, isNew: true });
    cluster.crash(2);
    cluster.run(1);
    cluster.restore(2);
    cluster.run(testTiming.electionTicksMin - 1);
    return cluster;
  },

  'follower-that-needs-a-snapshot'() {
    const cluster = new RaftCluster({ size: 3 });
    cluster.elect(0);
    cluster.isolate(2);
    cluster.propose(0, 'a', 'b');
    cluster.run(testTiming.heartbeatTicks);
    takeSnapshot(cluster, 0);
    cluster.trace.length = 0;
    cluster.heal();
    cluster.run(testTiming.heartbeatTicks);
    return cluster;
  },

  'server-that-was-wiped'() {
    const cluster = new RaftCluster({ size: 3 });
    cluster.elect(0);
    cluster.propose(0, 'a');
    cluster.deliverAll();
    cluster.trace.length = 0;
    wipe(cluster, 2);
    cluster.run(testTiming.electionTicksMin + testTiming.heartbeatTicks);
    return cluster;
  },

  'restart-of-all'() {
    const cluster = new RaftCluster({ size: 3 });
    cluster.elect(0);
    cluster.propose(0, 'a');
    cluster.deliverAll();
    cluster.trace.length = 0;
    for (const { id } of cluster.servers) cluster.restart(id);
    cluster.timeOut(1);
    cluster.deliverAll();
    return cluster;
  },
};

describe('A conversation of three servers reads as it did:', () => {
  for (const [name, converse] of Object.entries(conversations)) {
    it(name.replaceAll('-', ' '), () => {
      const file = new URL(`${name}.txt`, folder);
      const trace = `${converse().trace.join('\n')}\n`;
      if (process.env['REWRITE_TRACES'] !== undefined) {
        mkdirSync(folder, { recursive: true });
        writeFileSync(file, trace);
      }
      expect(trace).to.equal(readFileSync(file, 'utf8'));
    });
  }
});
