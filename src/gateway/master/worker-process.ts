/**
 * The process of one local worker, from its start to its end. Its standard input is a pipe that
 * this process holds open: when this process is gone, by whatever, the worker reads the end of it
 * and ends, too.
 */
import { spawn, type ChildProcess } from 'node:child_process';

export interface WorkerProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** Variables of its environment, beside those of this process. */
  readonly env: Readonly<Record<string, string>>;
  /** A line that it wrote to stderr. */
  readonly onLine: (line: string) => void;
  /** It says that it serves. */
  readonly onReady: () => void;
  /** It is gone, and reaped. Called once, with the reason, going on from the worker's name. */
  readonly onEnd: (reason: string) => void;
}

/** How long it may take to heed a SIGTERM before it gets a SIGKILL. */
const killAfterMs = 100;
const readyText = 'Accepting requests.';
const lineCharactersMax = 4_000;

export class WorkerProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #lastLine = '';

  constructor({ command, args, env, onLine, onReady, onEnd }: WorkerProcessOptions) {
    // In a process group of its own: Ctrl-C is for the master, which ends its workers last.
    const child = spawn(command, args, {
      ...{ stdio: ['pipe', 'pipe', 'pipe'], detached: true },
      env: { ...process.env, ...env },
    });
    this.#child = child;
    // It may be gone before it has read anything.
    child.stdin.on('error', () => undefined);
    let isReady = false;
    eachLine(child.stdout, (line) => {
      if (isReady || !line.startsWith(readyText)) return;
      isReady = true;
      onReady();
    });
    eachLine(child.stderr, (line) => {
      this.#lastLine = line;
      onLine(line);
    });
    this.#ended = new Promise((resolve) => {
      const end = (how: string): void => {
        resolve();
        onEnd(how);
      };
      child.once('error', (error) => {
        if (child.pid === undefined) end(`cannot be started: ${error.message}`);
      });
      // After what it wrote has been read, unlike 'exit'.
      child.once('close', (code, signal) => {
        if (child.pid === undefined) return;
        const how = signal === null ? `ended with exit code ${String(code)}` : `ended by ${signal}`;
        end(this.#lastLine === '' ? how : `${how}: ${this.#lastLine}`);
      });
    });
  }

  /** Undefined when it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Ends it; resolves once it is gone. One that is stopped cannot heed anything but SIGKILL. */
  async end(graceMs = killAfterMs): Promise<void> {
    this.#child.kill('SIGTERM');
    const deadline = setTimeout(() => {
      this.#child.kill('SIGKILL');
    }, graceMs);
    await this.#ended;
    clearTimeout(deadline);
  }
}

function eachLine(stream: NodeJS.ReadableStream, onLine: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    const lines = `${rest}${text}`.split('\n');
    rest = (lines.pop() ?? '').slice(0, lineCharactersMax);
    for (const line of lines) onLine(line);
  });
  stream.on('end', () => {
    if (rest !== '') onLine(rest);
  });
}
