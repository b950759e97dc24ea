/** `surfraft worker`: one worker of the gateway, started by its master or by a person. */
import { Socket } from 'node:net';
import type { CommandModule } from 'yargs';
import { proofOptions, readProof, type ProofOptions } from '../proof-options.js';
import { readPort } from '../service-options.js';
import { listenForStop } from '../stop-request.js';
import { UsageError } from '../usage-error.js';
import { runWorker, type WorkerStop } from '../worker-process.js';

interface WorkerArguments extends ProofOptions {
  readonly port: string;
  readonly base: string | undefined;
  readonly cluster: string | undefined;
  readonly loopback: boolean;
  readonly debug: boolean;
  readonly listing: boolean;
  readonly dotfiles: boolean;
  readonly 'cache-bytes': string;
  readonly 'share-key': string | undefined;
  readonly uploads: boolean;
  readonly 'upload-bytes': string;
  readonly 'end-with-stdin': boolean;
}

const cacheBytesDefault = 64 * 1024 * 1024;
const uploadBytesDefault = 1024 * 1024 * 1024;

/** For running requests, once the worker is asked to stop. */
const graceMs = 5_000;
/** And once its master is gone, who was to carry them on: the worker is gone within 2 s, too. */
const orphanGraceMs = 1_000;

export const workerCommand: CommandModule<object, WorkerArguments> = {
  command: 'worker',
  describe: 'Serve files over HTTP, as one worker of a gateway',
  builder: (parser) =>
    parser.options({
      port: {
        ...{ alias: 'p', type: 'string', default: '8080', requiresArg: true },
        description: 'The port',
      },
      base: { type: 'string', requiresArg: true, description: 'Serve the files of this folder' },
      cluster: {
        ...{ type: 'string', requiresArg: true },
        description: 'Serve the files of the cluster of this configuration file; the folder wins',
      },
      loopback: {
        ...{ alias: 'l', type: 'boolean', default: false },
        description: 'Listen on the loopback address only',
      },
      debug: {
        ...{ alias: 'd', type: 'boolean', default: false },
        description: 'Log one line for each request',
      },
      listing: {
        ...{ type: 'boolean', default: false },
        description: 'List folders without index.html',
      },
      dotfiles: {
        ...{ type: 'boolean', default: false },
        description: 'Serve names that begin with a dot',
      },
      'cache-bytes': {
        ...{ type: 'string', default: String(cacheBytesDefault), requiresArg: true },
        description: 'Bytes of files and blocks that are held in memory',
      },
      'share-key': {
        ...{ type: 'string', requiresArg: true },
        description: 'A file with the key of workers that share what they have cached',
      },
      uploads: {
        ...{ type: 'boolean', default: false },
        description: 'Take PUT and DELETE for files of the cluster',
      },
      'upload-bytes': {
        ...{ type: 'string', default: String(uploadBytesDefault), requiresArg: true },
        description: 'The most bytes that an uploaded file may have',
      },
      ...proofOptions,
      'end-with-stdin': { type: 'boolean', default: false, hidden: true },
    }),
  handler: async (given) => {
    const exitCode = await runWorker({
      port: readPort(given.port),
      ...{ base: given.base, cluster: given.cluster },
      proof: await readProof(given),
      ...{ isLoopbackOnly: given.loopback, isDebugging: given.debug },
      ...{ listing: given.listing, dotfiles: given.dotfiles },
      shareKeyPath: given['share-key'],
      cacheBytes: readBytes('cache-bytes', given['cache-bytes']),
      uploadBytes: given.uploads ? readBytes('upload-bytes', given['upload-bytes']) : undefined,
      stopRequested: stopRequest(given['end-with-stdin']),
    });
    // A cluster or a disk that hangs must not keep the process.
    process.exit(exitCode);
  },
};

async function stopRequest(endsWithStdin: boolean): Promise<WorkerStop> {
  const asked = listenForStop().then((reason) => ({ reason, graceMs }));
  return endsWithStdin ? Promise.race([asked, endOfStdin()]) : asked;
}

/** The master holds the other end of stdin: it ends when the master does, however that ends. */
function endOfStdin(): Promise<WorkerStop> {
  return new Promise((resolve) => {
    const stop = (): void => {
      resolve({ reason: 'the master is gone', graceMs: orphanGraceMs });
    };
    process.stdin.on('end', stop).on('close', stop).on('error', stop).resume();
    // A worker that could not start must not wait for that.
    if (process.stdin instanceof Socket) process.stdin.unref();
  });
}

function readBytes(option: string, text: string): number {
  const bytes = /^\d{1,15}$/.test(text) ? Number(text) : -1;
  if (bytes >= 0) return bytes;
  throw new UsageError(`--${option} is "${text}"; expected a whole number of bytes`);
}
