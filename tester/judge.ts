/**
 * A whole run: finds or starts the servers, runs what was asked for, and shows the results in each
 * form that was asked for. Whatever happens, servers that were found are left restored, and servers
 * that were started are ended.
 */
import { unreachable } from '../src/base/assert.js';
import type { ChaosRecord } from './chaos/chaos-record.js';
import { chaosResults } from './chaos/chaos-results.js';
import { runChaos } from './chaos/run-chaos.js';
import { AccessError } from './access-files.js';
import { DiscoveryError } from './cluster/discovery-error.js';
import { LaunchError } from './cluster/launch-error.js';
import type { Target } from './cluster/target.js';
import { scaleTiming } from './cluster/timing.js';
import { exitFailed, exitInterrupted, exitPassed, exitUnusable } from './exit-codes.js';
import { openJudged, type JudgedCluster } from './judged-cluster.js';
import { renderReport } from './report/render-report.js';
import { CollectingReporter } from './reporters/collecting-reporter.js';
import { gradeTable } from './reporters/grade-table.js';
import { JsonReporter } from './reporters/json-reporter.js';
import { JunitReporter } from './reporters/junit-reporter.js';
import { SpecReporter } from './reporters/spec-reporter.js';
import { TapReporter } from './reporters/tap-reporter.js';
import { replayCommand } from './replay-command.js';
import type { ChaosRequest, Judged, JudgeOptions, ReporterName, Work } from './request.js';
import { loadScenarios } from './scenario/load-scenarios.js';
import type { Check } from './suite/check.js';
import { summaryLine, type Reporter, type Sink, type Summary } from './suite/reporter.js';
import { runSuite, type Act } from './suite/runner.js';
import { selectChecks, standardSuite } from './suite/suite.js';
import type { TesterEnvironment } from './tester-environment.js';
import { ScopeClosed } from './wire/call-scope.js';

/** The checks that a run makes, in order; or a message for the user when there are none. */
export function checksOf(work: Work, only: readonly string[]): readonly Check[] | string {
  const scenarios = loadScenarios(work.scenarios);
  if (scenarios.kind === 'refused') return scenarios.problems.join('\n');
  const suite = work.suite ? standardSuite : [];
  const checks = selectChecks([...suite, ...scenarios.checks], only);
  if (checks.length > 0 || work.chaos !== undefined) return checks;
  return `no check contains ${only.map((text) => `"${text}"`).join(' or ')}`;
}

/** Resolves with the exit code. */
export async function judge(
  judged: Judged,
  options: JudgeOptions,
  world: TesterEnvironment,
): Promise<number> {
  const checks = checksOf(options.work, options.only);
  if (typeof checks === 'string') return unusable(checks, world);
  const blocked = options.reportFile === undefined ? undefined : tryReport(options, world);
  if (blocked !== undefined) return unusable(blocked, world);
  let cluster: JudgedCluster;
  try {
    cluster = await openJudged(judged, scaleTiming(world.timing, options.timeoutScale), world);
  } catch (error) {
    // Servers that were stopped while they started have not failed.
    if (error instanceof ScopeClosed || isStopped(error, world)) return exitInterrupted;
    if (isReasonOfUser(error)) {
      return unusable(error.message, world);
    }
    throw error;
  }
  let exitCode = exitFailed;
  try {
    exitCode = await new Run(cluster.target, { judged, options, checks }, world).toEnd();
  } finally {
    await cluster.close(exitCode === exitFailed);
  }
  return exitCode;
}

/** What whoever typed the command can mend. */
function isReasonOfUser(error: unknown): error is Error {
  return [AccessError, DiscoveryError, LaunchError].some((kind) => error instanceof kind);
}

function isStopped(error: unknown, { interrupt }: TesterEnvironment): boolean {
  return error instanceof LaunchError && interrupt.aborted;
}

function unusable(message: string, world: TesterEnvironment): number {
  world.stderr.write(`${message}\n`);
  return exitUnusable;
}

/** Finds out before minutes of judging that the report could not be written. */
function tryReport(options: JudgeOptions, world: TesterEnvironment): string | undefined {
  return saveReport(options, world, 'The run has not ended.\n');
}

