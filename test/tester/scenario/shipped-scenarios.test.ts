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
import type { Bug } from '../fake-bugs.js';
import { failuresOf, impatientTiming, judge, withFake } from '../judging.js';
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

/** What must find which bug, and the words in which it does. */
const bugs: readonly (readonly [bug: Bug, title: string, words: RegExp])[] = [
  ['commits-old-terms-by-counting', 'by counting its copies', /version 1 of x or a later one/],
  ['elects-any-log', 'by counting its copies', /version 1 of x or a later one/],
  ['loses-last-update-at-failover', 'right after the answer', /version 1 of x or a later one/],
  ['kill-loses-updates', 'all processes were killed', /version 1 of x or a later one/],
  ['restore-loses-state', 'all servers crashed at once', /since that was answered before/],
  ['answers-without-majority', 'deposed leader that does not know', /version 2 of x or a later/],
  ['replaced-updates-are-true', 'its entries are replaced', /one update to be version 2 of x/],
  ['applies-before-commit', 'its entries are replaced', /expected version 1 of x, saw 2/],
  ['keeps-lost-entries', 'different logs end up equal', /version 0 \(seen before\) of of-A-1/],
  ['same-term-twice', 'want to lead at once', /expected one leader in term \d+, saw server/],
  ['setleader-is-ignored', 'was away while leaders changed', /expected G leads, saw false/],
  ['crash-does-not-freeze', 'was away while leaders changed', /expected version 1 of x, saw \d/],
  [
    'old-leader-comes-back-leading',
    'comes and goes',
    // Whoever looks first: the one who watches the leader, or the one who writes.
    /expected L leads, for 1000 ms; it was so|expected true, saw fault 1 "not the leader/,
  ],
  ['blocked-calls-outlive-crash', 'when its server crashes', /1 of 1 still waiting/],
  ['refuses-without-majority', 'while the majority is down', /no answer yet, saw fault 1/],
  ['never-heals', 'hears nobody answers nothing', /saw 1 of 1 still waiting/],
];

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

  it('fail on the bugs of a fake cluster that they are about', async () => {
    for (const [bug, title, words] of bugs) {
      const suite = shippedChecks().filter(({ name }) => name.includes(title));
      expect(suite, title).to.have.length(1);
      await withFake({ size: 3, bugs: [bug] }, async (cluster) => {
        const only = { timing: impatientTiming, suite, ownsServers: true };
        expect(failuresOf(await judge({ cluster, ...only })).join(), bug).to.match(words);
      });
    }
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
          act: undefined,
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
