/**
 * The decision table, row by row and then whole: every combination of the three states is held
 * against a table written from the contract, and carried out on a model of them.
 */
import { expect } from 'chai';
import fc from 'fast-check';
import { unreachable } from '../../src/base/assert.js';
import { compareNames } from '../../src/sync/compare-names.js';
import { makePlan, type PlanInput } from '../../src/sync/make-plan.js';
import { describeAction } from '../../src/sync/plan-text.js';
import type { Action, FileState, LocalState } from '../../src/sync/plan.js';
import { FileModel, blocksOf } from './file-model.js';

const v = 3;
const old = 'as last synced';
const theirs = 'changed by others';

function file(version: number, content = version === v ? old : theirs): FileState {
  return { kind: 'file', version, blocks: blocksOf(content) };
}

function deleted(version: number): FileState {
  return { kind: 'deleted', version };
}

interface States {
  readonly index?: FileState;
  readonly local?: LocalState;
  readonly cluster?: FileState;
}

function inputOf(states: States, name = 'a'): PlanInput {
  const only = <T>(value: T | undefined): ReadonlyMap<string, T> =>
    new Map(value === undefined ? [] : [[name, value]]);
  return {
    index: only(states.index),
    local: only(states.local),
    cluster: only(states.cluster),
    allowEmpty: false,
  };
}

/** The one action of a plan, undefined for an empty one. */
function actionFor(states: States): Action | undefined {
  const plan = makePlan(inputOf(states));
  if (plan.kind !== 'plan') throw new Error(`no plan but ${plan.kind}`);
  expect(plan.actions.length).to.be.at.most(1);
  return plan.actions[0];
}

const name = 'a';
const present: readonly LocalState[] = ['unchanged', 'changed'];

describe('the decision table, row by row', () => {
  function row(title: string, states: States, action: Action | undefined): void {
    it(title, () => {
      expect(actionFor(states)).to.deep.equal(action);
    });
  }

  row('–, –, –: nothing', {}, undefined);
  for (const to of [file(1), file(v), deleted(1), deleted(v)]) {
    const kind = to.kind === 'file' ? 'download' : 'note';
    row(`–, –, ${to.kind} v${to.version}: ${kind}`, { cluster: to }, { kind, name, to });
  }
  for (const local of present) {
    row('–, present, –: upload as version 1', { local }, { kind: 'upload', name, version: 1 });
    for (const to of [file(v), deleted(v)]) {
      row(
        `–, present, ${to.kind} v: conflict`,
        { local, cluster: to },
        { kind: 'conflict', name, to },
      );
    }
  }
  row(
    'v, unchanged, v: nothing',
    { index: file(v), local: 'unchanged', cluster: file(v) },
    undefined,
  );
  for (const to of [file(v + 1), file(v + 2), deleted(v + 1), deleted(v + 2)]) {
    const states = { index: file(v), cluster: to };
    const isFile = to.kind === 'file';
    const at = `${to.kind} v+${to.version - v}`;
    const replace = isFile ? 'download' : 'delete';
    row(
      `v, unchanged, ${at}: ${replace}`,
      { ...states, local: 'unchanged' },
      { kind: replace, name, to },
    );
    row(
      `v, changed, ${at}: conflict`,
      { ...states, local: 'changed' },
      { kind: 'conflict', name, to },
    );
    const follow = isFile ? 'download' : 'note';
    row(`v, deleted, ${at}: ${follow}`, states, { kind: follow, name, to });
    const gone = { index: deleted(v), cluster: to };
    row(`deletion v, –, ${at}: ${follow}`, gone, { kind: follow, name, to });
    for (const local of present) {
      row(
        `deletion v, present, ${at}: conflict`,
        { ...gone, local },
        { kind: 'conflict', name, to },
      );
    }
  }
  row(
    'v, changed, v: upload as v + 1',
    { index: file(v), local: 'changed', cluster: file(v) },
    { kind: 'upload', name, version: v + 1 },
  );
  row(
    'v, deleted, v: deletion as v + 1',
    { index: file(v), cluster: file(v) },
    { kind: 'delete-remote', name, version: v + 1 },
  );
  row('deletion v, –, deletion v: nothing', { index: deleted(v), cluster: deleted(v) }, undefined);
  for (const local of present) {
    row(
      'deletion v, present, deletion v: upload as v + 1',
      { index: deleted(v), local, cluster: deleted(v) },
      { kind: 'upload', name, version: v + 1 },
    );
  }
});

