/**
 * Holds docs/api.md equal to the code: its method section to the method table, its numbers to the
 * constants. `UPDATE_DOCS=1` writes the method section anew instead.
 */
import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import * as limits from '../../src/base/limits.js';
import { backupPieceBytesMax } from '../../src/rpc/backup-source.js';
import { blockReadsMax } from '../../src/rpc/block-calls.js';
import { faultCode } from '../../src/rpc/codec/fault-code.js';
import { pendingPeerCallsMax } from '../../src/rpc/dispatcher.js';
import { defaultHttpLimits } from '../../src/rpc/http-limits.js';
import { multicallCallsMax, multicallValuesMax } from '../../src/rpc/methods/multicall.js';
import { defaultPeerLimits } from '../../src/rpc/peer-limits.js';
import { renderMethodDocs } from './render-method-docs.js';
import { docsUrl, expectSection } from './support/docs-section.js';
import { ServedReplica } from './support/served-replica.js';

const begin = '<!-- methods: made from the method table -->\n\n';
const end = '\n\n<!-- end of methods -->';

describe('docs/api.md', () => {
  it('has the method section that the method table makes', async () => {
    const served = await ServedReplica.start();
    const section = renderMethodDocs(served.server.methodTable.methods);
    await served.close();
    expectSection(begin, end, section);
  });

  it('has a row with the value of every limit', () => {
    const rows = tableRows();
    const others = {
      blockReadsMax,
      backupPieceBytesMax,
      multicallCallsMax,
      multicallValuesMax,
      pendingPeerCallsMax,
    };
    const all: readonly Readonly<Record<string, number>>[] = [
      limits,
      { ...defaultHttpLimits },
      { ...defaultPeerLimits },
      others,
    ];
    for (const limitsOfOne of all) {
      for (const [name, value] of Object.entries(limitsOfOne)) {
        const values = rows
          .filter(([first]) => first === `\`${name}\``)
          .map(([, second]) => second);
        expect(values, name).to.include(describeValue(name, value));
      }
    }
  });

  it('has a row for every fault code', () => {
    const firsts = tableRows().map(([first]) => first);
    for (const code of Object.values(faultCode)) {
      expect(firsts).to.include(String(code).replace('-', '−'));
    }
  });
});

/** The cells of all rows of all tables. */
function tableRows(): readonly (readonly string[])[] {
  return readFileSync(docsUrl, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

function describeValue(name: string, value: number): string {
  const kibi = 1024;
  if (/BytesMax$/.test(name) && value % kibi ** 2 === 0) return `${value / kibi ** 2} MiB`;
  if (/BytesMax$/.test(name) && value % kibi === 0 && value > 4 * kibi)
    return `${value / kibi} KiB`;
  if (name.endsWith('Ms')) return `${value.toLocaleString('en-US')} ms`;
  return value.toLocaleString('en-US');
}
