/** What node:http costs by itself: a server that sends each body back. */
import { join } from 'node:path';
import { callOnce, drive } from '../load/drive.js';
import { renderCall, type Endpoint, type LoadPlan } from '../load/load-plan.js';
import { hashesOf, preparingClients, warmUpName } from './file-names.js';
import { freePorts } from './free-port.js';
import { retry, type RunningProcess } from './processes.js';
import { updateCall, updatePlan } from './surfraft-calls.js';
import type { System } from './system.js';
import { host, startSecondsMax, type World } from './world.js';

const echoed = '</methodCall>';
const headEnd = '\r\n\r\n';

export class Echo implements System {
  readonly name = 'bare node:http';
  readonly endpoint: Endpoint;
  readonly count = undefined;
  readonly #server: RunningProcess;

  private constructor(server: RunningProcess, endpoint: Endpoint) {
    this.#server = server;
    this.endpoint = endpoint;
  }

  static async start(world: World): Promise<Echo> {
    const [port = 0] = await freePorts(1);
    const main = join(import.meta.dirname, 'echo-server.js');
    const server = world.processes.start(process.execPath, [main, String(port)]);
    const get = Buffer.from('GET / HTTP/1.1\r\nHost: bench\r\n\r\n');
    await retry('the echo server', startSecondsMax, () => callOnce({ host, port }, get));
    return new Echo(server, { host, port });
  }

  get pids(): readonly number[] {
    return [this.#server.pid];
  }

  updates(run: number, isScattered: boolean): LoadPlan {
    const plan = updatePlan(this.endpoint, { run, isScattered }, hashesOf('a file', 2));
    const call = renderCall(plan, 0);
    const bodyBytes = call.length - call.indexOf(headEnd) - headEnd.length;
    return { ...plan, answer: { contains: echoed, bodyBytes } };
  }

  async warmUp(seconds: number): Promise<void> {
    const endMs = performance.now() + seconds * 1000;
    const request = updateCall(warmUpName(0), 1, hashesOf('a file', 2));
    await drive({
      endpoint: this.endpoint,
      clients: preparingClients,
      next: () => (performance.now() > endMs ? undefined : request),
      isRight: ({ status, body }) => status === 200 && body.endsWith(echoed),
    });
  }

  async stop(): Promise<void> {
    await this.#server.end();
  }
}
