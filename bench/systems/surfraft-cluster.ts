/** A cluster of SurfRaft as it was built last, with its servers' defaults. */
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { must } from '../../src/base/assert.js';
import type { ServerEndpoint } from '../../src/client/rpc-connection.js';
import { callOnce, drive } from '../load/drive.js';
import { isRightAnswer, type Endpoint, type LoadPlan } from '../load/load-plan.js';
import { askFigures, ClusterWatch } from './cluster-watch.js';
import { fillName, hashesOf, preparingClients, warmUpName } from './file-names.js';
import { freePorts } from './free-port.js';
import { serverNodeFlags } from './node-flags.js';
import { pidsOf, retry, type RunningProcess } from './processes.js';
import { projectRoot } from './project-root.js';
import { call, fixedPlan, nameParam, trueAnswer, updateCall } from './surfraft-calls.js';
import { updatePlan } from './surfraft-calls.js';
import { settledCount } from './settled-count.js';
import type { System } from './system.js';
import { host, startSecondsMax, systemFolder, type World } from './world.js';

/** What `/status` says, as far as the bench asks. */
interface ServerStatus {
  readonly commitIndex: number;
  readonly lastApplied: number;
  readonly pendingUpdates: number;
  readonly files: number;
}

const askMsMax = 20_000;
const hashesPerFile = 2;

export class SurfRaftCluster implements System {
  readonly name = 'SurfRaft';
  readonly #world: World;
  readonly #config: string;
  readonly #ports: readonly number[];
  readonly #servers: RunningProcess[] = [];
  #leader = 0;
  #watch: ClusterWatch | undefined = undefined;

  private constructor(world: World, config: string, ports: readonly number[]) {
    this.#world = world;
    this.#config = config;
    this.#ports = ports;
  }

