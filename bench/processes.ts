/** Starts and ends the processes that are measured; each system has its own temporary folder. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';

export class Processes {
  readonly #children: ChildProcess[] = [];

  /** Starts a process whose output is only shown when it ends by itself. */
  start(command: string, args: readonly string[]): void {
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let tail = '';
    child.stderr.on('data', (chunk: Buffer) => {
      tail = (tail + chunk.toString()).slice(-2000);
    });
    child.once('exit', (code) => {
      if (this.#children.includes(child)) {
        process.stderr.write(`${command} ended with code ${String(code)}:\n${tail}\n`);
      }
    });
    this.#children.push(child);
  }

  /** Ends all of them and waits until they are gone. */
  async end(): Promise<void> {
    const children = this.#children.splice(0);
    for (const child of children) child.kill('SIGKILL');
    const running = children.filter((child) => child.exitCode === null);
    await Promise.all(running.map((child) => once(child, 'exit')));
  }
}

/** A port of this machine that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}

/** Tries until `attempt` gives a value, at most `seconds`. */
export async function retry<T>(
  what: string,
  seconds: number,
  attempt: () => Promise<T | undefined>,
): Promise<T> {
  const endMs = performance.now() + seconds * 1000;
  let lastError: unknown = undefined;
  while (performance.now() < endMs) {
    try {
      const value = await attempt();
      if (value !== undefined) return value;
    } catch (error) {
      lastError = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${what} did not come up within ${seconds} s`, { cause: lastError });
}
