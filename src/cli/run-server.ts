/**
 * The program behind run-server.sh: one server of a cluster, or all that are local to this machine.
 * Exit codes: 0 it was asked to stop and did, 1 it could not start or go on, 2 the command line or
 * the configuration file is wrong.
 */
import { refuseIdleBlocksPlace } from './blocks-option.js';
import { runCluster } from './cluster-runner.js';
import { childArguments } from './child-arguments.js';
import type { ClusterConfig } from '../config/cluster-config.js';
import { findLocalServers } from './local-servers.js';
import { readProgramVersion } from './program-version.js';
import { readClusterConfig } from './read-cluster-config.js';
import { readSecretFile } from './read-secret-file.js';
import { readTlsFiles } from './read-tls-files.js';
import { parseServerArguments, type ServerArguments } from './server-arguments.js';
import { runServer } from './server-process.js';
import { StartError } from './start-error.js';
import { listenForStop } from './stop-request.js';
import { UsageError } from './usage-error.js';

process.exit(await main(process.argv.slice(2)));

async function main(argv: readonly string[]): Promise<number> {
  try {
    const version = readProgramVersion();
    const parsed = await parseServerArguments(argv, version);
    if (parsed.kind === 'print') {
      process.stdout.write(`${parsed.text}\n`);
      return 0;
    }
    const { args } = parsed;
    const config = await readClusterConfig(args.configPath);
    refuseIdleBlocksPlace(args.blocks, config.blocks);
    const secretFile =
      args.secretFile === undefined ? undefined : await readSecretFile(args.secretFile);
    const tlsFiles = args.tls === undefined ? undefined : await readTlsFiles(args.tls);
    if (args.serverId === undefined) return await runLocalServers(args, config);
    const server = config.servers.find(({ id }) => id === args.serverId);
    if (server === undefined) throw new UsageError(describeNoSuchServer(args.serverId, config));
    return await runServer({
      ...{ args, config, server, version, secretFile, tlsFiles },
      stopRequested: listenForStop(),
    });
  } catch (error) {
    if (error instanceof UsageError) return refuse(error.message, 2);
    if (error instanceof StartError) return refuse(error.message, 1);
    throw error;
  }
}

function refuse(message: string, exitCode: number): number {
  process.stderr.write(`${message}\n`);
  return exitCode;
}

function describeNoSuchServer(serverId: number, { servers, removed }: ClusterConfig): string {
  const ids = `an ID ${servers.length === 1 ? '' : 'of '}${servers.map(({ id }) => id).join(', ')}`;
  return removed.some(({ id }) => id === serverId)
    ? `server ${serverId} was removed from the cluster; expected ${ids}, or a new server: ` +
        'npx surfraft member add CONFIG HOST:PORT'
    : `there is no server ${serverId}; expected ${ids}`;
}

async function runLocalServers(args: ServerArguments, config: ClusterConfig): Promise<number> {
  const local = await findLocalServers(config.servers);
  if (local.length === 0) {
    throw new UsageError(
      `no server of ${args.configPath} is local to this machine; expected an ID`,
    );
  }
  return runCluster({
    servers: local.map(({ id }) => id),
    program: import.meta.filename,
    argumentsOf: (serverId) => childArguments(args, serverId),
    // Without TLS a terminal that hangs up ends the servers.
    passOn: args.tls === undefined ? [] : ['SIGHUP'],
    stopRequested: listenForStop(),
  });
}