  /** Starts so many servers and waits for their leader. */
  static async start(world: World, servers: number): Promise<SurfRaftCluster> {
    const folder = await systemFolder(world, 'surfraft');
    const ports = await freePorts(servers);
    const config = join(folder, 'config.txt');
    const lines = ports.map((port, id) => `metadata${id}: ${host}:${port}`);
    await writeFile(config, [`M: ${servers}`, ...lines, ''].join('\n'));
    const cluster = new SurfRaftCluster(world, config, ports);
    try {
      await cluster.#begin();
      return cluster;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  get endpoint(): Endpoint {
    return this.#endpointOf(this.#leader);
  }

  /** All that its servers keep lies below it. */
  get folder(): string {
    return dirname(this.#config);
  }

  get configPath(): string {
    return this.#config;
  }

  get servers(): readonly ServerEndpoint[] {
    return this.#ports.map((port, id) => ({ id, host, port }));
  }

  get pids(): readonly number[] {
    return pidsOf(this.#servers);
  }

  readonly count = (): Promise<number> =>
    settledCount(async () => {
      const { files, pendingUpdates } = await this.status(this.#leader);
      return pendingUpdates === 0 ? files : undefined;
    });

  updates(run: number, isScattered: boolean): LoadPlan {
    return this.updatesWith(run, isScattered, hashesPerFile);
  }

  /** Updates with so many hashes in each. */
  updatesWith(run: number, isScattered: boolean, hashes: number): LoadPlan {
    return updatePlan(this.endpoint, { run, isScattered }, hashesOf('a file', hashes));
  }

  async warmUp(seconds: number): Promise<void> {
    const endMs = performance.now() + seconds * 1000;
    const versions = await this.#warmUpVersions();
    await drive({
      endpoint: this.endpoint,
      clients: preparingClients,
      next: (client) => {
        if (performance.now() > endMs) return undefined;
        versions[client] = (versions[client] ?? 0) + 1;
        const name = warmUpName(client);
        return updateCall(name, versions[client], hashesOf(name, hashesPerFile));
      },
      isRight: ({ status, body }) => isRightAnswer(trueAnswer, status, body),
    });
  }

  /** Creates `count` files with names of a fill, the first of them number `from`. */
  async fill(from: number, count: number): Promise<void> {
    let serial = from;
    await drive({
      endpoint: this.endpoint,
      clients: preparingClients,
      next: () => {
        if (serial === from + count) return undefined;
        const name = fillName(serial++);
        return updateCall(name, 1, hashesOf(name, hashesPerFile));
      },
      isRight: ({ status, body }) => isRightAnswer(trueAnswer, status, body),
    });
  }

  /** Linearizable reads of one file, which it creates. */
  async reads(): Promise<LoadPlan> {
    const name = `read-me/${await this.count()}`;
    const hashes = hashesOf(name, hashesPerFile);
    await callOnce(this.endpoint, updateCall(name, 1, hashes));
    const contains = must(hashes.at(-1), 'a file has hashes');
    const request = call('getfileinfo', nameParam(name));
    return fixedPlan(this.endpoint, request, { contains, bodyBytes: undefined });
  }

  /** Reads of the whole map, which has so many files. */
  async maps(files: number): Promise<LoadPlan> {
    const request = call('getfileinfomap', '');
    const { body } = await callOnce(this.endpoint, request);
    const names = body.split('<name>').length - 1;
    if (names !== files) throw new Error(`the map has ${names} files instead of ${files}`);
    const contains = `<name>${fillName(0)}</name>`;
    return fixedPlan(this.endpoint, request, { contains, bodyBytes: Buffer.byteLength(body) });
  }

  get leader(): number {
    return this.#leader;
  }

  get followers(): readonly number[] {
    return this.#ports.map((_, id) => id).filter((id) => id !== this.#leader);
  }

  async status(id: number): Promise<ServerStatus> {
    const signal = AbortSignal.timeout(askMsMax);
    const { host: name, port } = this.#endpointOf(id);
    const response = await fetch(`http://${name}:${port}/status`, { signal });
    return (await response.json()) as ServerStatus;
  }

  async residentBytes(id: number): Promise<number> {
    const { residentBytes, longestPauseMs } = await askFigures(this.#endpointOf(id).port);
    this.#world.standing.addPause(longestPauseMs);
    return residentBytes;
  }

  /** Kills a server and starts it again; gives the time of its start once it answers anything. */
  async restart(id: number): Promise<number> {
    await this.kill(id);
    const startedMs = performance.now();
    await this.startAgain(id);
    return startedMs;
  }

  async kill(id: number): Promise<void> {
    this.#watch?.leave(id);
    await must(this.#servers[id], 'the server runs').end();
  }

  /** Starts one that was killed; resolves once it answers anything. */
  async startAgain(id: number): Promise<void> {
    this.#servers[id] = this.#spawn(id);
    await this.#answers(id);
    await this.#watch?.returnTo(id);
  }

  /** Kills whoever leads now, and gives its id. */
  async killLeader(): Promise<number> {
    const findLeader = (): Promise<number | undefined> => this.#findLeader();
    const leader = await retry('a leader of SurfRaft', startSecondsMax, findLeader);
    await this.kill(leader);
    return leader;
  }

  async stop(): Promise<void> {
    await this.#watch?.end();
    await Promise.all(this.#servers.map((server) => server.end()));
  }

  async #begin(): Promise<void> {
    for (let id = 0; id < this.#ports.length; id++) this.#servers.push(this.#spawn(id));
    const findLeader = (): Promise<number | undefined> => this.#findLeader();
    this.#leader = await retry('a leader of SurfRaft', startSecondsMax, findLeader);
    await Promise.all(this.#ports.map((_, id) => this.#answers(id)));
    this.#watch = await ClusterWatch.begin(this.#ports, this.#world.standing);
  }

  #spawn(id: number): RunningProcess {
    const main = join(projectRoot, 'build/src/cli/run-server.js');
    const args = [...serverNodeFlags(), main, this.#config, String(id), '--log-level', 'warn'];
    return this.#world.processes.start(process.execPath, args);
  }

  #answers(id: number): Promise<ServerStatus> {
    return retry(`server ${id}`, startSecondsMax, () => this.status(id));
  }

  #endpointOf(id: number): Endpoint {
    return { host, port: must(this.#ports[id], 'the server is of this cluster') };
  }

  async #findLeader(): Promise<number | undefined> {
    for (let id = 0; id < this.#ports.length; id++) {
      const { status, body } = await callOnce(this.#endpointOf(id), call('isleader', ''));
      if (isRightAnswer(trueAnswer, status, body)) return id;
    }
    return undefined;
  }

  /** Which versions the files of an earlier warm-up have. */
  async #warmUpVersions(): Promise<number[]> {
    return await Promise.all(
      Array.from({ length: preparingClients }, async (_, client) => {
        const request = call('getfileinfo', nameParam(warmUpName(client)));
        const { body } = await callOnce(this.endpoint, request);
        return Number(/<(?:int|i4)>(\d+)</.exec(body)?.[1]);
      }),
    );
  }
}
