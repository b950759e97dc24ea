/**
 * The page of a run: what stands on it, in which order, and that nothing a server says can get out
 * of its words.
 */
import { Script } from 'node:vm';
import { expect } from 'chai';
import type { ChaosRecord } from '../../../tester/chaos/chaos-record.js';
import type { Operation } from '../../../tester/history/operation.js';
import { renderReport } from '../../../tester/report/render-report.js';
import { readPage } from './page-reading.js';
import {
  failed,
  passed,
  resultOf,
  sampleReport,
  sampleResults,
  type SampleReport,
} from './sample-results.js';
import { sampleChaos } from './sample-run.js';
import { lostUpdate, staleRead, twoLeaders } from './sample-stories.js';

const chaos = sampleChaos({ seed: 7, servers: 3, clients: 6, operations: 600 });
const threeChecks = [failed('a', 'b'), passed, failed('c', 'd')].map((verdict) =>
  resultOf('api', 'a sentence', verdict),
);
const bytesMax = 5 * 2 ** 20;

function pageOf(sample: SampleReport): string {
  return renderReport(sampleReport(sample));
}

/** Asserts that the texts stand in the page in this order. */
function expectInOrder(page: string, ...texts: readonly string[]): void {
  const places = texts.map((text) => page.indexOf(text));
  expect(places, texts.join(' | ')).not.to.include(-1);
  expect(places).to.deep.equal([...places].sort((a, b) => a - b));
}

