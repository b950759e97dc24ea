/**
 * What clients ask: mostly what is due, of the leader; now and then what is not.
 */
import { expect } from 'chai';
import seedrandom from 'seedrandom';
import { HotNames, nextErrand, type WorkloadView } from '../../../tester/chaos/workload.js';

const view: WorkloadView = {
  servers: [0, 1, 2],
  leader: 1,
  attended: [],
  names: ['a', 'b'],
  versionOf: () => 4,
  newHash: () => 'h',
  isHunter: false,
};

function errands(changes: Partial<WorkloadView> = {}) {
  const random = seedrandom('errands');
  return Array.from({ length: 1_000 }, () => nextErrand({ ...view, ...changes }, random));
}

describe('the errands of a client', () => {
  it('go to the leader, with a few that go astray', () => {
    const toLeader = errands().filter(({ server }) => server === 1).length;
    expect(toLeader).to.be.within(850, 999);
  });

  it('go to anybody while nobody leads', () => {
    const servers = new Set(errands({ leader: undefined }).map(({ server }) => server));
    expect(servers).to.deep.equal(new Set([0, 1, 2]));
  });

  it('mostly offer the version that is due, and sometimes any other', () => {
    const versions = errands().flatMap(({ question }) =>
      question.kind === 'update' ? [question.version] : [],
    );
    const due = versions.filter((version) => version === 5).length;
    expect(due / versions.length).to.be.within(0.7, 0.95);
    expect(new Set(versions)).to.include.all.keys([-1, 0, 4, 6]);
  });

  it('go to servers that something has happened to, as reads, but only of hunters', () => {
    const attended = [2];
    const hunted = errands({ attended, isHunter: true }).filter(({ server }) => server === 2);
    expect(hunted.length).to.be.above(600);
    const reads = hunted.filter(({ question }) => question.kind === 'read').length;
    expect(reads / hunted.length).to.be.above(0.75);
    expect(errands({ attended }).filter(({ server }) => server === 2).length).to.be.below(100);
  });
});

describe('hot names', () => {
  it('make room for others while one of them stays', () => {
    const names = new HotNames('run', 60_000);
    const [stays, ...early] = names.at(0);
    const [stayed, ...late] = names.at(59_999);
    expect(stays).to.equal(stayed);
    expect(early).to.have.length(3);
    for (const name of early) expect(late).not.to.include(name);
    expect(names.until(59_999)).to.include.members([stays, ...early, ...late]);
    expect(new Set(names.until(59_999)).size).to.equal(19);
  });

  it('stay few in a run of a day', () => {
    const dayMs = 86_400_000;
    expect(new HotNames('run', dayMs).until(dayMs)).to.have.length.below(310);
  });
});
