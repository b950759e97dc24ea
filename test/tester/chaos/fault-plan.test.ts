/**
 * The plan of faults as a value: drawn from the seed alone, and only of what can be done.
 */
import { expect } from 'chai';
import fc from 'fast-check';
import type { FaultKind } from '../../../tester/chaos/chaos-record.js';
import { planFaults, type PlanRequest } from '../../../tester/chaos/fault-plan.js';

const allKinds: readonly FaultKind[] = ['crash', 'partition', 'transfer', 'kill', 'pause'];

function requestOf(changes: Partial<PlanRequest> = {}): PlanRequest {
  return { seed: '1', seconds: 60, serverCount: 5, kinds: allKinds, oneWay: true, ...changes };
}

function kindsIn(request: PlanRequest): readonly FaultKind[] {
  return planFaults(request).flatMap(({ faults }) => faults.map(({ kind }) => kind));
}

describe('a plan of faults', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(planFaults(requestOf())).to.deep.equal(planFaults(requestOf()));
    expect(planFaults(requestOf())).not.to.deep.equal(planFaults(requestOf({ seed: '2' })));
  });

  it('begins in the same way however long it is', () => {
    const short = planFaults(requestOf({ seconds: 20 }));
    expect(planFaults(requestOf({ seconds: 60 })).slice(0, short.length)).to.deep.equal(short);
  });

  it('lasts as long as the run, with every kind of fault and with calm between them', () => {
    const plan = planFaults(requestOf({ seconds: 300 }));
    const plannedMs = plan.reduce((sum, { calmMs, holdMs }) => sum + calmMs + holdMs, 0);
    expect(plannedMs).to.be.at.least(300_000);
    expect(kindsIn(requestOf({ seconds: 300 }))).to.include.members(allKinds);
    const shapes = plan.flatMap(({ faults }) =>
      faults.flatMap((fault) => (fault.kind === 'partition' ? [fault.shape.kind] : [])),
    );
    expect(shapes).to.include.members(['split', 'some', 'one-way', 'ring', 'bridge']);
    expect(plan.filter(({ calmMs }) => calmMs > 0).length).to.be.above(plan.length / 2);
  });

  it('strikes one server, a minority, a majority and all, the leader and just after answers', () => {
    const aims = planFaults(requestOf({ seconds: 300, kinds: ['kill'] })).flatMap(({ faults }) =>
      faults.map(({ aim }) => aim),
    );
    expect(new Set(aims.map(({ count }) => count))).to.deep.equal(new Set([1, 2, 3, 5]));
    expect(aims.some(({ leaderFirst }) => leaderFirst)).to.equal(true);
    expect(aims.some(({ afterAnswer }) => afterAnswer)).to.equal(true);
  });

  it('strikes in the midst of a transfer, too', () => {
    const plan = planFaults(requestOf({ seconds: 300, kinds: ['transfer', 'kill'] }));
    const pairs = plan.map(({ faults }) => faults.map(({ kind }) => kind).join(' '));
    expect(pairs).to.include('transfer kill');
  });

  it('opens with a leader that is cut off for long', () => {
    const [opening] = planFaults(requestOf());
    const [fault] = opening?.faults ?? [];
    expect(fault).to.deep.include({ kind: 'partition', shape: { kind: 'split', size: 1 } });
    expect(fault?.aim.leaderFirst).to.equal(true);
    expect(opening?.holdMs).to.be.above(1_500);
  });

  it('is empty when nothing can be done', () => {
    expect(planFaults(requestOf({ kinds: [] }))).to.deep.equal([]);
    const kinds: readonly FaultKind[] = ['partition', 'transfer'];
    expect(planFaults(requestOf({ kinds, serverCount: 1 }))).to.deep.equal([]);
  });

  it('does only what it may, to servers that are there', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.integer({ min: 1, max: 9 }),
        fc.subarray([...allKinds]),
        fc.boolean(),
        (seed, serverCount, kinds, oneWay) => {
          const plan = planFaults(requestOf({ seed, serverCount, kinds, oneWay }));
          const everyPosition = Array.from({ length: serverCount }, (_, position) => position);
          for (const fault of plan.flatMap(({ faults }) => faults)) {
            expect(kinds).to.include(fault.kind);
            expect(fault.aim.order).to.have.members(everyPosition);
            expect(fault.aim.count).to.be.within(1, Math.max(2, serverCount));
            if (fault.kind !== 'partition') continue;
            if (!oneWay) expect(fault.shape.kind).not.to.equal('one-way');
            if (fault.shape.kind === 'split') {
              expect(fault.shape.size).to.be.within(1, serverCount - 1);
            }
          }
        },
      ),
    );
  });
});
