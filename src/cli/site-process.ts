/** A front of the site as a process: opens the port, and ends when it is asked to. */
import type { ServerEndpoint, ServerProof } from '../client/rpc-connection.js';
import { createLogger } from '../io/logger.js';
import { ListenError } from '../rpc/listen-error.js';
import { NetworkSiteCluster } from '../web/site/network-site-cluster.js';
import { SiteFront } from '../web/site/site-front.js';
import { reportBug } from './report-bug.js';
import { StartError } from './start-error.js';

export interface SiteProcessOptions {
  readonly port: number;
  /** Of the cluster. */
  readonly servers: readonly ServerEndpoint[];
  /** Addresses to listen at; none stands for all. */
  readonly hosts: readonly string[];
  readonly isDebugging: boolean;
  readonly isSecure: boolean;
  readonly proof: ServerProof;
  /** About the files of the proof, for the log. */
  readonly warnings: readonly string[];
  /** Resolves, with the reason, when the process is to end. */
  readonly stopRequested: Promise<string>;
}

/** Resolves with the exit code; throws `StartError`. */
export async function runSite(options: SiteProcessOptions): Promise<number> {
  const { servers, proof, warnings, isDebugging } = options;
  const level = isDebugging ? 'debug' : 'warn';
  const logger = createLogger({ level, format: 'pretty', base: { pid: process.pid } });
  for (const warning of warnings) logger.log('warn', warning);
  const front = new SiteFront({
    ...{ hosts: options.hosts, port: options.port, isSecure: options.isSecure },
    cluster: new NetworkSiteCluster(servers, proof),
    say: (urgency, text) => {
      logger.log(urgency, text);
    },
    log: isDebugging ? (line) => process.stderr.write(`${line}\n`) : undefined,
    onBug: (error) => {
      reportBug(logger, error, 'a request');
    },
  });
  try {
    await start(front);
    logger.log('info', `stopping: ${await options.stopRequested}`);
    const isGraceful = await front.stop();
    if (!isGraceful) logger.log('warn', 'requests that were still running have been cut off');
    return 0;
  } finally {
    front.close();
    await logger.close();
  }
}

async function start(front: SiteFront): Promise<void> {
  try {
    await front.start();
  } catch (error) {
    if (!(error instanceof ListenError)) throw error;
    throw new StartError(`the site cannot start: ${error.message}`);
  }
  process.stdout.write('Started successfully.\nAccepting requests. (Halt program to stop.)\n');
}
