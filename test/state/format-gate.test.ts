/** Which format a leader may log: what is told, by whom, and how long it is believed. */
import { expect } from 'chai';
import { asServerId } from '../../src/base/ids.js';
import { FormatGate, toldMsMax } from '../../src/state/format-gate.js';
import type { Format } from '../../src/state/formats.js';

const [one, two] = [asServerId(1), asServerId(2)];

describe('the gate of formats', () => {
  let nowMs = 0;
  const gateOf = (newest: Format, peers = [one, two]): FormatGate =>
    new FormatGate({ peers: () => peers, newest, now: () => nowMs });

  beforeEach(() => {
    nowMs = 1_000;
  });

  it('opens once every server has told that it can read a format', () => {
    const gate = gateOf(3);
    expect(gate.allowed(1)).to.equal(1);
    gate.told(one, 3);
    expect(gate.allowed(1)).to.equal(1);
    gate.told(two, 2);
    expect(gate.allowed(1)).to.equal(2);
    gate.told(two, 3);
    expect(gate.allowed(1)).to.equal(3);
    expect(gateOf(3, []).allowed(1)).to.equal(3);
  });

  it('takes who told nothing lately for a program of the oldest format', () => {
    const gate = gateOf(3);
    gate.told(one, 3);
    gate.told(two, 3);
    nowMs += toldMsMax;
    expect(gate.allowed(1)).to.equal(3);
    nowMs += 1;
    expect(gate.allowed(1)).to.equal(1);
  });

  it('never falls behind the format that the state is in', () => {
    const gate = gateOf(1);
    gate.told(one, 1);
    expect([gate.allowed(1), gate.allowed(2), gate.allowed(3)]).to.deep.equal([1, 2, 3]);
  });

  it('is open in a cluster that has kept nothing yet, but for those who told less', () => {
    const gate = gateOf(3);
    expect(gate.allowed(0)).to.equal(3);
    gate.told(one, 1);
    expect(gate.allowed(0)).to.equal(1);
  });

  it('stays shut for as long as this server is to use an older format', () => {
    const gate = gateOf(2);
    gate.told(one, 3);
    gate.told(two, 3);
    expect([gate.newest, gate.allowed(0), gate.allowed(1)]).to.deep.equal([2, 2, 2]);
    expect(gate.whyNot(3)).to.contain('started with --format-max 2, and this needs 3');
  });

  it('takes a number that it does not know for the nearest one that it does', () => {
    const gate = gateOf(3, [one]);
    for (const [told, allowed] of [
      [7, 3],
      [0, 1],
      [NaN, 1],
    ] as const) {
      gate.told(one, told);
      expect(gate.allowed(1)).to.equal(allowed);
    }
  });

  it('names the servers for which a command waits', () => {
    const gate = gateOf(3);
    gate.told(one, 3);
    expect(gate.whyNot(3)).to.contain('(format 3): server 2 has not');
    gate.told(two, 1);
    expect(gate.whyNot(2)).to.contain('(format 2): server 2 has not');
  });
});
