/** Other programs that bring a file to a server on this machine and back, through loopback. */
import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { freePorts } from '../systems/free-port.js';
import { findCommand, retry, type RunningProcess } from '../systems/processes.js';
import { host, startSecondsMax, systemFolder, type World } from '../systems/world.js';

/** A program with its server. */
export interface Rival {
  readonly server: RunningProcess;
  /** What it keeps lies below it. */
  readonly folder: string;
  readonly command: string;
  /** Arguments that bring this file there under this name. */
  up(file: string, name: string): readonly string[];
  /** Arguments that bring it back. */
  down(name: string, file: string): readonly string[];
}

export type RivalName = 'rclone' | 'rsync';

export const rivalNames: readonly RivalName[] = ['rclone', 'rsync'];

/** Undefined when it is not installed. */
export async function startRival(world: World, name: RivalName): Promise<Rival | undefined> {
  const command = findCommand(name);
  if (command === undefined) return undefined;
  const folder = await systemFolder(world, name);
  const [port = 0] = await freePorts(1);
  const rival = await (name === 'rclone' ? startRclone : startRsync)(world, {
    command,
    folder,
    port,
  });
  await retry(`the server of ${name}`, startSecondsMax, () => isListening(port));
  return rival;
}

interface Place {
  readonly command: string;
  readonly folder: string;
  readonly port: number;
}

/** Over WebDAV, which is HTTP like ours. */
async function startRclone(world: World, { command, folder, port }: Place): Promise<Rival> {
  const kept = join(folder, 'kept');
  await mkdir(kept);
  const config = ['--config', join(folder, 'none.conf')];
  await writeFile(join(folder, 'none.conf'), '');
  const serve = ['serve', 'webdav', kept, '--addr', `${host}:${port}`, ...config];
  const remote = (name: string): string => `:webdav,url='http://${host}:${port}':${name}`;
  return {
    server: world.processes.start(command, serve),
    folder,
    command,
    up: (file, name) => ['copyto', file, remote(name), ...config],
    down: (name, file) => ['copyto', remote(name), file, ...config],
  };
}

/** Its own daemon and protocol. Whole files: there is nothing to compare with. */
async function startRsync(world: World, { command, folder, port }: Place): Promise<Rival> {
  const kept = join(folder, 'kept');
  await mkdir(kept);
  const config = join(folder, 'rsyncd.conf');
  const module = [`path = ${kept}`, 'read only = no', 'use chroot = no', 'uid = 0', 'gid = 0'];
  const isRoot = process.getuid?.() === 0;
  const lines = ['[bench]', ...module.filter((line) => isRoot || !line.includes('id = 0'))];
  await writeFile(config, [...lines, ''].join('\n'));
  const serve = ['--daemon', '--no-detach', `--config=${config}`];
  const remote = (name: string): string => `rsync://${host}:${port}/bench/${name}`;
  return {
    server: world.processes.start(command, [...serve, `--port=${port}`, `--address=${host}`]),
    folder,
    command,
    up: (file, name) => ['--whole-file', file, remote(name)],
    down: (name, file) => ['--whole-file', remote(name), file],
  };
}

async function isListening(port: number): Promise<true> {
  await new Promise<void>((resolve, reject) => {
    const socket = connect(port, host, () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', reject);
  });
  return true;
}
