/** A cluster of etcd (Debian: etcd-server) with its defaults, called through its JSON gateway. */
import { join } from 'node:path';
import { must } from '../../src/base/assert.js';
import { callOnce, drive } from '../load/drive.js';
import { base64, isRightAnswer, type Endpoint, type LoadPlan } from '../load/load-plan.js';
import * as etcd from './etcd-calls.js';
import { fillName, fillPrefix, hashesOf, preparingClients, warmUpName } from './file-names.js';
import { freePorts } from './free-port.js';
import { pidsOf, retry, type RunningProcess } from './processes.js';
import { settledCount } from './settled-count.js';
import { fixedPlan } from './surfraft-calls.js';
import type { System } from './system.js';
import { host, startSecondsMax, systemFolder, type World } from './world.js';

const hashesPerFile = 2;

export class EtcdCluster implements System {
  readonly name = 'etcd';
  readonly endpoint: Endpoint;
  readonly #servers: readonly RunningProcess[];

  private constructor(servers: readonly RunningProcess[], endpoint: Endpoint) {
    this.#servers = servers;
    this.endpoint = endpoint;
  }

  /** Starts so many servers of the installed `command` and waits for their leader. */
  static async start(world: World, command: string, servers: number): Promise<EtcdCluster> {
    const folder = await systemFolder(world, 'etcd');
    const ports = await freePorts(2 * servers);
    const clientPorts = ports.slice(0, servers);
    const peers = ports.slice(servers).map((port) => `http://${host}:${port}`);
    const cluster = peers.map((peer, id) => `s${id}=${peer}`).join(',');
    const running = clientPorts.map((port, id) => {
      const client = `http://${host}:${port}`;
      const peer = must(peers[id], 'each server has an address for its peers');
      return world.processes.start(command, [
        ...['--name', `s${id}`, '--data-dir', join(folder, `s${id}`), '--log-level', 'error'],
        ...['--listen-client-urls', client, '--advertise-client-urls', client],
        ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer],
        ...['--initial-cluster', cluster],
      ]);
    });
    try {
      const port = await retry('a leader of etcd', startSecondsMax, () => findLeader(clientPorts));
      return new EtcdCluster(running, { host, port });
    } catch (error) {
      await Promise.all(running.map((server) => server.end()));
      throw error;
    }
  }

  get pids(): readonly number[] {
    return pidsOf(this.#servers);
  }

  readonly count = (): Promise<number> =>
    settledCount(async () => {
      const { body } = await callOnce(this.endpoint, etcd.prefixRangeCall('files/', true));
      // etcd leaves out what is zero.
      return Number(/"count":"(\d+)"/.exec(body)?.[1] ?? 0);
    });

  updates(run: number, isScattered: boolean): LoadPlan {
    const value = etcd.fileValue(1, hashesOf('a file', hashesPerFile));
    return etcd.putPlan(this.endpoint, { run, isScattered }, value);
  }

  async warmUp(seconds: number): Promise<void> {
    const endMs = performance.now() + seconds * 1000;
    await drive({
      endpoint: this.endpoint,
      clients: preparingClients,
      next: (client) => (performance.now() > endMs ? undefined : putOf(warmUpName(client))),
      isRight: ({ status, body }) => isRightAnswer(etcd.putAnswer, status, body),
    });
  }

  /** Puts `count` keys with names of a fill, the first of them number `from`. */
  async fill(from: number, count: number): Promise<void> {
    let serial = from;
    await drive({
      endpoint: this.endpoint,
      clients: preparingClients,
      next: () => (serial === from + count ? undefined : putOf(fillName(serial++))),
      isRight: ({ status, body }) => isRightAnswer(etcd.putAnswer, status, body),
    });
  }

  /** Linearizable ranges of one key, which it puts. */
  async reads(): Promise<LoadPlan> {
    const key = 'read-me';
    const value = etcd.fileValue(1, hashesOf(key, hashesPerFile));
    await callOnce(this.endpoint, etcd.putCall(key, value));
    const answer = { contains: base64(value), bodyBytes: undefined };
    return fixedPlan(this.endpoint, etcd.rangeCall(key), answer);
  }

  /** Ranges of all keys of a fill, of which there are so many. */
  async maps(files: number): Promise<LoadPlan> {
    const request = etcd.prefixRangeCall(fillPrefix, false);
    const { body } = await callOnce(this.endpoint, request);
    const { kvs } = JSON.parse(body) as { readonly kvs?: readonly unknown[] };
    if (kvs?.length !== files) throw new Error(`${kvs?.length ?? 0} keys instead of ${files}`);
    const answer = { contains: `"count":"${files}"`, bodyBytes: Buffer.byteLength(body) };
    return fixedPlan(this.endpoint, request, answer);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.end()));
  }
}

function putOf(name: string): Buffer {
  return etcd.putCall(name, etcd.fileValue(1, hashesOf(name, hashesPerFile)));
}

async function findLeader(ports: readonly number[]): Promise<number | undefined> {
  for (const port of ports) {
    const request = etcd.gatewayCall('/v3/maintenance/status', {});
    const { body } = await callOnce({ host, port }, request);
    const member = /"member_id":"(\d+)"/.exec(body)?.[1];
    const leader = /"leader":"(\d+)"/.exec(body)?.[1];
    if (member !== undefined && member === leader) return port;
  }
  return undefined;
}
