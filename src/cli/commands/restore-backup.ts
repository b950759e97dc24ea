/**
 * `surfraft restore-backup FILE --config CONFIG`: the data folders of a new cluster, made from a
 * backup. Its servers then start as usual and hold what the backup holds.
 */
import type { CommandModule } from 'yargs';
import { findLocalServers } from '../local-servers.js';
import { readClusterConfig } from '../read-cluster-config.js';
import { restoreFolders } from '../restore-folders.js';
import { UsageError } from '../usage-error.js';

interface RestoreArguments {
  readonly file: string;
  readonly config: string;
  readonly id: string | undefined;
  readonly 'data-dir': string | undefined;
}

export const restoreBackupCommand: CommandModule<object, RestoreArguments> = {
  command: 'restore-backup <file>',
  describe: "Make a new cluster's data folders from a backup, before its servers start",
  builder: (parser) =>
    parser
      .positional('file', {
        type: 'string',
        demandOption: true,
        description: 'What `backup` has written',
      })
      .option('config', {
        type: 'string',
        demandOption: true,
        requiresArg: true,
        description: "The new cluster's configuration file",
      })
      .option('id', {
        type: 'string',
        requiresArg: true,
        description: 'Make the folder of this server only',
        defaultDescription: 'all that are local to this machine',
      })
      .option('data-dir', {
        type: 'string',
        requiresArg: true,
        description:
          'As for run-server.sh: DIR/metadata<i> for each server, or with --id DIR itself',
        defaultDescription: 'data/<cluster>/metadata<i> beside CONFIG',
      })
      .epilog('Do this for every server of the new cluster, with the same FILE.'),
  handler: async ({ file, config, id, 'data-dir': dataDir }) => {
    const cluster = await readClusterConfig(config);
    if (cluster.removed.length > 0 || cluster.servers.length > cluster.founders.length) {
      throw new UsageError(
        `${config} has servers that are joined or removed, and a restored cluster is a new one; ` +
          'expected a file of its own, with the servers that begin it and without these words',
      );
    }
    const wanted = cluster.servers.filter((server) => String(server.id) === id);
    const servers = id === undefined ? await findLocalServers(cluster.servers) : wanted;
    if (servers.length === 0) {
      throw new UsageError(
        id === undefined
          ? `no server of ${config} is local to this machine; expected --id`
          : `--id is "${id}"; expected a number from 0 to ${cluster.servers.length - 1}`,
      );
    }
    const isOne = id !== undefined;
    const parts = { file, configPath: config, cluster, servers, dataDir, isOne };
    for (const line of await restoreFolders(parts)) process.stdout.write(`${line}\n`);
  },
};
