/** The dashboard's file is what Grafana expects of one; its expressions are tried in test/e2e. */
import { expect } from 'chai';
import { readDashboard, type Panel } from './read-ops.js';

const columns = 24;

describe('the Grafana dashboard', () => {
  const { panels, templating, uid } = readDashboard();
  const withTargets = panels.filter(({ type }) => type !== 'row');

  it('has panels that can be told apart, each with a title and an expression', () => {
    expect(uid).to.equal('surfraft');
    expect(new Set(panels.map(({ id }) => id)).size).to.equal(panels.length);
    expect(new Set(panels.map(({ title }) => title)).size).to.equal(panels.length);
    for (const { title, targets = [] } of withTargets) {
      expect(title).to.not.equal('');
      expect(targets, title).to.not.have.lengthOf(0);
      expect(new Set(targets.map(({ refId }) => refId)).size, title).to.equal(targets.length);
      for (const { expr } of targets) expect(expr, title).to.not.equal('');
    }
  });

  it('places them in the grid, none over another', () => {
    const cells = new Map<string, string>();
    for (const { title, gridPos } of panels) {
      const { x, y, w, h } = gridPos;
      expect(w * h, title).to.be.above(0);
      expect(x + w, title).to.be.at.most(columns);
      for (const cell of cellsOf(gridPos)) {
        expect(cells.get(cell), `what stands where "${title}" does, at ${cell}`).to.equal(
          undefined,
        );
        cells.set(cell, title);
      }
      expect(y, title).to.be.at.least(0);
    }
  });

  it('asks for no variable that it does not have', () => {
    const known = [...templating.list.map(({ name }) => name), '__rate_interval'];
    for (const { title, targets = [] } of withTargets) {
      for (const { expr } of targets) {
        const asked = [...expr.matchAll(/\$(\w+)/g)].map(([, name]) => name);
        for (const name of asked) expect(known, title).to.include(name);
      }
    }
  });

  it('shows at the top who leads, the term and the disks', () => {
    const top = withTargets.filter(({ gridPos }) => gridPos.y < 5).map(({ title }) => title);
    expect(top).to.include.members(['Servers up', 'Who leads', 'Term', 'Disks in trouble']);
  });
});

function cellsOf({ x, y, w, h }: Panel['gridPos']): readonly string[] {
  return Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`);
}
