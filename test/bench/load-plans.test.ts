/** What generators ask, and that all of them ask the same. */
import { expect } from 'chai';
import {
  isRightAnswer,
  namePrefix,
  renderCall,
  scatterFactor,
  serialText,
} from '../../bench/load/load-plan.js';
import { wrkArguments } from '../../bench/load/wrk.js';
import { readWrkResult } from '../../bench/load/wrk-result.js';
import { endOfPrefix, fileValue, putCall, putPlan } from '../../bench/systems/etcd-calls.js';
import {
  fixedPlan,
  trueAnswer,
  updateCall,
  updatePlan,
} from '../../bench/systems/surfraft-calls.js';

const endpoint = { host: '127.0.0.1', port: 9001 };
const names = { run: 7, isScattered: false };

describe('bench: a load plan', () => {
  it('renders the same call as one that is made by itself, whatever the serial', () => {
    const hashes = ['h1', 'h2'];
    const plan = updatePlan(endpoint, names, hashes);
    for (const serial of [1, 42, 9_999_999]) {
      const name = namePrefix(7) + serialText(serial, false);
      expect(renderCall(plan, serial)).to.equal(updateCall(name, 1, hashes).toString());
    }
  });

  it('renders keys in base64 of the same names', () => {
    const value = fileValue(1, ['h1', 'h2']);
    const plan = putPlan(endpoint, { run: 7, isScattered: true }, value);
    for (const serial of [1, 42, 9_999_999]) {
      const key = namePrefix(7) + serialText(serial, true);
      expect(renderCall(plan, serial)).to.equal(putCall(key, value).toString());
    }
  });

  it('is the same call again and again when nothing is numbered', () => {
    const request = updateCall('a', 1, []);
    const plan = fixedPlan(endpoint, request, trueAnswer);
    expect(renderCall(plan, 1)).to.equal(request.toString());
    expect(renderCall(plan, 2)).to.equal(request.toString());
  });

  it('scatters serials without using a place twice', () => {
    const placed = Array.from({ length: 100_000 }, (_, serial) => serialText(serial, true));
    expect(new Set(placed)).to.have.property('size', 100_000);
    expect(placed[1]).to.equal(String(scatterFactor));
    expect(Number(placed[2]) < Number(placed[3])).to.equal(false);
    expect(() => serialText(24_000_000, true)).to.throw('is a serial');
  });

  it('takes an answer for right only by status, text and length', () => {
    const right = { contains: 'yes', bodyBytes: 5 };
    expect(isRightAnswer(right, 200, 'é yes')).to.equal(false);
    expect(isRightAnswer(right, 200, 'o yes')).to.equal(true);
    expect(isRightAnswer(right, 500, 'o yes')).to.equal(false);
    expect(isRightAnswer(right, 200, 'o no!')).to.equal(false);
    expect(isRightAnswer({ ...right, bodyBytes: undefined }, 200, 'yes')).to.equal(true);
  });

  it('ends a range of keys right behind those with the prefix', () => {
    expect(endOfPrefix('files/')).to.equal('files0');
  });
});

describe('bench: wrk', () => {
  const result = {
    ...{ durationUs: 2_000_000, right: 5000, wrong: 0, firstWrong: '', p50Us: 1500 },
    ...{ p99Us: 9000, longestUs: 20_000, connectErrors: 0, readErrors: 0, writeErrors: 0 },
    timeouts: 0,
  };
  const output = (changes: object): string =>
    `Running 2s test\n\nRESULT ${JSON.stringify({ ...result, ...changes })}\n`;

  it('is given a plan as arguments of its script', () => {
    const plan = { ...updatePlan(endpoint, names, []), isScattered: true };
    const args = wrkArguments(plan, 128, 5);
    expect(args).to.include.members(['-t1', '-c128', '-d5s', 'http://127.0.0.1:9001/']);
    expect(args.slice(args.indexOf('--') + 1)).to.deep.equal([
      ...[plan.before, plan.after, 'digits', String(scatterFactor), '<boolean>1</boolean>', ''],
    ]);
    expect(wrkArguments(plan, 1, 0.2)).to.include('-d1s');
  });

  it('is read for calls a second and quantiles', () => {
    expect(readWrkResult(output({}))).to.deep.equal({
      ...{ callsPerSecond: 2500, p50Ms: 1.5, p99Ms: 9, longestMs: 20, answered: 5000 },
    });
  });

  it('has no figures when anything went wrong', () => {
    const wrong = output({ wrong: 2, firstWrong: '200 false' });
    expect(() => readWrkResult(wrong)).to.throw('2 wrong answers; the first: 200 false');
    expect(() => readWrkResult(output({ timeouts: 1 }))).to.throw('took too long');
    expect(() => readWrkResult(output({ readErrors: 1 }))).to.throw('1 reads');
    expect(() => readWrkResult(output({ right: 0 }))).to.throw('nothing was answered');
    expect(() => readWrkResult(output({ p99Us: undefined }))).to.throw('lacks a figure');
    expect(() => readWrkResult('unable to connect')).to.throw('unable to connect');
  });
});
