/** An older version that is made the newest, also while others change the file. */
import { expect } from 'chai';
import { hashOf, type BlockHash } from '../../src/blocks/block-hash.js';
import { restoreVersion } from '../../src/cli/restore-version.js';
import { StartError } from '../../src/cli/start-error.js';
import type { HashItem, KeptVersion } from '../../src/client/file-answers.js';

const [one, two] = [hashOf(Buffer.from('one')), hashOf(Buffer.from('two'))];

/** A file `a` and the blocks that are there. */
class OneFile {
  readonly versions: KeptVersion[];
  readonly present: Set<BlockHash>;
  /** Updates of others that come just before the next ones of ours. */
  readonly others: (readonly HashItem[])[] = [];
  asked: BlockHash[] = [];

  constructor(hashlists: readonly (readonly HashItem[])[], present: readonly BlockHash[]) {
    this.versions = [];
    for (const hashlist of hashlists) this.#add(hashlist);
    this.present = new Set(present);
  }

  get parts(): Parameters<typeof restoreVersion>[1] {
    return {
      files: {
        versions: () => {
          const [current, ...older] = this.versions;
          if (current === undefined) return Promise.reject(new StartError('a: no such file'));
          return Promise.resolve([current, ...older]);
        },
        update: (_name, version, hashlist) => {
          const other = this.others.shift();
          if (other !== undefined) this.#add(other);
          if (version !== this.versions.length + 1) return Promise.resolve(false);
          this.#add(hashlist);
          return Promise.resolve(true);
        },
      },
      blocks: {
        missing: (hashes) => {
          this.asked.push(...hashes);
          return Promise.resolve(new Set(hashes.filter((hash) => !this.present.has(hash))));
        },
      },
    };
  }

  #add(hashlist: readonly HashItem[]): void {
    const version = this.versions.length + 1;
    this.versions.unshift({ version, hashlist, timeMs: version });
  }
}

function restore(file: OneFile, version: number): ReturnType<typeof restoreVersion> {
  return restoreVersion({ name: 'a', version }, file.parts);
}

async function refusal(file: OneFile, version: number): Promise<string> {
  try {
    await restore(file, version);
  } catch (error) {
    if (error instanceof StartError) return error.message;
    throw error;
  }
  return 'none';
}

describe('restoring a version', () => {
  it('makes the next version of it, after its blocks were asked for', async () => {
    const file = new OneFile([[one, one], [two]], [one, two]);
    expect(await restore(file, 1)).to.deep.equal({
      ...{ name: 'a', restored: 1, deleted: false, version: 3, changed: true },
    });
    expect(file.versions[0]?.hashlist).to.deep.equal([one, one]);
    expect(file.asked).to.deep.equal([one]);
  });

  it('goes on when others are faster', async () => {
    const file = new OneFile([[one], [two]], [one, two]);
    file.others.push([two], []);
    expect(await restore(file, 1)).to.include({ version: 5, changed: true });
    expect(file.versions[0]?.hashlist).to.deep.equal([one]);
  });

  it('is done when the file is, or meanwhile becomes, what it was', async () => {
    const file = new OneFile([[one], [two], [one]], []);
    expect(await restore(file, 3)).to.include({ version: 3, changed: false });
    expect(await restore(file, 1)).to.include({ version: 3, changed: false });
    file.present.add(two);
    file.others.push([two]);
    expect(await restore(file, 2)).to.include({ version: 4, changed: false });
    expect(file.versions).to.have.length(4);
  });

  it('deletes when it restores a deletion, and makes an empty file of an empty one', async () => {
    const file = new OneFile([['0'], ['-1'], [], [one]], [one]);
    expect(await restore(file, 1)).to.include({ version: 5, deleted: true });
    expect(await restore(file, 2)).to.include({ version: 6, deleted: false });
    expect(await restore(file, 3)).to.include({ version: 7, deleted: false });
    expect(file.versions.map(({ hashlist }) => hashlist)).to.deep.equal([
      ...[[], ['-1'], ['0'], [one], [], ['-1'], ['0']],
    ]);
  });

  it('is refused, and changes nothing, when something of it is gone', async () => {
    const file = new OneFile([[one, two], ['odd'], []], []);
    expect(await refusal(file, 1)).to.equal(
      `a: version 1 cannot be restored: the cluster does not keep block ${one} and 1 more`,
    );
    expect(await refusal(file, 2)).to.contain('its hash list has "odd", which names no block');
    expect(await refusal(file, 9)).to.equal('a: version 9 is not kept; those that are: 3, 2, 1');
    expect(file.versions).to.have.length(3);
  });

  it('gives up when others are always faster', async () => {
    const file = new OneFile([[one], [two]], [one]);
    for (let time = 0; time < 200; time++) file.others.push([`${time}`]);
    expect(await refusal(file, 1)).to.equal('a: others changed the file 100 times in a row');
  });
});
