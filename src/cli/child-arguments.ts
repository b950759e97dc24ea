/**
 * The command line that runs one server of several: what the runner was told, written out in full,
 * with the ID and with a data folder of the server's own. Keys stay in the environment, which the
 * child has, too.
 */
import { join } from 'node:path';
import type { ServerId } from '../base/ids.js';
import { formatBlocksTarget, placeBelow } from './blocks-option.js';
import { serverFolderName } from './default-data-folder.js';
import type { ServerArguments } from './server-arguments.js';

/** `parseServerArguments` of the result gives `args` again, for this server. */
export function childArguments(args: ServerArguments, serverId: ServerId): readonly string[] {
  const { dataDir, blocks, timing, seed, listen } = args;
  const folderName = serverFolderName(serverId);
  const given = blocks && formatBlocksTarget(placeBelow(blocks, folderName));
  return [
    ...option('data-dir', dataDir && join(dataDir, folderName)),
    ...(args.fresh ? ['--fresh'] : []),
    ...(args.ephemeral ? ['--ephemeral'] : []),
    ...option('blocks', given?.blocks),
    ...option('s3-endpoint', given?.s3Endpoint),
    ...option('election-timeout', `${timing.electionTimeoutMinMs}-${timing.electionTimeoutMaxMs}`),
    ...option('heartbeat', String(timing.heartbeatMs)),
    ...option('seed', seed),
    ...option('listen', listen?.host),
    ...option('log-level', args.logLevel),
    ...option('log-format', args.logFormat),
    ...testerApiOptions[args.testerApi],
    ...option('format-max', String(args.formatMax)),
    ...option('secret-file', args.secretFile),
    ...option('tls-cert', args.tls?.certFile),
    ...option('tls-key', args.tls?.keyFile),
    ...option('tls-ca', args.tls?.caFile),
    ...option('tls-client-ca', args.tls?.clientCaFile),
    '--',
    args.configPath,
    String(serverId),
  ];
}

const testerApiOptions: Readonly<Record<ServerArguments['testerApi'], readonly string[]>> = {
  none: ['--no-tester-api'],
  inside: [],
  open: ['--open-tester-api'],
};

/** In one word, so that a value that begins with a dash stays a value. */
function option(name: string, value: string | undefined): readonly string[] {
  return value === undefined ? [] : [`--${name}=${value}`];
}
