/**
 * `surfraft verify DATA_DIR…`: reads every byte of servers' data folders and says what is damaged.
 * Exit code 0 when nothing is, 1 when something is. It changes nothing.
 */
import type { CommandModule } from 'yargs';
import { lookIntoFolder } from '../look-into-folder.js';

interface VerifyArguments {
  readonly folders: readonly string[];
}

export const verifyCommand: CommandModule<object, VerifyArguments> = {
  command: 'verify <folders..>',
  describe: "Check every byte of servers' data folders; exit code 1 on damage",
  builder: (parser) =>
    parser.positional('folders', {
      type: 'string',
      array: true,
      demandOption: true,
      description: "Servers' data folders",
    }),
  handler: async ({ folders }) => {
    for (const folder of folders) await verify(folder);
  },
};

async function verify(folder: string): Promise<void> {
  const { report } = await lookIntoFolder(folder);
  if (report.damage.length > 0) process.exitCode = 1;
  const lines = report.damage.length === 0 ? ['no damage'] : report.damage;
  for (const line of lines) process.stdout.write(`${folder}: ${line}\n`);
}
