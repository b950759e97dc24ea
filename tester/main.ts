/**
 * The process around the tester: arguments, streams, signals and the exit code, nothing else.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseRequest } from './options.js';
import { findProjectRoot } from './project-root.js';
import { replayWords } from './replay-command.js';
import type { Sink } from './suite/reporter.js';
import { runTester } from './tester.js';
import { standardTiming } from './cluster/timing.js';

const projectRoot = findProjectRoot();

function versionOf(root: string): string {
  const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return String((manifest as { version?: unknown }).version);
}

function sinkTo(stream: NodeJS.WriteStream): Sink {
  // A reader that went away (`| head`) ends the run like Ctrl-C, so that servers are restored.
  stream.on('error', () => interruption.abort());
  return {
    write: (text) => void stream.write(text),
    columns: stream.isTTY ? stream.columns : undefined,
  };
}

const interruption = new AbortController();

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (interruption.signal.aborted) process.exit(130);
    interruption.abort();
  });
}

const request = await parseRequest(process.argv.slice(2), versionOf(projectRoot));
process.exitCode = await runTester(request, {
  stdout: sinkTo(process.stdout),
  stderr: sinkTo(process.stderr),
  interrupt: interruption.signal,
  defaultFiles: [join(process.cwd(), 'myconfig.txt'), join(projectRoot, 'myconfig.txt')],
  timing: standardTiming,
  commandLine: replayWords(['./run-tester.sh', ...process.argv.slice(2)]),
  drawSeed: () => String(Math.floor(Math.random() * 2 ** 32)),
  now: () => new Date(),
  saveFile: (path, text) => writeFileSync(path, text),
  makeFolder: () => mkdtempSync(join(tmpdir(), 'surfraft-judged-')),
  removeFolder: (path) => rmSync(path, { recursive: true, force: true }),
});
