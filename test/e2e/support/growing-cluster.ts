/**
 * A cluster of real processes whose members change, with what people do for that: the command, the
 * file that it rewrites, and starting and ending servers.
 */
import { expect } from 'chai';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { must } from '../../../src/base/assert.js';
import { ClusterClient } from '../../../src/client/cluster-client.js';
import { lookAtServer } from '../../../src/client/look-at-server.js';
import type { ServerReport } from '../../../src/doctor/cluster-look.js';
import { findClusterPorts } from './cluster-ports.js';
import { eventually } from './eventually.js';
import { ServerUnderTest } from './server-under-test.js';
import { surfraft } from './surfraft.js';

const host = '127.0.0.1';
const lookMsMax = 1_000;
const leaderMsMax = 10_000;
const joinMsMax = 15_000;

export class GrowingCluster {
  readonly configPath: string;
  /** Of all servers that there ever were, by id. */
  readonly servers = new Map<number, ServerUnderTest>();
  readonly #folder: string;
  readonly #spare: number[];
  readonly #args: readonly string[];

  private constructor(folder: string, ports: readonly number[], args: readonly string[]) {
    this.#folder = folder;
    this.#spare = [...ports];
    this.#args = args;
    this.configPath = join(folder, 'cluster.txt');
  }

  /** Starts a cluster of `size`, of which `args` are options of every server. */
  static async start(size: number, ...args: readonly string[]): Promise<GrowingCluster> {
    const folder = await mkdtemp(join(tmpdir(), 'surfraft-members-'));
    const cluster = new GrowingCluster(folder, await findClusterPorts(size + 3), args);
    const ports = Array.from({ length: size }, () => cluster.sparePort());
    const lines = ports.map((port, id) => `metadata${id}: localhost:${port}\n`);
    await writeFile(cluster.configPath, `M: ${size}\n# The servers\n${lines.join('')}# end\n`);
    const servers = ports.map((port, id) => cluster.place(id, port));
    await Promise.all(servers.map((server) => server.start()));
    await cluster.leader();
    return cluster;
  }

  /** At which no server is yet. */
  sparePort(): number {
    return must(this.#spare.shift(), 'the test has ports left');
  }

  /** Where the process of a server will be, which is not started yet. */
  place(id: number, port: number): ServerUnderTest {
    const server = new ServerUnderTest(id, port, [this.configPath, String(id), ...this.#args]);
    this.servers.set(id, server);
    return server;
  }

  server(id: number): ServerUnderTest {
    return must(this.servers.get(id), () => `there is no server ${id}`);
  }

  get running(): readonly ServerUnderTest[] {
    return [...this.servers.values()].filter((server) => server.isRunning);
  }

  readFile(): Promise<string> {
    return readFile(this.configPath, 'utf8');
  }

  /** `surfraft member ACTION CONFIG …`, which must succeed; what it prints. */
  async member(action: string, ...words: readonly string[]): Promise<string> {
    const told = await surfraft('member', action, this.configPath, ...words);
    expect(told.exitCode, `member ${action}: ${told.stderr}${told.stdout}`).to.equal(0);
    return told.stdout;
  }

  /** Adds a server at a port, starts it with the new file, and waits until it counts. */
  async add(port = this.sparePort()): Promise<ServerUnderTest> {
    const told = await this.member('add', `localhost:${port}`, '--write', '--json');
    const server = this.place((JSON.parse(told) as { readonly id: number }).id, port);
    await server.start();
    await this.counts(server.id);
    return server;
  }

  /** Resolves once all servers that run know this one as a voter. */
  async counts(id: number): Promise<void> {
    await eventually(`server ${id} to count`, joinMsMax, async () => {
      const reports = await this.reports();
      const knowing = reports.filter(({ members }) =>
        members?.some((member) => member.id === id && member.voter),
      );
      const whole = reports.length > 0 && knowing.length === reports.length;
      return whole ? true : undefined;
    });
  }

  async report(id: number): Promise<ServerReport | undefined> {
    const seen = await lookAtServer({ host, port: this.server(id).port }, {}, lookMsMax);
    return seen.kind === 'report' ? seen.report : undefined;
  }

  /** Of the servers that run, and were not removed. */
  async reports(): Promise<readonly ServerReport[]> {
    const all = await Promise.all(this.running.map(({ id }) => this.report(id)));
    return all.filter((report) => report !== undefined).filter(({ removed }) => !removed);
  }

  /** Once more than half of the servers that run follow it. */
  async leader(): Promise<ServerReport> {
    return eventually('a leader that is followed', leaderMsMax, async () => {
      const reports = await this.reports();
      const [leader] = reports
        .filter(({ role }) => role === 'leader')
        .toSorted((a, b) => b.term - a.term);
      const followed = reports.filter(
        ({ term, leaderId }) => term === leader?.term && leaderId === leader.serverId,
      );
      return followed.length * 2 > reports.length ? leader : undefined;
    });
  }

  /** Resolves once all servers that run have applied the whole log of the leader. */
  async agreement(): Promise<void> {
    await eventually('every server to have the whole log', joinMsMax, async () => {
      const reports = await this.reports();
      const last = reports.find(({ role }) => role === 'leader')?.lastLogIndex;
      const have = reports.filter(({ lastApplied }) => lastApplied === last);
      return have.length === this.running.length ? true : undefined;
    });
  }

  /** A client that is told of these servers only. */
  client(...ids: readonly number[]): ClusterClient {
    return new ClusterClient(ids.map((id) => ({ id, host, port: this.server(id).port })));
  }

  async endAll(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    await Promise.all(this.running.map((server) => server.end(signal)));
  }

  async destroy(): Promise<void> {
    await this.endAll('SIGKILL');
    await rm(this.#folder, { recursive: true });
  }

  describeLogs(): string {
    return [...this.servers.values()].map((server) => server.logTail(40)).join('\n=====\n');
  }
}

/** Updates of files, one after another each, until it is ended. */
export class UpdateLoad {
  readonly #client: ClusterClient;
  readonly #done: Promise<void>[];
  readonly versions = new Map<string, number>();
  #isOver = false;

  constructor(client: ClusterClient, files = 4) {
    this.#client = client;
    this.#done = Array.from({ length: files }, (_, at) => this.#write(`file${at}`));
  }

  /** How many updates were confirmed. */
  get confirmed(): number {
    return [...this.versions.values()].reduce((sum, version) => sum + version, 0);
  }

  async #write(name: string): Promise<void> {
    for (let version = 1; !this.#isOver; version += 1) {
      // False would mean that an update took effect twice, or that one was lost.
      expect(await this.#client.updateFile(name, version, [`h${version}`]), name).to.equal(true);
      this.versions.set(name, version);
    }
  }

  /** Ends it; every file must have just the version that was confirmed last. */
  async end(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#done);
    await expectVersions(this.#client, this.versions);
    this.#client.close();
  }
}

export async function expectVersions(
  client: ClusterClient,
  versions: ReadonlyMap<string, number>,
): Promise<void> {
  const map = await client.getFileInfoMap();
  const found = new Map([...map].map(([name, { version }]) => [name, version]));
  expect([...found].toSorted()).to.deep.equal([...versions].toSorted());
}
