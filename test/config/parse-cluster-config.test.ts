/**
 * The configuration file: fixtures of good and bad files with what becomes of them, and the
 * property that whatever can be written can be read back.
 */
import { expect } from 'chai';
import fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseClusterConfig } from '../../src/config/parse-cluster-config.js';
import { projectRoot } from '../tidy/source-text.js';

const fixtures = join(projectRoot(), 'test/fixtures/config');

/** Names of the fixtures in a folder, without their `.txt`. */
function fixtureNames(folder: string): readonly string[] {
  return readdirSync(join(fixtures, folder))
    .filter((name) => name.endsWith('.txt') && !name.endsWith('.expected.txt'))
    .map((name) => name.slice(0, -'.txt'.length));
}

function read(path: string): string {
  return readFileSync(join(fixtures, path), 'utf8');
}

describe('the configuration file', () => {
  for (const name of fixtureNames('valid')) {
    it(`is read when it is ${name}`, () => {
      const parsed = parseClusterConfig(read(`valid/${name}.txt`), `${name}.txt`);
      const expected = JSON.parse(read(`valid/${name}.json`)) as { readonly servers: unknown };
      const config = { removed: [], founders: expected.servers, ...expected };
      expect(JSON.parse(JSON.stringify(parsed))).to.deep.equal({ kind: 'ok', config });
    });
  }

  for (const name of fixtureNames('invalid')) {
    it(`is refused with line and reason when it is ${name}`, () => {
      const parsed = parseClusterConfig(read(`invalid/${name}.txt`), `${name}.txt`);
      const errors = parsed.kind === 'error' ? parsed.errors : [];
      expect(`${errors.join('\n')}\n`).to.equal(read(`invalid/${name}.expected.txt`));
    });
  }

  it('reads back every cluster that can be written', () => {
    fc.assert(
      fc.property(writtenCluster, ({ text, addresses, blocks, gone, began }) => {
        const parsed = parseClusterConfig(text, 'cluster.txt');
        if (parsed.kind === 'error') throw new Error(parsed.errors.join('\n'));
        const { servers, removed, founders } = parsed.config;
        const all = [...servers, ...removed].toSorted((a, b) => a.id - b.id);
        expect(all.map(({ id }) => Number(id))).to.deep.equal(addresses.map((_, index) => index));
        expect(all.map(({ address }) => address)).to.deep.equal(addresses);
        expect(removed.map(({ id }) => Number(id))).to.deep.equal(gone);
        expect(founders.map(({ address }) => address)).to.deep.equal(addresses.slice(0, began));
        expect(parsed.config.blocks.map(({ address }) => address)).to.deep.equal(blocks);
      }),
    );
  });

  it('never throws, and names file and line, whatever the text is', () => {
    const token = fc.constantFrom(
      ...['M', 'metadata', 'block', 'copies', ':', ': ', '0', '1', '12', '[', ']', '%', '#'],
      ...[
        '::',
        '.',
        '-',
        ' ',
        ' removed',
        ' joined',
        '\n',
        '\r\n',
        'localhost',
        '\u0000',
        '𝕏',
        '__proto__',
      ],
    );
    const anyText = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(token).map((t) => t.join('')),
    );
    fc.assert(
      fc.property(anyText, (text) => {
        const parsed = parseClusterConfig(text, 'f');
        if (parsed.kind === 'ok') return;
        expect(parsed.errors).not.to.be.empty;
        for (const error of parsed.errors) expect(error).to.match(/^f:[1-9]\d*: .+$/);
      }),
      { numRuns: 500 },
    );
  });

  it('is read in time that grows with its length only', () => {
    const text = `M: 1\n${'1'.repeat(1_000_000)}x: y\n`;
    expect(parseClusterConfig(text, 'f').kind).to.equal('error');
  });
});

const host = fc.oneof(
  fc.domain(),
  fc.ipV4(),
  fc.ipV6().map((address) => `[${address}]`),
);

const writtenCluster = fc
  .record({
    hosts: fc.array(host, { minLength: 1, maxLength: 99 }),
    blockHosts: fc.array(host, { maxLength: 5 }),
    shuffleSeed: fc.array(fc.nat(), { minLength: 104, maxLength: 104 }),
    goneSeed: fc.array(fc.boolean(), { minLength: 99, maxLength: 99 }),
    beganSeed: fc.nat(),
    newline: fc.constantFrom('\n', '\r\n'),
    filler: fc.constantFrom('', '  ', ' # why', '\n\n', '\n# a: b\n'),
    start: fc.constantFrom('', '\uFEFF', '# first\n', '\n\n'),
  })
  .map(({ hosts, blockHosts, shuffleSeed, goneSeed, beganSeed, newline, filler, start }) => {
    // A port for each entry, so that no two share an address.
    const addresses = hosts.map((name, index) => `${name}:${1 + index}`);
    const blocks = blockHosts.map((name, index) => `${name}:${65_535 - index}`);
    const began = 1 + (beganSeed % addresses.length);
    // The last one stays.
    const gone = addresses.flatMap((_, id) =>
      goneSeed[id] === true && id < addresses.length - 1 ? [id] : [],
    );
    const words = (id: number): string =>
      `${id >= began ? ' joined' : ''}${gone.includes(id) ? '  removed' : ''}`;
    const entries = [
      ...addresses.map((address, index) => `metadata${index}: ${address}${words(index)}`),
      ...blocks.map((address, index) => `block${index}: ${address}`),
    ]
      .map((line, index) => ({ line, order: shuffleSeed[index] ?? 0 }))
      .sort((a, b) => a.order - b.order)
      .map(({ line }) => `${line}${filler}`);
    const text = [`${start}M: ${addresses.length}`, ...entries]
      .join('\n')
      .replaceAll('\n', newline);
    return { text, addresses, blocks, gone, began };
  });
