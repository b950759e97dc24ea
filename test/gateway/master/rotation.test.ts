import { expect } from 'chai';
import { Rotation } from '../../../src/gateway/master/rotation.js';

interface Fake {
  readonly name: string;
  isHealthy: boolean;
  isFit: boolean;
}

const nobody: ReadonlySet<Fake> = new Set();

function make(...names: readonly string[]): readonly Fake[] {
  return names.map((name) => ({ name, isHealthy: true, isFit: true }));
}

function take(rotation: Rotation<Fake>, count: number): string {
  return Array.from({ length: count }, () => rotation.take(nobody)?.name ?? '-').join('');
}

describe('whose turn it is', () => {
  let workers: readonly Fake[];
  let rotation: Rotation<Fake>;

  beforeEach(() => {
    workers = make('a', 'b', 'c');
    rotation = new Rotation();
    rotation.replace(workers);
  });

  function change(name: string, fields: Partial<Fake>): void {
    Object.assign(workers.find((worker) => worker.name === name) ?? {}, fields);
  }

  it('goes strictly from one to the next', () => {
    expect(take(rotation, 7)).to.equal('abcabca');
  });

  it('passes over those that are not healthy, and comes back to them', () => {
    change('b', { isHealthy: false, isFit: false });
    expect(take(rotation, 4)).to.equal('acac');
    change('b', { isHealthy: true, isFit: true });
    expect(take(rotation, 3)).to.equal('abc');
  });

  it('turns to a healthy one that is not fit only when there is no other', () => {
    change('a', { isFit: false });
    expect(take(rotation, 3)).to.equal('bcb');
    change('b', { isFit: false });
    change('c', { isHealthy: false, isFit: false });
    expect(take(rotation, 3)).to.equal('aba');
  });

  it('gives nobody twice who was tried, and nobody at all when none is left', () => {
    const [a, b, c] = workers;
    expect(rotation.take(new Set([a, c] as Fake[]))).to.equal(b);
    expect(rotation.take(new Set([a, b, c] as Fake[]))).to.equal(undefined);
    for (const name of 'abc') change(name, { isHealthy: false, isFit: false });
    expect(take(rotation, 1)).to.equal('-');
  });

  it('goes on where it was when workers come and go', () => {
    take(rotation, 2);
    rotation.replace([...workers, ...make('d')]);
    expect(take(rotation, 3)).to.equal('cda');
    rotation.replace([]);
    expect(take(rotation, 1)).to.equal('-');
    rotation.replace(workers);
    expect(take(rotation, 3)).to.equal('abc');
  });
});
