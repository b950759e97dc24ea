import { expect } from 'chai';
import { join, resolve } from 'node:path';
import { asServerId } from '../../src/base/ids.js';
import { defaultDataFolder } from '../../src/cli/default-data-folder.js';

const clusterId = '0123456789abcdef0123456789abcdef';

const folder = (path: string, cluster = clusterId, server = 12): string =>
  defaultDataFolder(path, cluster, asServerId(server));

describe('the default data folder', () => {
  it('lies beside the configuration file and names file, cluster and server', () => {
    const expected = join(resolve('x'), 'data', 'a.txt-01234567', 'metadata12');
    expect(folder('x/a.txt')).to.equal(expected);
  });

  it('is shared by no two files, clusters or servers', () => {
    const folders = [
      folder('x/a.txt'),
      folder('x/b.txt'),
      folder('x/a.conf'),
      folder('y/a.txt'),
      folder('x/a.txt', `f${clusterId.slice(1)}`),
      folder('x/a.txt', clusterId, 11),
    ];
    expect(new Set(folders).size).to.equal(folders.length);
  });
});
