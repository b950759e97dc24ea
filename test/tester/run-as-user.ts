/** The whole tester as a command line asks for it, without a process around it. */
import { expect } from 'chai';
import { parseRequest } from '../../tester/options.js';
import type { TesterEnvironment } from '../../tester/tester-environment.js';
import { runTester } from '../../tester/tester.js';
import { fastTiming } from './judging.js';
import { RecordingSink } from './recording-sink.js';

export interface UserRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** `world` replaces parts of one in which nobody asks for files or servers. */
export async function runAsUser(
  argv: readonly string[],
  world: Partial<TesterEnvironment> = {},
): Promise<UserRun> {
  const stdout = new RecordingSink();
  const stderr = new RecordingSink();
  const exitCode = await runTester(await parseRequest(argv, '1.2.3'), {
    stdout,
    stderr,
    interrupt: new AbortController().signal,
    defaultFiles: [],
    timing: fastTiming,
    commandLine: argv.join(' '),
    drawSeed: () => 'drawn',
    now: () => new Date(0),
    saveFile: () => expect.fail('nobody asked for a report'),
    makeFolder: () => expect.fail('nobody asked for servers'),
    removeFolder: () => expect.fail('no folder was made'),
    ...world,
  });
  return { exitCode, stdout: stdout.text, stderr: stderr.text };
}
