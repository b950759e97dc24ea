/**
 * The gateway's master as a process: reads its configuration, serves, reads it again on SIGHUP, and
 * ends with its workers when it is asked to.
 */
import { availableParallelism } from 'node:os';
import { Master } from '../gateway/master/master.js';
import { createLogger, type Logger } from '../io/logger.js';
import { ListenError } from '../rpc/listen-error.js';
import { readGatewaySetup, type GatewaySetup } from './read-gateway-config.js';
import { reportBug } from './report-bug.js';
import { StartError } from './start-error.js';
import { UsageError } from './usage-error.js';

export interface GatewayProcessOptions {
  readonly configPath: string;
  readonly isDebugging: boolean;
}

/** Workers that start at the same time, for each processor. */
const startsPerProcessor = 2;

/** Resolves with the exit code; throws `UsageError` and `StartError`. */
export async function runGateway(options: GatewayProcessOptions): Promise<number> {
  const { configPath, isDebugging } = options;
  const setup = await readGatewaySetup(configPath);
  const level = isDebugging ? 'debug' : 'warn';
  const logger = createLogger({ level, format: 'pretty', base: { pid: process.pid } });
  const master = new Master(setup, {
    say: (urgency, text) => {
      logger.log(urgency, text);
    },
    logRequest: isDebugging ? (line) => process.stderr.write(`${line}\n`) : undefined,
    startsAtOnceMax: startsPerProcessor * availableParallelism(),
  });
  for (const warning of warningsOf(setup)) logger.log('warn', warning);
  const stopRequested = listenForSignals(logger);
  process.on('SIGHUP', () => {
    void reload(master, configPath, logger);
  });
  try {
    await Promise.race([start(master), stopRequested]);
    logger.log('info', `stopping: ${await stopRequested}`);
    await master.stop();
    return 0;
  } finally {
    await logger.close();
  }
}

async function start(master: Master): Promise<void> {
  try {
    await master.start();
  } catch (error) {
    if (!(error instanceof ListenError)) throw error;
    throw new StartError(`the gateway cannot start: ${error.message}`);
  }
  process.stdout.write('Started successfully.\nAccepting requests. (Halt program to stop.)\n');
}

/** A bad configuration changes nothing. */
async function reload(master: Master, configPath: string, logger: Logger): Promise<void> {
  try {
    logger.log('info', `reading ${configPath} again`);
    const setup = await readGatewaySetup(configPath);
    for (const warning of warningsOf(setup)) logger.log('warn', warning);
    await master.change(setup);
    logger.log('info', `the configuration of ${configPath} holds now`);
  } catch (error) {
    if (error instanceof UsageError || error instanceof ListenError) {
      logger.log('error', `the configuration stays as it was: ${error.message}`);
    } else {
      reportBug(logger, error, 'changing the configuration');
    }
  }
}

/** Whoever stops a whole process group may reach this process twice with one signal. */
const sameSignalMs = 300;

/** Resolves at the first signal to end; the second one ends this process at once. */
function listenForSignals(logger: Logger): Promise<string> {
  return new Promise((resolve) => {
    let firstMs: number | undefined;
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        if (firstMs === undefined) {
          firstMs = performance.now();
          resolve(signal);
          return;
        }
        if (performance.now() - firstMs < sameSignalMs) return;
        logger.log('warn', `${signal} again: ending at once`);
        process.exit(1);
      });
    }
  });
}

function warningsOf({ warnings, config }: GatewaySetup): readonly string[] {
  const isOpen = config.uploads && config.auth === undefined && !isLoopbackOnly(config.masterHost);
  return [...warnings, ...(isOpen ? [openToAll] : [])];
}

const openToAll =
  'uploads are on and nobody is asked for a password: whoever reaches the port can change and ' +
  'delete every file of the cluster; expected "auth", or "masterHost": "127.0.0.1"';

function isLoopbackOnly(host: string | undefined): boolean {
  return host !== undefined && /^(?:127\..*|localhost\.?|::1)$/i.test(host);
}
