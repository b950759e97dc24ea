/** The line of a transfer: what it says, how often, and that it is for terminals alone. */
import { expect } from 'chai';
import { ProgressLine } from '../../src/cli/progress-line.js';

function lineTo(isTTY: boolean, totalBytes: number | undefined) {
  const written: string[] = [];
  let ms = 0;
  const to = { isTTY, write: (text: string) => written.push(text) > 0 };
  const line = new ProgressLine({ to, nowMs: () => ms, totalBytes });
  const at = (nowMs: number, bytes: number): void => {
    ms = nowMs;
    line.show(bytes);
  };
  return { written, at, line };
}

const erase = '\r\u001b[K';

describe('the line of a transfer', () => {
  it('tells bytes, then the rate and the time left, ten times a second at most', () => {
    const { written, at, line } = lineTo(true, 4 * 1024 * 1024);
    at(0, 0);
    at(50, 1);
    at(100, 1024);
    at(1_000, 1024 * 1024);
    line.clear();
    expect(written).to.deep.equal([
      `${erase}0 bytes of 4.0 MiB`,
      `${erase}1.0 KiB of 4.0 MiB`,
      `${erase}1.0 MiB of 4.0 MiB, 1.0 MiB/s, 3 s left`,
      erase,
    ]);
  });

  it('tells no time left where nobody knows how much there is', () => {
    const { written, at } = lineTo(true, undefined);
    at(2_000, 2048);
    expect(written).to.deep.equal([`${erase}2.0 KiB, 1.0 KiB/s`]);
  });

  it('is written to no pipe', () => {
    const { written, at, line } = lineTo(false, 10);
    at(0, 5);
    line.clear();
    expect(written).to.deep.equal([]);
  });
});
