/** The simulated disk is as harsh as real ones, and not harsher. */
import { expect } from 'chai';
import { randomFrom } from '../../storage/faulty-disk.js';
import { DiskContents } from './disk-contents.js';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const textIn = (contents: DiskContents, name: string): string | undefined => {
  const inode = contents.find(name);
  return inode === undefined ? undefined : new TextDecoder().decode(inode.current.view());
};

/** What a file may hold after a power cut, over many seeds. */
function afterPowerCuts(prepare: (contents: DiskContents) => void): Set<string | undefined> {
  const found = new Set<string | undefined>();
  for (let seed = 1; seed <= 200; seed += 1) {
    const contents = new DiskContents();
    prepare(contents);
    contents.cutPower(randomFrom(seed));
    found.add(textIn(contents, 'file'));
  }
  return found;
}

describe('the contents of a simulated disk', () => {
  it('survive a power cut once contents and names are synced', () => {
    const found = afterPowerCuts((contents) => {
      const inode = contents.create('file');
      contents.append(inode, bytesOf('durable'));
      contents.sync(inode);
      contents.syncNames();
    });
    expect([...found]).to.deep.equal(['durable']);
  });

  it('may lose the name of a file, and what was not synced, in whole or in part', () => {
    const found = afterPowerCuts((contents) => {
      const inode = contents.create('file');
      contents.append(inode, bytesOf('0123456789abcdef'));
    });
    expect(found).to.include(undefined);
    expect(found).to.include('');
    expect(found).to.include('0123456789abcdef');
    expect(found).to.include('01234567');
  });

  it('lose for good what a sync that failed should have written, and show it until then', () => {
    const prepare = (contents: DiskContents): void => {
      const inode = contents.create('file');
      contents.syncNames();
      contents.append(inode, bytesOf('lost'));
      contents.failSync(inode, () => 0.9);
      expect(textIn(contents, 'file')).to.equal('lost');
      contents.sync(inode);
    };
    expect(afterPowerCuts(prepare)).not.to.include('lost');
  });

  it('keep what was appended durably, and not what was appended before it', () => {
    const found = afterPowerCuts((contents) => {
      const inode = contents.create('file');
      contents.syncNames();
      contents.append(inode, bytesOf('unsynced'));
      contents.append(inode, bytesOf('synced'));
      contents.syncLastAppend(inode);
    });
    for (const text of found) expect(text).to.match(/synced$/);
    expect([...found]).to.include('\0'.repeat(8) + 'synced');
  });

  it('tell what surely survives', () => {
    const contents = new DiskContents();
    const inode = contents.create('file');
    contents.syncNames();
    contents.append(inode, bytesOf('one'));
    contents.sync(inode);
    contents.append(inode, bytesOf('two'));
    expect(textIn(contents, 'file')).to.equal('onetwo');
    expect(textIn(contents.durableOnly(), 'file')).to.equal('one');
  });
});
