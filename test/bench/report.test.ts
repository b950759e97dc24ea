/** What a run hands over: tables, pictures, JSON. */
import { expect } from 'chai';
import { SaxesParser } from 'saxes';
import { growthPicture, type GrowthCurve } from '../../bench/growth/growth-curve.js';
import {
  hasFailed,
  reportJson,
  reportMarkdown,
  reportText,
  type BenchReport,
} from '../../bench/report/bench-report.js';
import { boundText, roundText, wholeText } from '../../bench/report/figure-text.js';
import { goalsPicture } from '../../bench/report/goals-picture.js';
import { markdownTable, textTable } from '../../bench/report/text-table.js';
import { goals } from '../../bench/goals/goals.js';
import { conditions, mixedOutcomes, sample } from './samples.js';

const curve: GrowthCurve = {
  id: 'servers',
  what: 'servers',
  points: [1, 3].map((at) => {
    const each = { callsPerSecond: 30_000 / at, cpuUsPerCall: 40 * at };
    return { at, ...each, p50Ms: at, p99Ms: 2 * at };
  }),
};

const report: BenchReport = {
  conditions,
  outcomes: mixedOutcomes,
  curves: [curve],
  samples: [{ series: 'updates', system: 'etcd', ...sample({ cpuUsPerCall: Number.NaN }) }],
  pauses: new Map([
    ['updates-1', { oursMs: 12, idleMs: 8.04 }],
    ['million-memory, million-restart', { oursMs: 31, idleMs: undefined }],
  ]),
};

/** Throws when the picture is not XML. */
function expectWellFormed(svg: string): void {
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.write(svg).close();
}

describe('bench: figures', () => {
  it('have three digits that count, and commas', () => {
    expect([0.5, 4.617, 15.14, 364.2, 1234.5].map(roundText)).to.deep.equal([
      ...['0.50', '4.62', '15.1', '364', '1,235'],
    ]);
    expect([0, 999, 1000, 1_234_567].map(wholeText)).to.deep.equal([
      ...['0', '999', '1,000', '1,234,567'],
    ]);
  });

  it('stand beside the bound that they are held to', () => {
    const bounds = [...goals.values()].map(boundText);
    expect(bounds).to.include('≥ 3.5 × etcd (aim 4)');
    expect(bounds).to.include('≤ 2 × an empty map');
    expect(bounds).to.include('≤ 500 B/file');
    expect(bounds).to.include('≤ 0');
  });
});

