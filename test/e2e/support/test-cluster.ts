/**
 * A cluster of real processes in a temporary folder, and what a test asks of it. Nobody may be
 * left waiting for a server that is paused or gone: every call has a deadline.
 */
import { setMaxListeners } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { must } from '../../../src/base/assert.js';
import { asServerId } from '../../../src/base/ids.js';
import { defaultDataFolder } from '../../../src/cli/default-data-folder.js';
import { RpcConnection, type RpcAnswer } from '../../../src/client/rpc-connection.js';
import { clusterIdOf } from '../../../src/io/cluster-id.js';
import type { XmlValue } from '../../../src/rpc/xml-value.js';
import { eventually } from './eventually.js';
import { findClusterPorts } from './cluster-ports.js';
import { ServerUnderTest } from './server-under-test.js';
import type { TestDisk } from './test-disk.js';

export const host = '127.0.0.1';

const callMsMax = 5_000;
const statusMsMax = 1_000;
const logTailLines = 40;

/** What `/status` says, as far as the tests look at it. */
export interface ServerStatus {
  readonly serverId: number;
  readonly status: 'leader' | 'follower' | 'candidate' | 'crashed';
  readonly term: number;
  readonly leaderId: number;
  readonly commitIndex: number;
  readonly lastApplied: number;
  readonly lastLogIndex: number;
  readonly pendingUpdates: number;
  readonly pendingReads: number;
  readonly pendingCalls: number;
  readonly connections: number;
  /** Null while the disk does what it is told. */
  readonly storageError: string | null;
  /** Age of the oldest write that the disk has not answered; 0 when there is none. */
  readonly diskSilentMs: number;
  readonly firstLogIndex: number;
  readonly snapshotIndex: number;
  /** Whether it counts: what it has told the others and not forgotten since. */
  readonly standing: 'joining' | 'founding' | 'member' | 'refilling';
  /** Of the log; undefined from programs that know one only. */
  readonly formatInUse: number | undefined;
}

/** A page of a server that is plain text. */
export interface PlainPage {
  readonly status: number;
  readonly text: string;
}

export class TestCluster {
  readonly folder: string;
  readonly configPath: string;
  readonly servers: readonly ServerUnderTest[];
  readonly #connections: readonly RpcConnection[];
  readonly #disks: TestDisk[] = [];
  #isDestroyed = false;

  private constructor(folder: string, ports: readonly number[], args: readonly string[]) {
    this.folder = folder;
    this.configPath = join(folder, 'cluster.txt');
    this.servers = ports.map(
      (port, id) => new ServerUnderTest(id, port, [this.configPath, String(id), ...args]),
    );
    this.#connections = ports.map((port, id) => new RpcConnection({ id, host, port }));
  }

  /** Writes the configuration; starts nothing. `args` are options of every server. */
  static async create(size: number, args: readonly string[]): Promise<TestCluster> {
    const folder = await mkdtemp(join(tmpdir(), 'surfraft-e2e-'));
    const ports = await findClusterPorts(size);
    const cluster = new TestCluster(folder, ports, args);
    const lines = ports.map((port, id) => `metadata${id}: localhost:${port}\n`);
    await writeFile(cluster.configPath, `M: ${size}\n${lines.join('')}`);
    return cluster;
  }

  get isDestroyed(): boolean {
    return this.#isDestroyed;
  }

  server(id: number): ServerUnderTest {
    return must(this.servers[id], () => `there is no server ${id}`);
  }

  /** Where a server keeps its data unless it is told otherwise. */
  dataFolder(id: number): string {
    const addresses = this.servers.map(({ port }) => `localhost:${port}`);
    return defaultDataFolder(this.configPath, clusterIdOf(addresses), asServerId(id));
  }

  /** Sees to it that this disk is healed and removed in the end. */
  own<T extends TestDisk>(disk: T): T {
    this.#disks.push(disk);
    return disk;
  }

  /** Starts the servers that do not run; resolves once all of them accept requests. */
  async startAll(): Promise<void> {
    const stopped = this.servers.filter((server) => !server.isRunning);
    await Promise.all(stopped.map((server) => server.start()));
  }

