/** Comparing what servers hold: at no-ops, at leisure, and never forgetting a difference. */
import { expect } from 'chai';
import { crc32c } from '../../src/base/crc32c.js';
import { asLogIndex, asServerId } from '../../src/base/ids.js';
import type { StateSnapshot } from '../../src/base/state-machine.js';
import { StateAlarm } from '../../src/replica/state-alarm.js';
import { StateCheck } from '../../src/replica/state-check.js';
import type { StateReport } from '../../src/replica/state-report.js';
import { tickMs } from '../../src/replica/timing.js';
import { PartWorld } from './part-world.js';
import { command, logOf, noop, ReplicaRig, self } from './replica-rig.js';

const [one, two] = [asServerId(1), asServerId(2)];

function report(from: number, index: number, checksum: number): StateReport {
  return { type: 'stateReport', serverId: asServerId(from), index: asLogIndex(index), checksum };
}

class CheckRig {
  readonly world = new PartWorld();
  readonly sent: StateReport[] = [];
  checkpoints = 0;
  open = 0;
  slices = 3;
  readonly check = new StateCheck({
    ...{ serverId: self, intervalMs: 1_000, alarm: new StateAlarm(this.world.observer) },
    stateMachine: { snapshot: () => this.#snapshot() },
    sendToAll: (each) => this.sent.push(each),
    checkpoint: () => {
      this.checkpoints += 1;
    },
  });

  tick(ms: number, isLeader = false): void {
    for (let left = ms / tickMs; left > 0; left -= 1) this.check.tick(isLeader);
  }

  applyCommand(): void {
    for (const entry of logOf(1, [command('a', 1)])) this.check.applied(entry);
  }

  #snapshot(): StateSnapshot {
    let left = this.slices;
    this.open += 1;
    return {
      next: (bytesMax) => {
        expect(bytesMax).to.be.at.most(256 * 1024);
        left -= 1;
        return left >= 0 ? Uint8Array.of(left) : undefined;
      },
      close: () => {
        this.open -= 1;
      },
    };
  }
}

describe('the check of a state', () => {
  it('looks at one slice a tick, and reports the checksum of all of it', () => {
    const rig = new CheckRig();
    rig.check.applied(noop(7, 1));
    rig.tick(3 * tickMs);
    expect([rig.sent, rig.open]).to.deep.equal([[], 1]);
    rig.tick(tickMs);
    expect(rig.sent).to.deep.equal([report(0, 7, crc32c(Uint8Array.of(2, 1, 0)))]);
    expect(rig.open).to.equal(0);
  });

  it('passes over a no-op that comes while it is at another', () => {
    const rig = new CheckRig();
    rig.check.applied(noop(7, 1));
    rig.check.applied(noop(8, 1));
    expect(rig.open).to.equal(1);
    rig.tick(1_000);
    rig.check.applied(noop(9, 1));
    rig.tick(1_000);
    expect(rig.sent.map(({ index }) => index)).to.deep.equal([7, 9]);
  });

  it('is given up when the server stands still', () => {
    const rig = new CheckRig();
    rig.check.applied(noop(7, 1));
    rig.check.giveUp();
    rig.check.giveUp();
    rig.tick(1_000);
    expect([rig.sent, rig.open]).to.deep.equal([[], 0]);
  });

  it('is asked for by a leader, now and then, while commands are applied', () => {
    const rig = new CheckRig();
    rig.tick(5_000, true);
    expect(rig.checkpoints, 'nothing was applied').to.equal(0);
    rig.applyCommand();
    rig.tick(5_000, false);
    expect(rig.checkpoints, 'not leading').to.equal(0);
    rig.tick(tickMs, true);
    expect(rig.checkpoints).to.equal(1);
    rig.check.applied(noop(7, 1));
    rig.tick(5_000, true);
    expect(rig.checkpoints, 'nothing since').to.equal(1);
    rig.applyCommand();
    rig.tick(5_000, true);
    expect(rig.checkpoints, 'each second until one is applied').to.be.within(2, 6);
  });
});

describe('the alarm', () => {
  it('is raised by whichever comes second, the report or the own checksum', () => {
    const world = new PartWorld();
    const alarm = new StateAlarm(world.observer);
    alarm.reported(one, report(1, 5, 50));
    alarm.computed(asLogIndex(5), 51);
    alarm.computed(asLogIndex(6), 60);
    alarm.reported(two, report(2, 6, 61));
    expect(alarm.mismatch).to.deep.equal({ index: 5, servers: [one, two] });
    expect(world.events).to.deep.equal([
      { type: 'stateMismatch', index: 5, server: one },
      { type: 'stateMismatch', index: 6, server: two },
    ]);
  });

  it('is not raised by equal states, nor by those of other moments', () => {
    const world = new PartWorld();
    const alarm = new StateAlarm(world.observer);
    alarm.computed(asLogIndex(5), 50);
    alarm.reported(one, report(1, 5, 50));
    alarm.reported(one, report(1, 6, 60));
    alarm.computed(asLogIndex(7), 70);
    expect([alarm.mismatch, world.events]).to.deep.equal([undefined, []]);
  });

  it('is told once for each server and never taken back', () => {
    const world = new PartWorld();
    const alarm = new StateAlarm(world.observer);
    for (let index = 1; index < 10; index += 1) {
      alarm.computed(asLogIndex(index), index);
      alarm.reported(one, report(1, index, index === 2 || index === 4 ? 0 : index));
    }
    expect(world.events).to.have.length(1);
    expect(alarm.mismatch).to.deep.equal({ index: 2, servers: [one] });
  });

  it('looks back a few moments, not for ever', () => {
    const alarm = new StateAlarm(() => undefined);
    for (let index = 1; index <= 6; index += 1) alarm.computed(asLogIndex(index), index);
    alarm.reported(one, report(1, 2, 0));
    expect(alarm.mismatch, 'forgotten').to.equal(undefined);
    alarm.reported(one, report(1, 3, 0));
    expect(alarm.mismatch).to.deep.equal({ index: 3, servers: [one] });
  });
});

describe('a report of a state', () => {
  it('is answered at once, past the core and the disk', () => {
    const rig = new ReplicaRig();
    const answers = rig.hear(one, report(1, 5, 50));
    expect(answers).to.deep.equal([{ kind: 'response', response: { type: 'stateReport' } }]);
    expect(rig.writes).to.have.length(0);
  });

  it('is not taken by a crashed server, nor from one that it is cut off from', () => {
    const rig = new ReplicaRig();
    rig.replica.setUnreachable([one], 'receive');
    expect(rig.hear(one, report(1, 5, 50))).to.deep.equal([{ kind: 'closed' }]);
    rig.replica.setUnreachable([one], 'send');
    expect(rig.hear(one, report(1, 5, 50))).to.deep.equal([{ kind: 'closed' }]);
    rig.replica.crash();
    expect(rig.hear(two, report(2, 5, 50))).to.deep.equal([{ kind: 'crashed' }]);
  });

  it('goes to every peer after a no-op was applied', () => {
    const rig = new ReplicaRig();
    rig.lead();
    rig.tick(5);
    const reports = rig.sent.filter(({ request }) => request.type === 'stateReport');
    expect(reports.map(({ to }) => to)).to.deep.equal([one, two]);
  });
});