describe('an index of another cluster', () => {
  function expectForeign(states: States, clusterVersion: number): void {
    const foreign = { kind: 'foreign', name, indexVersion: v, clusterVersion };
    expect(makePlan(inputOf(states))).to.deep.equal(foreign);
  }

  for (const index of [file(v), deleted(v)]) {
    for (const local of [undefined, ...present]) {
      const states: States = { index, ...(local === undefined ? {} : { local }) };
      it(`is known by a file the cluster lacks (${index.kind}, ${local ?? 'absent'})`, () => {
        expectForeign(states, 0);
      });
      it(`is known by an older version (${index.kind}, ${local ?? 'absent'})`, () => {
        expectForeign({ ...states, cluster: file(v - 1) }, v - 1);
        expectForeign({ ...states, cluster: deleted(v - 1) }, v - 1);
      });
    }
  }

  it('is known by other content under the same version', () => {
    expectForeign({ index: file(v), cluster: file(v, 'of elsewhere') }, v);
    expectForeign({ index: file(v), cluster: file(v, '') }, v);
    expectForeign({ index: file(v, ''), cluster: file(v) }, v);
    expectForeign({ index: file(v), local: 'unchanged', cluster: deleted(v) }, v);
    expectForeign({ index: deleted(v), cluster: file(v) }, v);
  });

  it('spoils the whole plan, and is told by the first name in order', () => {
    const index = new Map(['c', '𝕏', 'b', '\uffee'].map((other) => [other, file(v)]));
    const cluster = new Map([['c', file(v)]]);
    const local = new Map<string, LocalState>([['new', 'changed']]);
    const plan = makePlan({ index, local, cluster, allowEmpty: true });
    expect(plan).to.include({ kind: 'foreign', name: 'b' });
    index.delete('b');
    expect(makePlan({ index, local, cluster, allowEmpty: true })).to.include({ name: '\uffee' });
  });
});

describe('a folder that is suddenly empty', () => {
  function inputWith(files: number, more: Partial<PlanInput> = {}): PlanInput {
    const names = Array.from({ length: files }, (_, at) => `f${at}`);
    const index = new Map(names.map((each) => [each, file(v)]));
    index.set('gone', deleted(v));
    return { index, local: new Map(), cluster: index, allowEmpty: false, ...more };
  }

  it('is not synced when five files or more have disappeared', () => {
    expect(makePlan(inputWith(5))).to.deep.equal({ kind: 'suddenly-empty', files: 5 });
    expect(makePlan(inputWith(9))).to.deep.equal({ kind: 'suddenly-empty', files: 9 });
  });

  it('is synced when that is allowed', () => {
    const plan = makePlan(inputWith(5, { allowEmpty: true }));
    const kinds = plan.kind === 'plan' ? plan.actions.map(({ kind }) => kind) : [];
    expect(kinds).to.deep.equal(Array<string>(5).fill('delete-remote'));
  });

  it('is synced with four files, or when one is left, even a changed one', () => {
    expect(makePlan(inputWith(4)).kind).to.equal('plan');
    for (const state of present) {
      expect(makePlan(inputWith(5, { local: new Map([['f3', state]]) })).kind).to.equal('plan');
    }
  });

  it('is not saved by new files, nor by one that the index calls deleted', () => {
    const local = new Map<string, LocalState>([
      ['new', 'changed'],
      ['gone', 'changed'],
    ]);
    expect(makePlan(inputWith(5, { local }))).to.include({ kind: 'suddenly-empty' });
  });

  it('is of no interest when the index is of another cluster', () => {
    expect(makePlan(inputWith(5, { cluster: new Map() }))).to.include({ kind: 'foreign' });
  });
});

/**
 * Rows: index and local file. Columns: the cluster. `.` nothing, U upload, D download, X delete,
 * R delete-remote, C conflict, n note, F foreign.
 */
const wholeTable = `
  index    local      –  f2 x2 f3 x3 f4 x4 f5 x5
  –        absent     .  D  n  D  n  D  n  D  n
  –        unchanged  U  C  C  C  C  C  C  C  C
  –        changed    U  C  C  C  C  C  C  C  C
  file     absent     F  F  F  R  F  D  n  D  n
  file     unchanged  F  F  F  .  F  D  X  D  X
  file     changed    F  F  F  U  F  C  C  C  C
  deleted  absent     F  F  F  F  .  D  n  D  n
  deleted  unchanged  F  F  F  F  U  C  C  C  C
  deleted  changed    F  F  F  F  U  C  C  C  C
`;

const letters: Readonly<Record<Action['kind'], string>> = {
  upload: 'U',
  download: 'D',
  delete: 'X',
  'delete-remote': 'R',
  conflict: 'C',
  note: 'n',
};

interface Cell {
  readonly title: string;
  readonly states: States;
  readonly letter: string;
}

