/** The short name of a configuration. */
import { expect } from 'chai';
import { configDigestOf } from '../../src/cli/config-digest.js';
import { parseClusterConfig } from '../../src/config/parse-cluster-config.js';

function digestOf(text: string): string {
  const parsed = parseClusterConfig(text, 'c.txt');
  if (parsed.kind === 'error') throw new Error(parsed.errors.join('\n'));
  return configDigestOf(parsed.config);
}

describe('the digest of a configuration', () => {
  const text = 'M: 2\nmetadata0: a:1\nmetadata1: b:2\n';
  const digest = digestOf(text);

  it('is the same for files that mean the same', () => {
    expect(digest).to.match(/^[0-9a-f]{32}$/);
    expect(digestOf('# x\nM: 2\n\nmetadata1: B:2\nmetadata0:  a:1 # y')).to.equal(digest);
  });

  it('differs with every server, store and number of copies', () => {
    const others = [
      'M: 1\nmetadata0: a:1\n',
      text.replace('b:2', 'b:3'),
      'M: 2\nmetadata0: b:2\nmetadata1: a:1\n',
      `${text}block0: c:3\n`,
      `${text}block1: c:3\n`,
      `${text}copies: 2\n`,
    ].map(digestOf);
    expect(new Set([digest, ...others]).size).to.equal(others.length + 1);
  });
});
