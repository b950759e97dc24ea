/**
 * The systems that are measured side by side: SurfRaft, a bare node:http echo server, and etcd
 * through its JSON gateway. Each is three servers (the echo server is one) with fsync on.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { HttpConnection, postRequest, type HttpAnswer } from './http-connection.js';
import type { Workload } from './load.js';
import { freePort, Processes, retry } from './processes.js';

/** A running system, with what it can be asked. */
export interface System {
  readonly name: string;
  readonly update: Workload;
  /** Linearizable read of one file or key; the echo server has none. */
  readonly read: Workload | undefined;
  stop(): Promise<void>;
}

const buildFolder = join(dirname(fileURLToPath(import.meta.url)), '..');
const host = '127.0.0.1';
const startSeconds = 20;

/** Two hashes a file, as a file of two blocks has. */
const hashes = [sha('a'), sha('b')];

function sha(letter: string): string {
  return letter.repeat(64);
}

export async function startSurfRaft(servers: number): Promise<System> {
  const folder = await mkdtemp(join(tmpdir(), 'surfraft-bench-'));
  const processes = new Processes();
  const ports = await Promise.all(Array.from({ length: servers }, () => freePort()));
  const lines = ports.map((port, id) => `metadata${id}: ${host}:${port}`);
  const config = join(folder, 'config.txt');
  await writeFile(config, [`M: ${servers}`, ...lines, ''].join('\n'));
  for (let id = 0; id < servers; id++) {
    const main = join(buildFolder, 'src/cli/run-server.js');
    processes.start(process.execPath, [main, config, String(id), '--log-level', 'warn']);
  }
  const port = await retry('a leader of SurfRaft', startSeconds, () => findLeader(ports));
  const update = (serial: number): Buffer => xmlCall('updatefile', updateParams(serial));
  await once(host, port, xmlCall('updatefile', updateParams('read-me')));
  return {
    name: 'SurfRaft',
    update: { host, port, request: update, isRight: isTrue },
    read: {
      host,
      port,
      request: () => xmlCall('getfileinfo', '<param><value>bench-read-me</value></param>'),
      isRight: ({ status, body }) => status === 200 && body.includes(sha('b')),
    },
    stop: () => stop(processes, folder),
  };
}

export async function startEcho(): Promise<System> {
  const folder = await mkdtemp(join(tmpdir(), 'surfraft-bench-'));
  const processes = new Processes();
  const port = await freePort();
  processes.start(process.execPath, [join(buildFolder, 'bench/echo-server.js'), String(port)]);
  await retry('the echo server', startSeconds, () => once(host, port, Buffer.from(getRoot)));
  return {
    name: 'bare node:http echo',
    update: {
      host,
      port,
      request: (serial) => xmlCall('updatefile', updateParams(serial)),
      isRight: ({ status, body }) => status === 200 && body.endsWith('</methodCall>'),
    },
    read: undefined,
    stop: () => stop(processes, folder),
  };
}

/** undefined when etcd is not installed (Debian: etcd-server). */
export async function startEtcd(servers: number): Promise<System | undefined> {
  const paths = (process.env['PATH'] ?? '').split(delimiter);
  const command = paths.map((path) => join(path, 'etcd')).find((path) => existsSync(path));
  if (command === undefined) return undefined;
  const folder = await mkdtemp(join(tmpdir(), 'surfraft-bench-'));
  const processes = new Processes();
  const ports = await Promise.all(Array.from({ length: 2 * servers }, () => freePort()));
  const clientPorts = ports.slice(0, servers);
  const peers = ports.slice(servers).map((port) => `http://${host}:${port}`);
  const cluster = peers.map((peer, id) => `s${id}=${peer}`).join(',');
  clientPorts.forEach((port, id) => {
    const client = `http://${host}:${port}`;
    const peer = peers[id] ?? '';
    const args = ['--name', `s${id}`, '--data-dir', join(folder, `s${id}`), '--log-level', 'error'];
    args.push('--listen-client-urls', client, '--advertise-client-urls', client);
    args.push('--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer);
    processes.start(command, [...args, '--initial-cluster', cluster]);
  });
  const port = await retry('a leader of etcd', startSeconds, () => findEtcdLeader(clientPorts));
  const value = base64(hashes.join(','));
  const put = (name: string | number): Buffer =>
    json('/v3/kv/put', { key: base64(`bench-${name}`), value });
  await once(host, port, put('read-me'));
  return {
    name: 'etcd, JSON gateway',
    update: { host, port, request: put, isRight: ({ status }) => status === 200 },
    read: {
      host,
      port,
      request: () => json('/v3/kv/range', { key: base64('bench-read-me') }),
      isRight: ({ status, body }) => status === 200 && body.includes('"count":"1"'),
    },
    stop: () => stop(processes, folder),
  };
}

const getRoot = 'GET / HTTP/1.1\r\nHost: bench\r\n\r\n';

async function stop(processes: Processes, folder: string): Promise<void> {
  await processes.end();
  await rm(folder, { recursive: true, force: true });
}

async function once(toHost: string, port: number, request: Buffer): Promise<HttpAnswer> {
  const connection = await HttpConnection.open(toHost, port);
  const answer = await connection.call(request);
  connection.close();
  return answer;
}

function xmlCall(method: string, params: string): Buffer {
  const body =
    `<?xml version="1.0"?><methodCall><methodName>surfstore.${method}</methodName>` +
    `<params>${params}</params></methodCall>`;
  return postRequest('/RPC2', 'text/xml', body);
}

function updateParams(name: string | number): string {
  const items = hashes.map((hash) => `<value><string>${hash}</string></value>`).join('');
  return (
    `<param><value><string>bench-${name}</string></value></param>` +
    '<param><value><int>1</int></value></param>' +
    `<param><value><array><data>${items}</data></array></value></param>`
  );
}

function isTrue({ status, body }: HttpAnswer): boolean {
  return status === 200 && body.includes('<boolean>1</boolean>');
}

async function findLeader(ports: readonly number[]): Promise<number | undefined> {
  for (const port of ports) {
    if (isTrue(await once(host, port, xmlCall('isleader', '')))) return port;
  }
  return undefined;
}

async function findEtcdLeader(ports: readonly number[]): Promise<number | undefined> {
  for (const port of ports) {
    const { body } = await once(host, port, json('/v3/maintenance/status', {}));
    const member = /"member_id":"(\d+)"/.exec(body)?.[1];
    const leader = /"leader":"(\d+)"/.exec(body)?.[1];
    if (member !== undefined && member === leader) return port;
  }
  return undefined;
}

function json(path: string, value: Record<string, string>): Buffer {
  return postRequest(path, 'application/json', JSON.stringify(value));
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