/** What went wrong, if anything. */
function saveReport(
  { reportFile }: JudgeOptions,
  world: TesterEnvironment,
  text: string,
): string | undefined {
  if (reportFile === undefined) return undefined;
  try {
    world.saveFile(reportFile, text);
    return undefined;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    const advice = 'name a file that can be written, in a folder with room';
    return `${reportFile}: the report cannot be written (${code}); ${advice}`;
  }
}

interface RunRequest {
  readonly judged: Judged;
  readonly options: JudgeOptions;
  readonly checks: readonly Check[];
}

class Run {
  readonly #target: Target;
  readonly #request: RunRequest;
  readonly #world: TesterEnvironment;
  #chaosRecord: ChaosRecord | undefined;

  constructor(target: Target, request: RunRequest, world: TesterEnvironment) {
    this.#target = target;
    this.#request = request;
    this.#world = world;
  }

  async toEnd(): Promise<number> {
    const { options, checks } = this.#request;
    const startedAt = this.#world.now();
    const inner = makeReporter(options.reporter, this.#world.stdout, options.grade);
    const reporter = new CollectingReporter(inner);
    const { interrupt } = this.#world;
    const { chaos } = options.work;
    const act = chaos === undefined ? undefined : this.#chaosAct(chaos);
    const target = this.#target;
    const summary = await runSuite({ checks, act, target, reporter, interrupt });
    const { results } = reporter;
    if (options.grade && options.reporter !== 'json') this.#tellGrade(gradeTable(results));
    if (options.reporter === 'junit') this.#complain(summaryLine(summary));
    if (options.reportFile !== undefined) {
      const text = renderReport({
        command: this.#world.commandLine,
        startedAt: startedAt.toISOString(),
        target,
        summary,
        results,
        isGraded: options.grade,
        chaos: this.#chaosRecord,
      });
      const trouble = saveReport(options, this.#world, text);
      this.#complain(trouble ?? `Report: ${options.reportFile}`);
    }
    return this.#exitCodeOf(summary);
  }

  #chaosAct(chaos: ChaosRequest): Act {
    const seed = chaos.seed ?? this.#world.drawSeed();
    const { judged, options } = this.#request;
    const replay = replayCommand(judged, { ...chaos, seed }, options.timeoutScale);
    return {
      run: async (progress) => {
        if (chaos.seed === undefined) this.#complain(`To repeat it: ${replay}`);
        const { interrupt } = this.#world;
        const chaosOptions = { ...chaos, seed, replay };
        const record = await runChaos(this.#target, chaosOptions, { interrupt, progress });
        this.#chaosRecord = record;
        progress('');
        this.#complain(describeChaos(record));
        return chaosResults(record);
      },
    };
  }

  /** The table stands among the results where people or TAP's comments allow it. */
  #tellGrade(table: string): void {
    const { reporter } = this.#request.options;
    const { stdout, stderr } = this.#world;
    if (reporter === 'spec') stdout.write(`\n${table}`);
    else if (reporter === 'tap') stdout.write(table.replaceAll(/^/gm, '# ').replace(/# $/, ''));
    else stderr.write(table);
  }

  #complain(message: string): void {
    this.#world.stderr.write(`${message}\n`);
  }

  #exitCodeOf(summary: Summary): number {
    if (summary.unrestored !== undefined) {
      this.#complain(`not restored: ${summary.unrestored}`);
      return exitFailed;
    }
    if (summary.interrupted) {
      this.#complain('Interrupted; all servers are restored.');
      return exitInterrupted;
    }
    return summary.failed === 0 ? exitPassed : exitFailed;
  }
}

/** What there was to judge: a run without operations proves nothing. */
function describeChaos({ operations, faults, clients, durationMs, seed }: ChaosRecord): string {
  const { length } = operations;
  const updates = operations.filter(
    ({ outcome }) => outcome.kind === 'updated' && outcome.updated,
  ).length;
  return (
    `Chaos of seed ${seed}: ${length} operations of ${clients} clients (${updates} updates ` +
    `answered true), ${faults.length} faults, ${(durationMs / 1000).toFixed(1)} s`
  );
}

function makeReporter(name: ReporterName, sink: Sink, isGraded: boolean): Reporter {
  switch (name) {
    case 'spec':
      return new SpecReporter(sink);
    case 'tap':
      return new TapReporter(sink);
    case 'junit':
      return new JunitReporter(sink);
    case 'json':
      return new JsonReporter(sink, isGraded);
    default:
      return unreachable(name);
  }
}
