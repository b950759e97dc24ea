/** Which scenes run, what becomes of those that fail, and the checks after a run. */
import { expect } from 'chai';
import type { GoalId } from '../../bench/goals/goals.js';
import { goals } from '../../bench/goals/goals.js';
import type { Outcome } from '../../bench/goals/outcome.js';
import type { Bench } from '../../bench/scenes/bench.js';
import { checkCount } from '../../bench/scenes/measure.js';
import { runScenes } from '../../bench/scenes/run-scenes.js';
import { selectScenes } from '../../bench/scenes/scenes.js';
import type { Scene } from '../../bench/scenes/scene.js';
import { Stage } from '../../bench/scenes/stage.js';
import { closedLoop } from '../../bench/load/closed-loop.js';
import { Processes } from '../../bench/systems/processes.js';
import { StandingFigures } from '../../bench/systems/standing-figures.js';

function makeBench(standing = new StandingFigures()): Bench {
  const world = { processes: new Processes(() => undefined), folder: 'nowhere', standing };
  const settings = { etcd: undefined, warmUpSeconds: 1, steadySeconds: 0, say: () => undefined };
  return {
    world,
    stage: new Stage({ world, passOn: false, ...settings }),
    generator: closedLoop,
    rounds: 1,
    seconds: 1,
    nextRun: () => 1,
    keep: () => undefined,
    ...settings,
  };
}

const found: Outcome = { kind: 'measured', figures: { ours: 1, theirs: 1, ratio: 1 } };

function scene(ids: readonly GoalId[], run: Scene['run']): Scene {
  return { goals: ids, run };
}

describe('bench: the scenes', () => {
  it('cover every goal once', () => {
    const { rows, skipped } = selectScenes(undefined, false);
    expect([...rows].sort()).to.deep.equal([...goals.keys()].sort());
    expect(skipped).to.have.property('size', 0);
  });

  it('leave what takes long out of a quick run and say why', () => {
    const { scenes, rows, skipped } = selectScenes(undefined, true);
    expect([...skipped.keys()]).to.deep.equal([
      ...['files-200k', 'million-memory', 'million-restart'],
    ]);
    expect(skipped.get('files-200k')).to.match(/too long for --quick/);
    expect(rows).to.include.members(['million-memory']);
    expect(scenes.some((each) => each.goals.includes('million-memory'))).to.equal(false);
  });

  it('run a million files in a quick run that asks for them', () => {
    const { scenes, rows, skipped } = selectScenes(['million-restart'], true);
    expect(scenes).to.have.length(1);
    expect(skipped).to.have.property('size', 0);
    expect(rows).to.deep.equal(['million-restart', 'leader-changes', 'pauses']);
  });

  it('all run when only what is watched for in all of them was asked for', () => {
    const all = selectScenes(undefined, false).scenes;
    expect(selectScenes(['pauses'], false).scenes).to.deep.equal(all);
    expect(selectScenes(['pauses'], false).rows).to.deep.equal(['pauses', 'leader-changes']);
  });

  it('cost only their own goals when they fail, and not what they had found before', async () => {
    const selection = {
      scenes: [
        scene(['reads-1', 'reads-128'], (_, tell) => {
          tell('reads-128', found);
          return Promise.reject(new Error('no answer', { cause: new Error('a\nreset') }));
        }),
        scene(['updates-1'], (_, tell) => {
          tell('updates-1', found);
          return Promise.resolve();
        }),
      ],
      rows: ['updates-1', 'reads-1', 'reads-128', 'map-1', 'pauses'] as const,
      skipped: new Map<GoalId, string>([['map-1', 'too long']]),
    };
    const outcomes = await runScenes(makeBench(), selection);
    expect([...outcomes]).to.deep.equal([
      ['updates-1', found],
      ['reads-128', found],
      ['reads-1', { kind: 'failed', reason: 'no answer (a reset)' }],
      ['map-1', { kind: 'skipped', reason: 'too long' }],
      ['pauses', { kind: 'skipped', reason: 'no cluster was started' }],
    ]);
  });

  it('are followed by what was watched for in all of them', async () => {
    const standing = new StandingFigures();
    standing.addCluster();
    standing.addLeaderChanges(2);
    standing.addPause(12);
    standing.addPause(7);
    standing.addIdlePause(5);
    const rows = ['pauses', 'leader-changes'] as const;
    const bench = makeBench(standing);
    const outcomes = await runScenes(bench, { scenes: [], rows, skipped: new Map() });
    expect(outcomes.get('pauses')).to.have.deep.property('figures', { ours: 12, theirs: 5 });
    expect(outcomes.get('leader-changes')).to.have.nested.property('figures.ours', 2);
  });

  it('keep the longest pause of each scene apart', async () => {
    const standing = new StandingFigures();
    standing.addCluster();
    const pausing = (id: GoalId, ...pausesMs: number[]): Scene =>
      scene([id], () => {
        for (const ms of pausesMs) standing.addPause(ms);
        standing.addIdlePause(1);
        return Promise.resolve();
      });
    const scenes = [pausing('updates-1', 8, 5), pausing('reads-1'), pausing('map-1', 9)];
    const rows = ['pauses'] as const;
    const selection = { scenes, rows, skipped: new Map() };
    const outcomes = await runScenes(makeBench(standing), selection);
    expect([...standing.pausesByPart]).to.deep.equal([
      ['updates-1', { oursMs: 8, idleMs: 1 }],
      ['reads-1', { oursMs: 0, idleMs: 1 }],
      ['map-1', { oursMs: 9, idleMs: 1 }],
    ]);
    expect(outcomes.get('pauses')).to.have.deep.property('figures', { ours: 9, theirs: 1 });
  });
});

describe('bench: the count after a run of updates', () => {
  it('is what was answered, and at most one more for each client', () => {
    checkCount('it', 1000, 8, 1000);
    checkCount('it', 1000, 8, 1008);
    expect(() => {
      checkCount('it', 1000, 8, 999);
    }).to.throw('it answered 1000 updates rightly and has 999 files more');
    expect(() => {
      checkCount('it', 1000, 8, 1009);
    }).to.throw('1009');
  });
});
