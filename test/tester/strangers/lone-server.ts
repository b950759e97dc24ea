/** The Python server beside this file as a process: one server, in memory, for itself. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { projectRoot } from '../../tidy/source-text.js';

const script = join(projectRoot(), 'test/tester/strangers/lone-server.py');

export class LoneServer {
  readonly address: string;
  readonly #process: ChildProcess;

  private constructor(address: string, process: ChildProcess) {
    this.address = address;
    this.#process = process;
  }

  /** Resolves once it listens. `without` names methods that it is not to have. */
  static async start(...without: readonly string[]): Promise<LoneServer> {
    const child = spawn('python3', [script, '0', ...without], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    return new LoneServer(`127.0.0.1:${line.toString().trim()}`, child);
  }

  async stop(): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await ended;
  }
}
