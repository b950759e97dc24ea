/** `surfraft site CONFIG`: one front of the community site (contract, section 14). */
import type { CommandModule } from 'yargs';
import { readClusterConfig } from '../read-cluster-config.js';
import { proofOptions, readProof, type ProofOptions } from '../proof-options.js';
import { readPort } from '../service-options.js';
import { runSite } from '../site-process.js';
import { listenForStop } from '../stop-request.js';
import { UsageError } from '../usage-error.js';

interface SiteArguments extends ProofOptions {
  readonly configuration: string | undefined;
  readonly port: string;
  readonly host: string | undefined;
  readonly loopback: boolean;
  readonly debug: boolean;
  readonly 'secure-cookies': boolean;
}

export const siteCommand: CommandModule<object, SiteArguments> = {
  command: 'site [configuration]',
  describe: 'Serve the community site of the cluster that CONFIG describes',
  builder: (parser) =>
    parser.positional('configuration', { type: 'string', description: 'CONFIG' }).options({
      port: {
        ...{ alias: 'p', type: 'string', default: '8000', requiresArg: true },
        description: 'The port',
      },
      host: {
        ...{ type: 'string', requiresArg: true },
        description: 'Listen at this address only',
        defaultDescription: 'all addresses',
      },
      loopback: {
        ...{ alias: 'l', type: 'boolean', default: false },
        description: 'Listen on the loopback addresses only',
      },
      debug: {
        ...{ alias: 'd', type: 'boolean', default: false },
        description: 'Log every event and a line a request, and not only warnings and errors',
      },
      'secure-cookies': {
        ...{ type: 'boolean', default: false },
        description: 'Browsers send the cookies over HTTPS only (behind a proxy that speaks it)',
      },
      ...proofOptions,
    }),
  handler: async (given) => {
    const { configuration, host, loopback } = given;
    if (configuration === undefined || configuration === '') {
      throw new UsageError('the configuration is missing; expected surfraft site CONFIG');
    }
    if (host !== undefined && (loopback || host === '')) {
      throw new UsageError('--host expects one address, and does not go with --loopback');
    }
    const { proof, warnings } = await readProof(given);
    const exitCode = await runSite({
      port: readPort(given.port),
      servers: (await readClusterConfig(configuration)).servers,
      hosts: loopback ? ['127.0.0.1', '::1'] : host === undefined ? [] : [host],
      isDebugging: given.debug,
      isSecure: given['secure-cookies'],
      proof,
      warnings,
      stopRequested: listenForStop(),
    });
    // A cluster that hangs must not keep the process.
    process.exit(exitCode);
  },
};
