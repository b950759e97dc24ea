/**
 * The tester without a process around it: a request in, an exit code out. What it writes and what
 * ends it early are handed in.
 */
import { unreachable } from '../src/base/assert.js';
import { CallScope, ScopeClosed } from './wire/call-scope.js';
import { discoverSeats } from './cluster/discovery.js';
import { DiscoveryError } from './cluster/discovery-error.js';
import { runOneShot } from './one-shot.js';
import type { ReporterName, Request, SuiteOptions } from './options.js';
import { summaryLine, type Reporter, type Sink } from './suite/reporter.js';
import { JsonReporter } from './reporters/json-reporter.js';
import { JunitReporter } from './reporters/junit-reporter.js';
import { SpecReporter } from './reporters/spec-reporter.js';
import { TapReporter } from './reporters/tap-reporter.js';
import { runSuite } from './suite/runner.js';
import { Server } from './wire/server.js';
import { contractSpelling, findSpelling } from './wire/spelling.js';
import { selectChecks, standardSuite } from './suite/suite.js';
import { surveyTarget, type Target } from './cluster/target.js';
import { scaleTiming, type Timing } from './cluster/timing.js';
import type { Address } from './wire/address.js';

export interface TesterEnvironment {
  readonly stdout: Sink;
  readonly stderr: Sink;
  /** Aborted when the user wants the run to end. */
  readonly interrupt: AbortSignal;
  /** Configuration files to look at when the cluster does not tell its servers. */
  readonly defaultFiles: readonly string[];
  readonly timing: Timing;
}

/** Exit codes, as the README promises them. */
export const exitPassed = 0;
export const exitFailed = 1;
export const exitUnusable = 2;
export const exitInterrupted = 130;

export async function runTester(request: Request, world: TesterEnvironment): Promise<number> {
  switch (request.kind) {
    case 'print':
      world.stdout.write(`${request.text}\n`);
      return exitPassed;
    case 'misuse':
      world.stderr.write(`${request.message}\n`);
      return exitUnusable;
    case 'list':
      return list(request.only, world);
    case 'call':
      return callOnce(request, world);
    case 'judge':
      return judge(request.address, request.suite, world);
    default:
      return unreachable(request);
  }
}

function list(only: readonly string[], world: TesterEnvironment): number {
  const checks = selectChecks(standardSuite, only);
  for (const check of checks) world.stdout.write(`${check.group}: ${check.name}\n`);
  return checks.length > 0 ? exitPassed : noSuchCheck(only, world);
}

function noSuchCheck(only: readonly string[], world: TesterEnvironment): number {
  world.stderr.write(`no check contains ${only.map((text) => `"${text}"`).join(' or ')}\n`);
  return exitUnusable;
}

async function callOnce(
  request: Extract<Request, { kind: 'call' }>,
  world: TesterEnvironment,
): Promise<number> {
  const scope = new CallScope();
  const { callMs } = scaleTiming(world.timing, request.timeoutScale);
  const seat = { id: 0, address: request.address };
  const scout = new Server(seat, { spelling: contractSpelling, callMs, scope });
  const spelling = await findSpelling(
    async (name, params) => (await scout.callByName(name, params)).answer,
  );
  const server = new Server(seat, { spelling, callMs, scope });
  const result = await runOneShot(server, request.call, request.asJson);
  world.stdout.write(result.stdout);
  world.stderr.write(result.stderr);
  return result.exitCode;
}

async function judge(
  address: Address,
  options: SuiteOptions,
  world: TesterEnvironment,
): Promise<number> {
  const checks = selectChecks(standardSuite, options.only);
  if (checks.length === 0) return noSuchCheck(options.only, world);
  let target: Target;
  try {
    target = await findTarget(address, options, world);
  } catch (error) {
    if (error instanceof ScopeClosed) return exitInterrupted;
    if (!(error instanceof DiscoveryError)) throw error;
    world.stderr.write(`${error.message}\n`);
    return exitUnusable;
  }
  const reporter = makeReporter(options.reporter, world.stdout);
  const summary = await runSuite({ checks, target, reporter, interrupt: world.interrupt });
  if (options.reporter === 'junit') world.stderr.write(`${summaryLine(summary)}\n`);
  if (summary.unrestored !== undefined) {
    world.stderr.write(`not restored: ${summary.unrestored}\n`);
    return exitFailed;
  }
  if (summary.interrupted) {
    world.stderr.write('Interrupted; all servers are restored.\n');
    return exitInterrupted;
  }
  return summary.failed === 0 ? exitPassed : exitFailed;
}

/** Throws `DiscoveryError` when there is nobody to judge, `ScopeClosed` when interrupted. */
async function findTarget(
  address: Address,
  options: SuiteOptions,
  world: TesterEnvironment,
): Promise<Target> {
  const timing = scaleTiming(world.timing, options.timeoutScale);
  const { configFile } = options;
  const { defaultFiles, interrupt } = world;
  const scope = new CallScope();
  const endScope = (): void => scope.close();
  interrupt.addEventListener('abort', endScope, { once: true });
  try {
    const seats = await discoverSeats({ address, configFile, defaultFiles, timing }, scope);
    return await surveyTarget(seats, timing, scope);
  } finally {
    interrupt.removeEventListener('abort', endScope);
  }
}

function makeReporter(name: ReporterName, sink: Sink): Reporter {
  switch (name) {
    case 'spec':
      return new SpecReporter(sink);
    case 'tap':
      return new TapReporter(sink);
    case 'junit':
      return new JunitReporter(sink);
    case 'json':
      return new JsonReporter(sink);
    default:
      return unreachable(name);
  }
}