  /** Ends every process, forgets every file. */
  async destroy(): Promise<void> {
    this.#isDestroyed = true;
    for (const connection of this.#connections) connection.close();
    // No process ends while the system keeps one of its writes waiting.
    await Promise.all(this.#disks.map((disk) => disk.heal()));
    const running = this.servers.filter((server) => server.isRunning);
    await Promise.all(running.map((server) => server.end('SIGKILL')));
    await Promise.all(this.#disks.map((disk) => disk.remove()));
    await rm(this.folder, { recursive: true });
  }

  /** The end of each server's log, for somebody who wants to know why a test failed. */
  describeLogs(): string {
    return this.servers
      .map((server) => `===== server ${server.id} =====\n${server.logTail(logTailLines)}\n`)
      .join('');
  }

  /**
   * One call to one server, with whatever comes of it within 5 s, or until `signal` fires. Rejects
   * once the test is over, so that no client of a failed test goes on for ever.
   */
  async call(
    id: number,
    method: string,
    params: readonly XmlValue[] = [],
    signal: AbortSignal = AbortSignal.timeout(callMsMax),
  ): Promise<RpcAnswer> {
    if (this.#isDestroyed) throw new Error('the cluster of this test is gone');
    const connection = must(this.#connections[id], () => `there is no server ${id}`);
    // One signal may end any number of calls.
    setMaxListeners(0, signal);
    return connection.call(method, params, signal);
  }

  /** The value that a call answers; rejects when it answers anything else. */
  async value(id: number, method: string, ...params: readonly XmlValue[]): Promise<XmlValue> {
    const answer = await this.call(id, method, params);
    if (answer.kind === 'value') return answer.value;
    throw new Error(`${method} on server ${id}: ${JSON.stringify(answer)}`);
  }

  /** Undefined for a server that does not answer within a second. */
  async status(id: number): Promise<ServerStatus | undefined> {
    try {
      const signal = AbortSignal.timeout(statusMsMax);
      const response = await fetch(`http://${host}:${this.server(id).port}/status`, { signal });
      return (await response.json()) as ServerStatus;
    } catch {
      return undefined;
    }
  }

  /** What `/livez` or `/readyz` answers; rejects when there is no answer within a second. */
  async page(id: number, path: '/livez' | '/readyz'): Promise<PlainPage> {
    const signal = AbortSignal.timeout(statusMsMax);
    const response = await fetch(`http://${host}:${this.server(id).port}${path}`, { signal });
    return { status: response.status, text: await response.text() };
  }

  async statuses(): Promise<readonly ServerStatus[]> {
    const running = this.servers.filter((server) => server.isRunning);
    const answers = await Promise.all(running.map(({ id }) => this.status(id)));
    return answers.filter((answer) => answer !== undefined);
  }

  /** The leader of the newest term, once a majority of all servers follows it in that term. */
  async leader(deadlineMs = 10_000): Promise<ServerStatus> {
    return eventually('a leader with a majority', deadlineMs, async () => {
      const statuses = await this.statuses();
      const leader = statuses
        .filter(({ status }) => status === 'leader')
        .sort((a, b) => b.term - a.term)[0];
      if (leader === undefined) return undefined;
      const believers = statuses.filter(
        ({ term, leaderId }) => term === leader.term && leaderId === leader.serverId,
      );
      return believers.length * 2 > this.servers.length ? leader : undefined;
    });
  }

  /** Whoever of these servers leads, while the others may be paused or worse. */
  async leaderAmong(ids: readonly number[], deadlineMs = 5_000): Promise<ServerStatus> {
    return eventually(`a leader among servers ${ids.join(', ')}`, deadlineMs, async () => {
      const statuses = await Promise.all(ids.map((id) => this.status(id)));
      return statuses.find((status) => status?.status === 'leader');
    });
  }

  /** Resolves once all servers run and have applied all that the leader has logged. */
  async agreement(deadlineMs: number): Promise<void> {
    await eventually('every server to have applied the whole log', deadlineMs, async () => {
      const statuses = await this.statuses();
      const last = statuses.find(({ status }) => status === 'leader')?.lastLogIndex;
      const haveAll = statuses.filter((status) => status.lastApplied === last);
      return haveAll.length === this.servers.length ? true : undefined;
    });
  }

  /** Servers other than this one. */
  others(id: number): readonly number[] {
    return this.servers.map((server) => server.id).filter((other) => other !== id);
  }

  /** How often any server started an election, as their logs tell. */
  electionCount(): number {
    const count = (log: string): number => log.match(/ starts an election in term /g)?.length ?? 0;
    return this.servers.reduce((sum, server) => sum + count(server.log), 0);
  }
}
