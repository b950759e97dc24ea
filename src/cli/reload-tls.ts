/** New certificates for a process that goes on running: SIGHUP has it read their files again. */
import type { Logger } from '../io/logger.js';
import type { RpcServer } from '../rpc/rpc-server.js';
import type { CurrentTls } from '../rpc/tls-identity.js';
import type { TlsFiles } from './read-tls-files.js';
import { reportBug } from './report-bug.js';
import { UsageError } from './usage-error.js';

export interface ReloadOptions {
  readonly files: TlsFiles;
  readonly current: CurrentTls;
  readonly rpcServer: Pick<RpcServer, 'changeIdentity'>;
  readonly logger: Logger;
}

/** From now on; files that cannot be used leave everything as it is, and that is said. */
export function reloadTlsOnHangUp(options: ReloadOptions): void {
  const { logger } = options;
  process.on('SIGHUP', () => {
    reload(options).catch((error: unknown) => {
      if (error instanceof UsageError) {
        logger.log('error', `the certificates stay as they were: ${error.message}`);
      } else {
        reportBug(logger, error, 'reading the certificates again');
      }
    });
  });
}

async function reload({ files, current, rpcServer, logger }: ReloadOptions): Promise<void> {
  const { identity, warnings } = await files.readAgain();
  rpcServer.changeIdentity(identity);
  current.replace(identity);
  for (const warning of warnings) logger.log('warn', warning);
  logger.log('info', 'SIGHUP: new connections use the certificates as their files are now');
}
