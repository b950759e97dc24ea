import { expect } from 'chai';
import { join, resolve } from 'node:path';
import { asServerId } from '../../src/base/ids.js';
import { clusterIdOf, defaultDataFolder } from '../../src/cli/cluster-identity.js';
import type { ClusterConfig } from '../../src/config/cluster-config.js';
import { parseClusterConfig } from '../../src/config/parse-cluster-config.js';

function configOf(text: string): ClusterConfig {
  const parsed = parseClusterConfig(text, 'f');
  if (parsed.kind === 'error') throw new Error(parsed.errors.join('\n'));
  return parsed.config;
}

const idOf = (text: string): string => clusterIdOf(configOf(text).servers);
const two = 'M: 2\nmetadata0: localhost:9301\nmetadata1: localhost:9302\n';

describe('the identity of a cluster', () => {
  it('is 32 hexadecimal digits', () => {
    expect(idOf(two)).to.match(/^[0-9a-f]{32}$/);
  });

  it('does not change with comments, order, block stores or letter case', () => {
    const same =
      '# ours\nM: 2\nmetadata1: LOCALHOST:9302\nmetadata0: localhost:9301\nblock: b:1\ncopies: 1\n';
    expect(idOf(same)).to.equal(idOf(two));
  });

  it('changes with any address, their order, and their number', () => {
    const ids = [
      two,
      'M: 2\nmetadata0: localhost:9302\nmetadata1: localhost:9301\n',
      'M: 2\nmetadata0: localhost:9301\nmetadata1: localhost:9303\n',
      'M: 1\nmetadata0: localhost:9301\n',
    ].map(idOf);
    expect(new Set(ids).size).to.equal(ids.length);
  });

  it('stands with file and server in the name of the data folder, beside the file', () => {
    const folder = (path: string): string => defaultDataFolder(path, idOf(two), asServerId(12));
    const name = `a.txt-${idOf(two).slice(0, 8)}`;
    expect(folder('x/a.txt')).to.equal(join(resolve('x'), 'data', name, 'metadata12'));
    expect(folder('x/b.txt')).not.to.equal(folder('x/a.txt'));
    expect(folder('y/a.txt')).not.to.equal(folder('x/a.txt'));
  });
});
