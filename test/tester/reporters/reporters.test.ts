/**
 * What each reporter writes for one passed, one failed and one skipped check.
 */
import { expect } from 'chai';
import { type Check } from '../../../tester/suite/check.js';
import { CheckFailure } from '../../../tester/cluster/check-outcome.js';
import type { Reporter, Sink, Summary, Verdict } from '../../../tester/suite/reporter.js';
import { JsonReporter } from '../../../tester/reporters/json-reporter.js';
import { JunitReporter } from '../../../tester/reporters/junit-reporter.js';
import { SpecReporter } from '../../../tester/reporters/spec-reporter.js';
import { TapReporter } from '../../../tester/reporters/tap-reporter.js';
import { contractSpelling } from '../../../tester/wire/spelling.js';
import type { Target } from '../../../tester/cluster/target.js';
import { fastTiming } from '../judging.js';
import { RecordingSink } from '../recording-sink.js';

const seat = { id: 0, address: { host: 'localhost', port: 9001 } };

const target: Target = {
  seats: [seat, { id: 1, address: { host: 'localhost', port: 9002 } }],
  reachable: [seat],
  spelling: contractSpelling,
  abilities: new Set(),
  timing: fastTiming,
  runName: 'tester-run',
};

function checkNamed(group: string, name: string): Check {
  return { group, name, needs: [], run: () => Promise.resolve() };
}

const failure = new CheckFailure('<true> & "more"', 'fault 1 "no\u0001"', 'server 0, ping()');

const story: readonly (readonly [check: Check, verdict: Verdict])[] = [
  [checkNamed('api', 'ping answers'), { kind: 'passed' }],
  [checkNamed('api', 'it is # one'), { kind: 'failed', failure }],
  [checkNamed('leader', 'followers refuse'), { kind: 'skipped', why: 'there are none' }],
];

const summary: Summary = {
  passed: 1,
  failed: 1,
  skipped: 1,
  durationMs: 1234,
  interrupted: false,
  unrestored: undefined,
};

function tell(make: (sink: Sink) => Reporter, columns?: number, end = summary): string {
  const sink = new RecordingSink(columns);
  const reporter = make(sink);
  reporter.begin(target);
  for (const [position, [check, verdict]] of story.entries()) {
    reporter.progress(`${position + 1}/${story.length} ${check.group}: ${check.name}`);
    reporter.finished({ check, verdict, durationMs: 12.4 });
  }
  reporter.end(end);
  return sink.text;
}

describe('the spec reporter', () => {
  it('writes a line per check, the reason of a failure, and the summary alone at the end', () => {
    expect(tell((sink) => new SpecReporter(sink)).split('\n')).to.deep.equal([
      'Judging a cluster of 2 servers, 1 of them cannot be reached.',
      '',
      'api',
      '  ✓ ping answers (12 ms)',
      '  ✗ it is # one (12 ms)',
      '      expected <true> & "more"',
      '      saw fault 1 "no\u0001"',
      '      on server 0, ping()',
      '',
      'leader',
      '  - followers refuse (skipped: there are none)',
      '',
      '1 passed, 1 failed, 1 skipped',
      '',
    ]);
  });

  it('leaves the skipped ones out of the summary when there are none', () => {
    const text = tell((sink) => new SpecReporter(sink), undefined, { ...summary, skipped: 0 });
    expect(text).to.match(/\n1 passed, 1 failed\n$/);
  });

  it('shows the running check on a terminal, within its width, and erases it', () => {
    const text = tell((sink) => new SpecReporter(sink), 20);
    expect(text).to.contain('  1/3 api: ping ans\u001b');
    expect(text).to.contain('\r\u001b[2K');
  });
});

describe('the TAP reporter', () => {
  it('writes numbered results, what went wrong, and how many there were', () => {
    const lines = tell((sink) => new TapReporter(sink)).split('\n');
    expect(lines).to.include('1..3');
    expect(lines).to.include('ok 1 - api: ping answers');
    expect(lines).to.include('not ok 2 - api: it is \\# one');
    expect(lines).to.include('    - "saw fault 1 \\"no\\u0001\\""');
    expect(lines).to.include('ok 3 - leader: followers refuse # SKIP there are none');
    expect(lines.at(-2)).to.equal('# 1 passed, 1 failed, 1 skipped');
  });

  it('bails out when the run was interrupted', () => {
    const end = { ...summary, interrupted: true };
    expect(tell((sink) => new TapReporter(sink), undefined, end)).to.contain('Bail out!');
  });
});

describe('the JUnit reporter', () => {
  it('writes one well-formed document with what happened', () => {
    const text = tell((sink) => new JunitReporter(sink));
    expect(text).to.contain('tests="3" failures="1" skipped="1" time="1.234"');
    expect(text).to.contain('expected &lt;true&gt; &amp; &quot;more&quot;');
    expect(text).to.contain('no?');
    expect(text).to.contain('<skipped message="there are none"/>');
  });
});

describe('the JSON reporter', () => {
  it('writes counts, servers and verdicts', () => {
    const report = JSON.parse(tell((sink) => new JsonReporter(sink))) as Record<string, unknown>;
    expect(report).to.include({ passed: 1, failed: 1, skipped: 1, durationMs: 1234 });
    expect(report['servers']).to.deep.equal([
      { id: 0, address: 'localhost:9001', reachable: true },
      { id: 1, address: 'localhost:9002', reachable: false },
    ]);
    expect(report['checks']).to.deep.include({
      group: 'leader',
      name: 'followers refuse',
      verdict: 'skipped',
      durationMs: 12,
      why: 'there are none',
    });
  });
});
