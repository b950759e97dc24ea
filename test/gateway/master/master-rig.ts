/**
 * A master in this process in front of workers that it only watches, and clients that ask it.
 */
import { request, type Agent, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { must } from '../../../src/base/assert.js';
import { parseGatewayConfig } from '../../../src/gateway/config/parse-gateway-config.js';
import type { TlsPair } from '../../../src/gateway/master/front.js';
import type { HeldFiles } from '../../../src/gateway/master/held-answers.js';
import { Master, type MasterSetup } from '../../../src/gateway/master/master.js';
import { findFreePorts } from '../../cli/free-ports.js';
import type { StandInWorker } from './stand-in-worker.js';

export interface RigOptions {
  readonly workers: readonly StandInWorker[];
  /** Further keys of the configuration. */
  readonly keys?: Readonly<Record<string, unknown>>;
  readonly held?: HeldFiles;
  readonly tls?: TlsPair;
  readonly shareKey?: string | undefined;
  readonly headersMsMax?: number;
}

/** Short, so that tests are; nothing in them rests on its length. */
const shortMs = { healthInterval: 50, healthTimeout: 1_000, workerTimeout: 300 };

export class MasterRig {
  readonly port: number;
  readonly master: Master;
  readonly said: string[] = [];
  readonly logged: string[] = [];
  readonly #options: RigOptions;

  private constructor(port: number, options: RigOptions) {
    this.port = port;
    this.#options = options;
    this.master = new Master(this.setup(options), {
      say: (level, text) => {
        if (level !== 'debug') this.said.push(text);
      },
      logRequest: (line) => this.logged.push(line),
      startsAtOnceMax: 4,
      ...(options.headersMsMax === undefined ? {} : { headersMsMax: options.headersMsMax }),
    });
  }

  static async start(options: RigOptions): Promise<MasterRig> {
    const [port] = await findFreePorts(1);
    const rig = new MasterRig(must(port, 'a port'), options);
    await rig.master.start();
    return rig;
  }

  setup({ workers, keys, held, tls, shareKey }: RigOptions): MasterSetup {
    const text = JSON.stringify({
      workers: workers.map(({ port }) => ({ host: '127.0.0.1', port, remote: true })),
      baseDirectory: '.',
      masterPort: this.port,
      ...shortMs,
      ...keys,
    });
    const parsed = parseGatewayConfig(text, 'conf.json');
    if (parsed.kind === 'error') throw new Error(parsed.errors.join('\n'));
    const { config } = parsed;
    const setups = config.workers.map((worker) => ({ ...worker, launch: undefined }));
    return { config, workers: setups, tls, held, shareKey };
  }

  change(options: Partial<RigOptions>): Promise<void> {
    return this.master.change(this.setup({ ...this.#options, ...options }));
  }

  stop(): Promise<void> {
    return this.master.stop();
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Got> {
    return get({ port: this.port, path, headers });
  }
}

export interface Got {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  /** Whether all came that the head promised. */
  readonly isWhole: boolean;
}

export interface GetOptions {
  readonly port: number;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
  readonly agent?: Agent;
}

/** Rejects when there is no head; a body that is cut off is told of. */
export async function get(options: GetOptions): Promise<Got> {
  const asking = request({ host: '127.0.0.1', agent: false, ...options });
  asking.end();
  const [response] = (await once(asking, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  response.on('data', (chunk: Buffer) => chunks.push(chunk));
  response.on('error', () => undefined);
  await new Promise((resolve) => response.once('close', resolve));
  const { statusCode: status = 0, headers, complete: isWhole } = response;
  return { status, headers, body: Buffer.concat(chunks), isWhole };
}