describe('the page of a run', () => {
  const samples: Readonly<Record<string, SampleReport>> = {
    'a clean chaos run': { chaos },
    'a stale read': { chaos: staleRead(chaos) },
    'a lost update, failed checks and points': {
      chaos: lostUpdate(chaos),
      results: sampleResults(9),
      isGraded: true,
    },
    'two leaders': { chaos: twoLeaders(chaos) },
    'a suite': { results: sampleResults(0) },
    'a run that made nothing': {},
  };
  for (const [name, sample] of Object.entries(samples)) {
    it(`is well-formed, loads nothing and has scripts that compile: ${name}`, () => {
      const page = pageOf(sample);
      const { attributes, scripts } = readPage(page);
      const loading = attributes.filter((text) => / (src|href|action|on\w+)=/.test(text));
      expect(loading).to.deep.equal([]);
      expect(page).not.to.match(/https?:|url\((?!#)|@import/);
      const code = scripts.filter((text) => !text.startsWith('{'));
      expect(code).to.have.length(1);
      for (const text of code) new Script(text);
    });
  }

  it('is the same for the same data', () => {
    const sample = { chaos: staleRead(chaos), results: sampleResults(5), isGraded: true };
    expect(pageOf(sample)).to.equal(pageOf(sample));
  });

  it('tells the evidence before anything else but the verdict', () => {
    const page = pageOf({ chaos: staleRead(chaos), results: threeChecks, isGraded: true });
    expectInOrder(
      page,
      'Failed: under chaos the servers broke 2 of 5 promises, and 2 of 3 checks failed.',
      'Broken promise',
      'class="evidence operations"',
      'Expected</dt>',
      'Seen</dt>',
      '<h2>Points</h2>',
      '<h2>Timeline</h2>',
      '<h2>Checks</h2>',
    );
  });

  it('can be read without its scripts', () => {
    const { text } = readPage(pageOf({ chaos: staleRead(chaos), results: sampleResults(9) }));
    expect(text).to.match(/1 update \S+ to version \d+\s+client \d at server \d/);
    expect(text).to.match(/2 read \S+\s+client \d at server \d/);
    expect(text).to.contain('saw').and.to.contain('server 0 (localhost:9001)');
  });
});

describe('the verdict of the page', () => {
  const sentences: readonly (readonly [sentence: string, sample: SampleReport])[] = [
    ['Passed: 1 check passed.', { results: [resultOf('api', 'a', passed)] }],
    ['Failed: 2 of 3 checks failed.', { results: threeChecks }],
    ['Passed: under chaos, in 600 operations, all 5 promises held.', { chaos }],
    ['Failed: 1 of 1 check failed.', { results: [resultOf('api', 'a', failed('b', 'c'))] }],
    ['Failed: under chaos the servers broke 1 of 5 promises.', { chaos: twoLeaders(chaos) }],
    ['Nothing was judged.', {}],
    [
      'Nothing broken so far: under chaos, in 600 operations, 0 of 1 promise held and ' +
        'the rest is not proven.',
      {
        chaos: {
          ...chaos,
          findings: [{ promise: 'p', verdict: { kind: 'unknown', why: 'time was up' } }],
        },
      },
    ],
  ];
  for (const [sentence, sample] of sentences) {
    it(`says "${sentence}"`, () => {
      expect(readPage(pageOf(sample)).text).to.contain(sentence);
    });
  }

  it('does not count what only repeats the findings of the chaos run', () => {
    const results = [resultOf('chaos', 'p', failed('a', 'b')), resultOf('api', 'c', passed)];
    const { text } = readPage(pageOf({ chaos: twoLeaders(chaos), results }));
    expect(text).to.contain('Failed: under chaos the servers broke 1 of 5 promises.');
  });

  it('says when servers were left crashed or the run was interrupted', () => {
    const data = sampleReport({ results: sampleResults(0) });
    const summary = { ...data.summary, interrupted: true, unrestored: 'server 2 is silent' };
    const { text } = readPage(renderReport({ ...data, summary }));
    expect(text).to.contain('Failed: a server could not be restored.');
    expect(text).to.contain('Not restored: server 2 is silent.');
    expect(text).to.contain('The run was interrupted');
  });
});

describe('a violation on the page', () => {
  it('is told once when two promises are broken by the same operations', () => {
    const { text } = readPage(pageOf({ chaos: staleRead(chaos) }));
    expect(text.split('Broken promise')).to.have.length(2);
    expect(text).to.contain('Reads never go back behind what was answered before they began');
    expect(text).to.contain('The same operations break: reads and updates of each file are');
  });

  it('comes first when it takes the fewest operations', () => {
    expectInOrder(
      pageOf({ chaos: lostUpdate(chaos) }),
      'These 3 answers cannot all',
      'These 4 answers',
    );
  });

  it('shows by arrows which operation had ended before another began', () => {
    const page = pageOf({ chaos: staleRead(chaos) });
    expect(page).to.contain('These 2 answers cannot both be right.');
    expect(page.split('class="before"')).to.have.length(2);
  });

  it('shows two leaders in one term by what the servers said of themselves', () => {
    const { attributes, text } = readPage(pageOf({ chaos: twoLeaders(chaos) }));
    const claims = attributes.filter((one) => one === 'rect class="band leader claim"');
    expect(claims).to.have.length(2);
    expect(text).to.contain('both said that they lead in it');
  });

  it('without any drawing is told in words', () => {
    const findings = twoLeaders(chaos).findings;
    const { elements, text } = readPage(pageOf({ chaos: { ...chaos, findings, sightings: [] } }));
    expect(text).to.contain('both said that they lead in it');
    expect(elements).not.to.include('rect');
  });
});

describe('what strangers say on the page', () => {
  const attack = '</script></title></style><img src=x onerror="alert(1)">\'&amp;\u202e\0\ud800<!--';

  /** A run in which every text that a server or a user gives is hostile. */
  function hostileRun(): ChaosRecord {
    const base = staleRead(chaos);
    const hostile = (operation: Operation): Operation => ({
      ...operation,
      question: { ...operation.question, name: attack },
      outcome:
        operation.outcome.kind === 'seen'
          ? { ...operation.outcome, hash: attack }
          : operation.outcome,
    });
    const failedOne: Operation = {
      ...hostile(base.operations[0] ?? expect.fail('there are operations')),
      outcome: { kind: 'failed', why: attack },
    };
    return {
      ...base,
      seed: attack,
      replay: attack,
      servers: base.servers.map(({ id }) => ({ id, address: attack })),
      faults: base.faults.map((fault) => ({ ...fault, description: attack })),
      operations: [failedOne, ...base.operations.slice(1).map(hostile)],
      findings: base.findings.map(({ verdict }) => ({
        promise: attack,
        verdict:
          verdict.kind === 'violated'
            ? {
                ...verdict,
                expected: attack,
                seen: attack,
                evidence: verdict.evidence.map(hostile),
              }
            : { kind: 'unknown', why: attack },
      })),
    };
  }

  it('stays words, wherever it stands', () => {
    const results = [
      resultOf(attack, attack, failed(attack, attack, attack)),
      resultOf('api', attack, { kind: 'skipped', why: attack }),
    ];
    const data = sampleReport({ chaos: hostileRun(), results });
    const page = renderReport({ ...data, command: attack, startedAt: attack });
    const { elements, scripts } = readPage(page);
    expect(elements).not.to.include('img');
    expect(scripts).to.have.length(2);
    expect(page).not.to.match(/[\u202e\0\ud800]/u);
    expect(page.split('<script')).to.have.length(3);
    const told = JSON.parse(scripts[0] ?? '') as { texts: readonly string[] };
    expect(told.texts.some((text) => text.startsWith('</script>'))).to.equal(true);
  });

  it('is cut where it is too long', () => {
    const long = 'x'.repeat(10 ** 6);
    const results = sampleResults(1).map(({ check }) =>
      resultOf(check.group, check.name, failed(long, long, long)),
    );
    const page = pageOf({ results });
    expect(page).to.contain('… (998000 more characters)');
    expect(Buffer.byteLength(page)).to.be.lessThan(bytesMax);
  });
});

describe('the page of a long run', () => {
  it('of 20,000 operations is small, and has them all', () => {
    const long = sampleChaos({ seed: 3, servers: 5, clients: 16, operations: 20_000 });
    const page = pageOf({ chaos: long });
    expect(Buffer.byteLength(page)).to.be.lessThan(bytesMax / 2);
    const { scripts } = readPage(page);
    const told = JSON.parse(scripts[0] ?? '') as { operations: readonly unknown[] };
    expect(told.operations).to.have.length(20_000);
  });

  it('of far more operations with long words stays below 5 MiB and keeps the evidence', () => {
    const base = sampleChaos({ seed: 4, servers: 3, clients: 8, operations: 40_000 });
    const operations = base.operations.map((operation) => ({
      ...operation,
      question: { ...operation.question, name: `${operation.id}${'n'.repeat(200)}` },
    }));
    const evidence = operations.slice(-2);
    const findings = [
      {
        promise: 'p',
        verdict: { kind: 'violated' as const, expected: 'a', seen: 'b', evidence },
      },
    ];
    const page = pageOf({ chaos: { ...base, operations, findings } });
    expect(Buffer.byteLength(page)).to.be.lessThan(bytesMax);
    const { scripts, text } = readPage(page);
    const told = JSON.parse(scripts[0] ?? '') as { operations: readonly (readonly number[])[] };
    expect(told.operations.slice(-2).map(([id]) => id)).to.deep.equal([39_998, 39_999]);
    expect(text).to.contain('Drawn are the first');
  });
});
