/**
 * Who serves the file: Apache 2 and nginx as Debian sets them up, and our gateway with so many
 * workers. Each runs on a port of its own, with a configuration of its own in the folder of the
 * run.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { must } from '../../src/base/assert.js';
import { freePorts } from '../systems/free-port.js';
import { findCommand, type Processes, type RunningProcess } from '../systems/processes.js';
import { projectRoot } from '../systems/project-root.js';

export interface Contestant {
  readonly name: string;
  /** Undefined: it is installed. */
  readonly missing: string | undefined;
  readonly start: (place: Place) => Promise<Started>;
}

export interface Place {
  readonly processes: Processes;
  /** For its own files. */
  readonly folder: string;
  /** What it serves. */
  readonly files: string;
}

export interface Started {
  readonly port: number;
  readonly running: RunningProcess;
}

export const apacheName = 'Apache 2';
export const nginxName = 'nginx';

export function contestants(workerCounts: readonly number[]): readonly Contestant[] {
  return [
    installed(apacheName, 'apache2', 'apache2', startApache),
    installed(nginxName, 'nginx', 'nginx', startNginx),
    ...workerCounts.map((workers) => ({
      name: `gateway, ${workers} workers`,
      missing: undefined,
      start: (place: Place) => startGateway(place, workers),
    })),
  ];
}

function installed(
  name: string,
  command: string,
  debianPackage: string,
  start: (place: Place, command: string) => Promise<Started>,
): Contestant {
  const path = findCommand(command);
  return {
    name,
    missing: path === undefined ? `${name} is not installed (Debian: ${debianPackage})` : undefined,
    start: (place) => start(place, must(path, 'it is installed')),
  };
}

/** The directives of Debian's apache2.conf and of its default site, and the modules it enables. */
function apacheConfig(port: number, { folder, files }: Place): string {
  return `ServerName localhost
Listen 127.0.0.1:${port}
DefaultRuntimeDir ${folder}
PidFile ${folder}/pid
Timeout 300
KeepAlive On
MaxKeepAliveRequests 100
KeepAliveTimeout 5
${isRoot() ? 'User www-data\nGroup www-data' : ''}
HostnameLookups Off
ErrorLog ${folder}/error.log
LogLevel warn
IncludeOptional /etc/apache2/mods-enabled/*.load
IncludeOptional /etc/apache2/mods-enabled/*.conf
LogFormat "%h %l %u %t \\"%r\\" %>s %O \\"%{Referer}i\\" \\"%{User-Agent}i\\"" combined
CustomLog ${folder}/access.log combined
<Directory />
  Options FollowSymLinks
  AllowOverride None
  Require all denied
</Directory>
<Directory ${files}>
  Options Indexes FollowSymLinks
  AllowOverride None
  Require all granted
</Directory>
DocumentRoot ${files}
`;
}

async function startApache(place: Place, command: string): Promise<Started> {
  const { port, configPath } = await prepare(place, apacheConfig);
  const args = ['-d', '/etc/apache2', '-f', configPath, '-D', 'FOREGROUND'];
  return { port, running: place.processes.start(command, args, 'SIGTERM') };
}

/** The directives of Debian's nginx.conf and of its default site. */
function nginxConfig(port: number, { folder, files }: Place): string {
  return `${isRoot() ? 'user www-data;' : ''}
worker_processes auto;
daemon off;
pid ${folder}/pid;
error_log ${folder}/error.log;
events { worker_connections 768; }
http {
  sendfile on;
  tcp_nopush on;
  types_hash_max_size 2048;
  include /etc/nginx/mime.types;
  default_type application/octet-stream;
  access_log ${folder}/access.log;
  gzip on;
  server { listen 127.0.0.1:${port}; root ${files}; location / { try_files $uri $uri/ =404; } }
}
`;
}

async function startNginx(place: Place, command: string): Promise<Started> {
  const { port, configPath } = await prepare(place, nginxConfig);
  const args = ['-c', configPath, '-p', place.folder, '-e', `${place.folder}/error.log`];
  return { port, running: place.processes.start(command, args, 'SIGTERM') };
}

async function startGateway(place: Place, workers: number): Promise<Started> {
  const { processes, folder, files } = place;
  const [port, ...workerPorts] = await freePorts(workers + 1);
  const config = {
    workers: workerPorts.map((workerPort) => ({ host: '127.0.0.1', port: workerPort })),
    baseDirectory: files,
    masterPort: must(port, 'a port'),
    masterHost: '127.0.0.1',
  };
  await mkdir(folder, { recursive: true });
  const configPath = join(folder, 'gateway.json');
  await writeFile(configPath, JSON.stringify(config));
  const program = join(projectRoot, 'build/src/cli/surfraft.js');
  const args = [program, 'gateway', configPath];
  return {
    port: config.masterPort,
    running: processes.start(process.execPath, args, 'SIGTERM'),
  };
}

async function prepare(
  place: Place,
  config: (port: number, place: Place) => string,
): Promise<{ readonly port: number; readonly configPath: string }> {
  const [port] = await freePorts(1);
  const configPath = join(place.folder, 'server.conf');
  await mkdir(place.folder, { recursive: true });
  await writeFile(configPath, config(must(port, 'a port'), place));
  return { port: must(port, 'a port'), configPath };
}

function isRoot(): boolean {
  return userInfo().uid === 0;
}
