/**
 * Runs several servers, each as its own process, with one merged, labelled log. Ending the runner
 * ends them all: by a signal that it passes on, or, when it is killed itself, by the channel to
 * each of them that closes with it. A server that dies is reported and not started again.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import type { ServerId } from '../base/ids.js';
import { createLineLabeller } from './line-labeller.js';

/** A server ends within 2 s of SIGTERM; one that does not is killed. */
const stopMsMax = 4_000;

export interface RunnerOptions {
  readonly servers: readonly ServerId[];
  /** The program that runs one server. */
  readonly program: string;
  /** Its arguments for this server. */
  readonly argumentsOf: (serverId: ServerId) => readonly string[];
  /** Signals that the servers take for something else than their end. */
  readonly passOn: readonly NodeJS.Signals[];
  /** Resolves when the runner is to end its servers. */
  readonly stopRequested: Promise<unknown>;
}

/**
 * Resolves when no server runs any more, with the exit code for the whole: 0 when a stop was asked
 * for and every server that still ran then ended cleanly, else 1.
 */
export async function runCluster(options: RunnerOptions): Promise<number> {
  const run = { isStopping: false, isClean: true };
  const children = options.servers.map((serverId) => {
    const child = startServer(options, serverId);
    return { serverId, child };
  });
  for (const signal of options.passOn) {
    process.on(signal, () => {
      for (const { child } of children) child.kill(signal);
    });
  }
  void options.stopRequested.then(() => {
    run.isStopping = true;
    for (const { child } of children) stopServer(child);
  });
  const ends = children.map(async ({ serverId, child }) => {
    const end = await endOf(child);
    if (run.isStopping && end.isClean) return;
    if (run.isStopping) run.isClean = false;
    report(`server ${serverId} ended ${run.isStopping ? 'badly' : 'by itself'} (${end.text})`);
  });
  await Promise.all(ends);
  return run.isStopping && run.isClean ? 0 : 1;
}

function startServer({ program, argumentsOf }: RunnerOptions, serverId: ServerId): ChildProcess {
  const child = spawn(process.execPath, [...process.execArgv, program, ...argumentsOf(serverId)], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  merge(child.stdout, process.stdout, serverId);
  merge(child.stderr, process.stderr, serverId);
  return child;
}

function merge(from: Readable | null, into: NodeJS.WriteStream, serverId: ServerId): void {
  // Each server pipes into this stream; the default limit would warn from the eleventh on.
  into.setMaxListeners(0);
  from?.pipe(createLineLabeller(labelOf(serverId, into))).pipe(into, { end: false });
}

/** `[3] `, in a colour of its own where a person watches. */
function labelOf(serverId: ServerId, stream: NodeJS.WriteStream): string {
  const label = `[${serverId}] `;
  const isColoured = stream.isTTY && (process.env['NO_COLOR'] ?? '') === '';
  if (!isColoured) return label;
  const colours = [36, 33, 32, 35, 34, 31];
  return `\u001B[${colours[serverId % colours.length] ?? 0}m${label}\u001B[0m`;
}

function stopServer(child: ChildProcess): void {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const deadline = setTimeout(() => child.kill('SIGKILL'), stopMsMax);
  child.once('exit', () => {
    clearTimeout(deadline);
  });
}

interface ServerEnd {
  readonly isClean: boolean;
  readonly text: string;
}

async function endOf(child: ChildProcess): Promise<ServerEnd> {
  try {
    // `close` comes after the last line of its output.
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
    const text = signal === null ? `exit code ${code ?? 'unknown'}` : `signal ${signal}`;
    return { isClean: code === 0, text };
  } catch (error) {
    return { isClean: false, text: error instanceof Error ? error.message : String(error) };
  }
}

function report(text: string): void {
  process.stderr.write(`[-] ${text}\n`);
}
