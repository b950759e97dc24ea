/**
 * The scenarios that ship with the tester are readable and hold on real servers of ours, which the
 * tester starts itself, so that those that kill processes are played, too.
 */
import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { standardTiming } from '../../../tester/cluster/timing.js';
import { surveyTarget } from '../../../tester/cluster/target.js';
import { loadScenarios } from '../../../tester/scenario/load-scenarios.js';
import type { Check } from '../../../tester/suite/check.js';
import { runSuite } from '../../../tester/suite/runner.js';
import { CallScope } from '../../../tester/wire/call-scope.js';
import { SpecReporter } from '../../../tester/reporters/spec-reporter.js';
import { fastElections } from '../../e2e/support/fast-elections.js';
import { projectRoot, readAllText } from '../../tidy/source-text.js';
import { withLaunched, withSite } from '../launch/launching.js';
import { RecordingSink } from '../recording-sink.js';
import { checksIn } from './scenario-files.js';

const folder = join(projectRoot(), 'tester/scenarios');

function shippedChecks(): readonly Check[] {
  const loaded = loadScenarios([folder]);
  if (loaded.kind === 'loaded') return loaded.checks;
  throw new Error(loaded.problems.join('\n'));
}

/** Our server with elections that come soon. */
function fastServer(): string {
  const program = join(projectRoot(), 'build/src/cli/run-server.js');
  const options = fastElections.join(' ');
  return `"${process.execPath}" "${program}" {config} {id} --data-dir "{data}" ${options}`;
}

describe('the scenarios in tester/scenarios', () => {
  it('open with the situation, why it matters and a section of the paper', () => {
    const files = readAllText().filter(({ path }) => /^tester\/scenarios\/.*\.yaml$/.test(path));
    expect(files).to.have.length.greaterThan(12);
    for (const { path, text } of files) {
      const comment = /^(?:#.*\n)+/.exec(text)?.[0] ?? '';
      expect(comment, path).to.match(/Why it matters: /);
      expect(comment, path).to.match(/^# (Sections? |.*figure)\d?/m);
    }
  });

  it('have an example in their description that can be played', () => {
    const readme = readFileSync(join(folder, 'README.md'), 'utf8');
    const [, example = ''] = /```yaml\n([^]*?)```/.exec(readme) ?? [];
    expect(checksIn(example)).to.have.length(1);
  });

  it('hold on a cluster of three', async function () {
    this.timeout(120_000);
    const checks = shippedChecks();
    const sink = new RecordingSink();
    await withSite(3, (site) =>
      withLaunched(site, fastServer(), async (processes) => {
        const scope = new CallScope();
        const target = await surveyTarget(processes.seats, standardTiming, scope);
        const summary = await runSuite({
          checks,
          target: { ...target, processes },
          reporter: new SpecReporter(sink),
          interrupt: new AbortController().signal,
        });
        expect(summary, sink.text).to.include({ passed: checks.length, failed: 0, skipped: 0 });
        expect(summary.unrestored).to.equal(undefined);
      }),
    );
  });
});
