/**
 * The tester without a process around it: a request in, an exit code out. What it writes and what
 * ends it early are handed in.
 */
import { unreachable } from '../src/base/assert.js';
import { AccessError, readAccess } from './access-files.js';
import { exitInterrupted, exitPassed, exitUnusable } from './exit-codes.js';
import { checksOf, judge } from './judge.js';
import { inScope } from './judged-cluster.js';
import { runOneShot } from './one-shot.js';
import type { Request, Work } from './request.js';
import { scaleTiming } from './cluster/timing.js';
import type { TesterEnvironment } from './tester-environment.js';
import { ScopeClosed } from './wire/call-scope.js';
import { Server } from './wire/server.js';
import { contractSpelling, findSpelling } from './wire/spelling.js';

export async function runTester(request: Request, world: TesterEnvironment): Promise<number> {
  switch (request.kind) {
    case 'print':
      world.stdout.write(`${request.text}\n`);
      return exitPassed;
    case 'misuse':
      world.stderr.write(`${request.message}\n`);
      return exitUnusable;
    case 'list':
      return list(request.work, request.only, world);
    case 'call':
      return callOnce(request, world);
    case 'judge':
      return judge(request.judged, request.options, world);
    default:
      return unreachable(request);
  }
}

function list(work: Work, only: readonly string[], world: TesterEnvironment): number {
  const checks = checksOf(work, only);
  if (typeof checks === 'string') {
    world.stderr.write(`${checks}\n`);
    return exitUnusable;
  }
  for (const check of checks) world.stdout.write(`${check.group}: ${check.name}\n`);
  return exitPassed;
}

async function callOnce(
  request: Extract<Request, { kind: 'call' }>,
  world: TesterEnvironment,
): Promise<number> {
  const { callMs } = scaleTiming(world.timing, request.timeoutScale);
  const seat = { id: 0, address: request.address };
  try {
    const result = await inScope(world.interrupt, async (scope) => {
      const access = readAccess(request.accessFiles);
      const link = { callMs, scope, access };
      const scout = new Server(seat, { ...link, spelling: contractSpelling });
      const spelling = await findSpelling(
        async (name, params) => (await scout.callByName(name, params)).answer,
      );
      const server = new Server(seat, { ...link, spelling });
      return runOneShot(server, request.call, request.asJson);
    });
    world.stdout.write(result.stdout);
    world.stderr.write(result.stderr);
    return result.exitCode;
  } catch (error) {
    if (error instanceof ScopeClosed) return exitInterrupted;
    if (error instanceof AccessError) {
      world.stderr.write(`${error.message}\n`);
      return exitUnusable;
    }
    throw error;
  }
}
