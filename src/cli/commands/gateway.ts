/**
 * `surfraft gateway CONF.json`: the master of the HTTP file server and its local workers (contract,
 * section 13).
 */
import { text } from 'node:stream/consumers';
import type { CommandModule } from 'yargs';
import { hashPassword } from '../../gateway/master/basic-auth.js';
import { runGateway } from '../gateway-process.js';
import { UsageError } from '../usage-error.js';

interface GatewayArguments {
  readonly configuration: string | undefined;
  readonly debug: boolean;
  readonly 'hash-password': boolean;
}

const passwordCharactersMin = 8;

export const gatewayCommand: CommandModule<object, GatewayArguments> = {
  command: 'gateway [configuration]',
  describe: 'Serve files over HTTP: a master and its workers, as CONF.json says',
  builder: (parser) =>
    parser
      .positional('configuration', { type: 'string', description: 'CONF.json' })
      .option('debug', {
        alias: 'd',
        type: 'boolean',
        default: false,
        description: 'Log every event and a line a request, and not only warnings and errors',
      })
      .option('hash-password', {
        type: 'boolean',
        default: false,
        description: 'Read a password from standard input and print its hash, for the key "auth"',
      }),
  handler: async (args) => {
    if (args['hash-password']) {
      await printHash(args);
      return;
    }
    if (args.configuration === undefined || args.configuration === '') {
      throw new UsageError('the configuration is missing; expected surfraft gateway CONF.json');
    }
    const exitCode = await runGateway({
      configPath: args.configuration,
      isDebugging: args.debug,
    });
    process.exit(exitCode);
  },
};

async function printHash({ configuration }: GatewayArguments): Promise<void> {
  if (configuration !== undefined) {
    throw new UsageError(`"${configuration}" is too much; --hash-password stands alone`);
  }
  const password = (await text(process.stdin)).replace(/\r?\n$/, '');
  if (password.length < passwordCharactersMin || /[\r\n]/.test(password)) {
    throw new UsageError(
      `the password is too short, or several lines; expected one line of at least ` +
        `${passwordCharactersMin} characters on standard input`,
    );
  }
  process.stdout.write(`${await hashPassword(password)}\n`);
}
