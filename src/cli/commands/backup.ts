/**
 * `surfraft backup CONFIG FILE`: a consistent copy of a running cluster's state in one checksummed
 * file. It holds every update that was answered before the command began.
 */
import type { CommandModule } from 'yargs';
import { describeBytes } from '../describe-bytes.js';
import { fetchBackup } from '../fetch-backup.js';
import { proofOptions, readProof, type ProofOptions } from '../proof-options.js';
import { readClusterConfig } from '../read-cluster-config.js';
import { UsageError } from '../usage-error.js';

interface BackupArguments extends ProofOptions {
  readonly config: string;
  readonly file: string;
  readonly 'wait-seconds': number;
}

export const backupCommand: CommandModule<object, BackupArguments> = {
  command: 'backup <config> <file>',
  describe: 'Take a consistent copy of the running cluster',
  builder: (parser) =>
    parser
      .positional('config', {
        type: 'string',
        demandOption: true,
        description: "The cluster's configuration file",
      })
      .positional('file', {
        type: 'string',
        demandOption: true,
        description: 'Where the copy goes; a file of that name is replaced once the copy is whole',
      })
      .option('wait-seconds', {
        type: 'number',
        default: 15,
        requiresArg: true,
        description: 'How long to look for a leader',
      })
      .options(proofOptions),
  handler: async (given) => {
    const { config, file, 'wait-seconds': waitSeconds } = given;
    if (!(waitSeconds > 0)) throw new UsageError('--wait-seconds expects a number above 0');
    const { servers } = await readClusterConfig(config);
    const { proof, warnings } = await readProof(given);
    for (const warning of warnings) process.stderr.write(`${warning}\n`);
    const waitMs = waitSeconds * 1000;
    const { position, bytes } = await fetchBackup({ servers, proof, file, waitMs });
    const size = describeBytes(bytes);
    const { index, term } = position;
    process.stdout.write(`${file}: ${size}, the state through entry ${index} of term ${term}\n`);
  },
};
