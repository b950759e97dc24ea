import { expect } from 'chai';
import { text } from 'node:stream/consumers';
import { createLineLabeller } from '../../src/cli/line-labeller.js';

async function label(...chunks: readonly Buffer[]): Promise<string> {
  const labeller = createLineLabeller('[3] ');
  const labelled = text(labeller);
  for (const chunk of chunks) labeller.write(chunk);
  labeller.end();
  return labelled;
}

describe('the label of a line', () => {
  it('stands before each line, and a missing end of line is added', async () => {
    expect(await label(Buffer.from('a\n\nb\nc'))).to.equal('[3] a\n[3] \n[3] b\n[3] c\n');
  });

  it('is put before whole lines however the stream was cut', async () => {
    const bytes = Buffer.from('für → 𝕏\nnext\n');
    const single = Array.from(bytes, (byte) => Buffer.from([byte]));
    expect(await label(...single)).to.equal('[3] für → 𝕏\n[3] next\n');
  });

  it('adds nothing to an empty stream', async () => {
    expect(await label()).to.equal('');
  });

  it('is put before each 64 KiB of a line without end', async () => {
    const chunk = Buffer.alloc(50 * 1024, 'x');
    const labelled = await label(chunk, chunk, chunk, chunk);
    expect(labelled.split('\n')).to.have.length(3);
    expect(labelled.match(/\[3\] /g)).to.have.length(2);
  });
});
