/** Which older versions the garbage collector leaves. */
import { expect } from 'chai';
import { judgeVersions, type KeepPolicy } from '../../src/cli/keep-policy.js';
import type { NamedVersion } from '../../src/client/file-answers.js';

const dayMs = 86_400_000;
const nowMs = 1_764_000_000_000;

/** Versions of one file, the newest first, each made so many days ago. */
function file(name: string, ...daysAgo: readonly number[]): readonly NamedVersion[] {
  return daysAgo.map((days, at) => {
    const version = daysAgo.length - at;
    return { name, version, timeMs: nowMs - days * dayMs, hashlist: [] };
  });
}

async function kept(
  versions: readonly NamedVersion[],
  policy: Partial<KeepPolicy>,
): Promise<readonly string[]> {
  async function* coming(): AsyncGenerator<NamedVersion, void> {
    for (const version of versions) yield await Promise.resolve(version);
  }
  const words: string[] = [];
  for await (const { version, isKept, isCurrent } of judgeVersions(coming(), {
    ...{ keepVersions: 0, keepDays: 0, nowMs },
    ...policy,
  })) {
    if (isKept) words.push(`${version.name}${version.version}${isCurrent ? '!' : ''}`);
  }
  return words;
}

describe('the older versions that are kept', () => {
  const versions = [...file('a', 0, 1, 5, 9), ...file('b', 20), ...file('c', 8, 30)];

  it('are none when nothing is said of them', async () => {
    expect(await kept(versions, {})).to.deep.equal(['a4!', 'b1!', 'c2!']);
  });

  it('are the newest older ones of each file, by number', async () => {
    expect(await kept(versions, { keepVersions: 2 })).to.deep.equal([
      ...['a4!', 'a3', 'a2', 'b1!', 'c2!', 'c1'],
    ]);
  });

  it('are those that were current within so many days, however old they are', async () => {
    expect(await kept(versions, { keepDays: 1 })).to.deep.equal(['a4!', 'a3', 'a2', 'b1!', 'c2!']);
    expect(await kept(versions, { keepDays: 8 })).to.deep.equal([
      ...['a4!', 'a3', 'a2', 'a1', 'b1!', 'c2!', 'c1'],
    ]);
  });

  it('are kept when either says so', async () => {
    expect(await kept(versions, { keepVersions: 1, keepDays: 1 })).to.deep.equal([
      ...['a4!', 'a3', 'a2', 'b1!', 'c2!', 'c1'],
    ]);
  });

  it('are taken for old when nobody knows when another took their place', async () => {
    const unknown = file('a', 0, 0).map((version) => ({ ...version, timeMs: 0 }));
    expect(await kept(unknown, { keepDays: 1_000 })).to.deep.equal(['a2!']);
  });
});