describe('bench: the table', () => {
  it('has a row for each goal with its figures and verdict', () => {
    const lines = reportText(report, false).split('\n');
    const row = (what: string): readonly string[] =>
      (lines.find((line) => line.startsWith(`${what}  `)) ?? '').split(/ {2,}/);
    expect(row('updates, 128 clients').slice(2)).to.deep.equal([
      ...['27,104/s', '7,445/s', '3.64 ×', '4.61 / 15.1', '9.10 / 33.6', 'met'],
    ]);
    expect(row('updates, 1 client').slice(2)).to.deep.equal(['–', '–', '–', '–', '–', 'failed']);
    expect(row('memory of a leader with 1,000,000 files').at(-1)).to.equal(
      'skipped: takes minutes',
    );
    expect(row('restart with 1,000,000 files, caught up').at(-1)).to.equal('missed');
    expect(row('longest event-loop pause meanwhile').slice(2, 4)).to.deep.equal([
      ...['31.0 ms', '12.3 ms'],
    ]);
  });

  it('is followed by the longest pause of each part of the run', () => {
    const line =
      'Longest pauses by what was measured: updates-1: 12.0 ms (idle 8.0); ' +
      'million-memory, million-restart: 31.0 ms.';
    expect(reportText(report, false)).to.include(`\n${line}\n`);
    expect(reportMarkdown(report)).to.include(` ${line}\n`);
    expect(reportText({ ...report, pauses: new Map() }, false)).not.to.include('Longest pauses');
  });

  it('is followed by each reason of a failure once', () => {
    const text = reportText(report, false);
    expect(text).to.include('\nfailed: updates-1, reads-1: etcd fell over\n');
    expect(hasFailed(mixedOutcomes)).to.equal(true);
    expect(hasFailed(new Map())).to.equal(false);
  });

  it('is preceded by what it was measured on', () => {
    const text = reportText(report, false);
    expect(text).to.match(/^2 processors \(A Processor\), 24 GiB, Some Linux/);
    expect(text).to.include('Medians of 3 rounds of 5 s');
    const without = { ...report, conditions: { ...conditions, etcd: undefined } };
    expect(reportText(without, false)).to.include('etcd is not installed (Debian: etcd-server)');
  });

  it('has colours where they are wanted, and the same columns', () => {
    const plain = reportText(report, false);
    const coloured = reportText(report, true);
    expect(plain).not.to.include('\u001b');
    expect(coloured).to.include('\u001b[32mmet\u001b[0m');
    expect(coloured).to.include('\u001b[31mmissed\u001b[0m');
    expect(coloured.replaceAll(/\u001b\[\d+m/g, '')).to.equal(plain);
  });

  it('lines up its columns', () => {
    expect(textTable(['a', 'b'], [['long', 'x']])).to.equal('a     b\nlong  x\n');
  });

  it('is Markdown, too, whose cells cannot break it', () => {
    expect(markdownTable(['a', 'b'], [['x|y', 'z']])).to.equal(
      '| a    | b   |\n| ---- | --- |\n| x\\|y | z   |\n',
    );
    const text = reportMarkdown(report);
    expect(text).to.match(/^\| updates, 128 clients +\| ≥ 3\.5 × etcd \(aim 4\) +\| 27,104\/s/m);
    expect(text).to.match(/^\| servers \| updates\/s \| CPU µs per update \|/m);
  });
});

describe('bench: the JSON', () => {
  it('has conditions, goals with verdicts, growth and every sample', () => {
    const json = JSON.parse(reportJson(report)) as {
      readonly conditions: unknown;
      readonly goals: readonly Record<string, unknown>[];
      readonly growth: readonly unknown[];
      readonly pauses: readonly unknown[];
      readonly samples: readonly unknown[];
    };
    expect(json.conditions).to.deep.equal(conditions);
    expect(json.goals.map(({ id, verdict }) => [id, verdict])).to.deep.include.members([
      ['updates-128', 'met'],
      ['updates-1', 'failed'],
    ]);
    expect(json.goals[0]).to.have.nested.property('figures.ratio', 3.641);
    expect(json.growth).to.deep.equal([curve]);
    expect(json.pauses[0]).to.deep.equal({ part: 'updates-1', oursMs: 12, idleMs: 8.04 });
    expect(json.samples).to.have.length(1);
  });
});

describe('bench: the pictures', () => {
  it('show a bar for each goal that has a scale, against one mark', () => {
    const svg = goalsPicture(mixedOutcomes);
    expectWellFormed(svg);
    expect(svg.match(/<rect class="(good|bad)"/g)).to.have.length(3);
    expect(svg)
      .to.match(/>3\.64 ×</)
      .and.to.match(/>12\.5 s</)
      .and.to.match(/>31\.0 ms</);
  });

  it('end their bars on the right side of the mark', () => {
    const svg = goalsPicture(mixedOutcomes);
    const mark = Number(/<line class="mark" x1="([\d.]+)"/.exec(svg)?.[1]);
    const bars = [
      ...svg.matchAll(/<rect class="(good|bad)" x="([\d.]+)" y="[\d.]+" width="([\d.]+)"/g),
    ];
    expect(bars).to.have.length(3);
    for (const [, look, from, width] of bars) {
      expect(Number(from) + Number(width) >= mark, look).to.equal(look === 'good');
    }
  });

  it('draw growth from zero, calls and processor time apart', () => {
    const svg = growthPicture(curve);
    expectWellFormed(svg);
    expect(svg.match(/<polyline/g)).to.have.length(2);
    const [calls = ''] = /<polyline class="line" points="[^"]*"/.exec(svg) ?? [];
    // A third of the calls is a third of the height: 118 of the plot.
    expect(calls).to.match(/,52 .*,130\.7"/);
  });

  it('leave processor time out where it cannot be known', () => {
    const points = curve.points.map((point) => ({ ...point, cpuUsPerCall: Number.NaN }));
    const svg = growthPicture({ ...curve, points });
    expectWellFormed(svg);
    expect(svg.match(/<polyline/g)).to.have.length(1);
    expect(svg).not.to.include('NaN');
  });

  it('can be read on light and on dark paper', () => {
    for (const svg of [goalsPicture(mixedOutcomes), growthPicture(curve)]) {
      expect(svg).to.include('@media (prefers-color-scheme: dark)');
      const used = new Set([...svg.matchAll(/class="(\w+)"/g)].map(([, name]) => name));
      for (const name of used) expect(svg, name).to.include(`.${String(name)} {`);
    }
  });
});