function cellsOf(table: string): readonly Cell[] {
  const [head = [], ...rows] = table
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  return rows.flatMap(([index = '', local = '', ...row]) =>
    row.map((letter, at) => {
      const column = head[at + 2] ?? '';
      const version = Number(column.slice(1));
      const states: States = {
        ...(index === '–' ? {} : { index: index === 'file' ? file(v) : deleted(v) }),
        ...(local === 'unchanged' || local === 'changed' ? { local } : {}),
        ...(column === '–'
          ? {}
          : { cluster: column.startsWith('f') ? file(version) : deleted(version) }),
      };
      return { title: `index ${index}, ${local}, cluster ${column}`, states, letter };
    }),
  );
}

function letterOf(states: States): string {
  if (makePlan(inputOf(states)).kind === 'foreign') return 'F';
  const action = actionFor(states);
  return action === undefined ? '.' : letters[action.kind];
}

/** A model in these states. What counts as unchanged is the content last synced. */
function modelOf({ index, local, cluster }: States): FileModel {
  const content = local === undefined ? undefined : local === 'unchanged' ? old : 'changed here';
  const contents = [old, theirs, '', ...(content === undefined ? [] : [content])];
  return new FileModel({ index, cluster, content, contents });
}

describe('the decision table as a whole', () => {
  const cells = cellsOf(wholeTable);

  it('has every combination', () => {
    expect(new Set(cells.map(({ title }) => title)).size).to.equal(3 * 3 * 9);
  });

  for (const { title, states, letter } of cells) {
    it(`says ${letter} for ${title}`, () => {
      expect(letterOf(states)).to.equal(letter);
    });
  }

  for (const { title, states, letter } of cells.filter((cell) => cell.letter !== 'F')) {
    it(`leaves nothing to do, and loses nothing, after ${letter} for ${title}`, () => {
      const model = modelOf(states);
      const before = model.content;
      const version = model.cluster?.version ?? 0;
      const action = actionFor(states);
      if (action !== undefined) model.carryOut(action);
      expect(actionFor(model.states())).to.equal(undefined);
      const isOurs = action?.kind === 'upload' || action?.kind === 'delete-remote';
      expect(model.cluster?.version ?? 0).to.equal(isOurs ? version + 1 : version);
      expect(model.index).to.deep.equal(model.cluster);
      if (before !== undefined && states.local === 'changed') {
        expect([model.content, ...model.copies]).to.include(before);
      }
    });
  }
});

describe('a plan', () => {
  const anyState = fc.option(
    fc
      .tuple(fc.boolean(), fc.integer({ min: 1, max: 4 }))
      .map(([isFile, version]) => (isFile ? file(version) : deleted(version))),
  );
  const anyLocal = fc.option(fc.constantFrom<LocalState>('unchanged', 'changed'));
  const anyName = fc.constantFrom('a', 'b', 'B', 'a/b', 'z', 'ü', '\uffee', '𝕏', '__proto__');
  const anyNames = fc.uniqueArray(fc.tuple(anyName, anyState, anyLocal, anyState), {
    selector: ([each]) => each,
  });

  it('says of each name what it would say of it alone, in the order of the names', () => {
    fc.assert(
      fc.property(anyNames, (entries) => {
        const index = new Map<string, FileState>();
        const local = new Map<string, LocalState>();
        const cluster = new Map<string, FileState>();
        const expected: Action[] = [];
        for (const [each, known, here, current] of entries) {
          const states: States = {
            ...(known === null ? {} : { index: known }),
            ...(here === null ? {} : { local: here }),
            ...(current === null ? {} : { cluster: current }),
          };
          const alone = makePlan(inputOf(states, each));
          if (alone.kind !== 'plan') continue;
          if (known !== null) index.set(each, known);
          if (here !== null) local.set(each, here);
          if (current !== null) cluster.set(each, current);
          expected.push(...alone.actions);
        }
        const actions = expected.sort((a, b) => compareNames(a.name, b.name));
        const plan = makePlan({ index, local, cluster, allowEmpty: true });
        expect(plan).to.deep.equal({ kind: 'plan', actions });
      }),
    );
  });

  it('is printed as one line for each thing that a user would notice', () => {
    const to = file(v);
    const lineOf = (kind: Action['kind']): string | undefined => {
      switch (kind) {
        case 'upload':
        case 'delete-remote':
          return describeAction({ kind, name: 'sub/a b.txt', version: 1 });
        case 'download':
        case 'delete':
        case 'conflict':
        case 'note':
          return describeAction({ kind, name: 'sub/a b.txt', to });
        default:
          return unreachable(kind);
      }
    };
    expect(lineOf('upload')).to.equal('upload sub/a b.txt');
    expect(lineOf('download')).to.equal('download sub/a b.txt');
    expect(lineOf('delete')).to.equal('delete sub/a b.txt');
    expect(lineOf('delete-remote')).to.equal('delete-remote sub/a b.txt');
    expect(lineOf('conflict')).to.equal('conflict sub/a b.txt');
    expect(lineOf('note')).to.equal(undefined);
  });
});
