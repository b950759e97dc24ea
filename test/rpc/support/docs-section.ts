/** A section of docs/api.md that is made of what is served. */
import { expect } from 'chai';
import { readFileSync, writeFileSync } from 'node:fs';

export const docsUrl = new URL('../../../../docs/api.md', import.meta.url);

/** It must be as it is made; with `UPDATE_DOCS=1` it is written instead. */
export function expectSection(begin: string, end: string, section: string): void {
  const text = readFileSync(docsUrl, 'utf8');
  const from = text.indexOf(begin) + begin.length;
  const to = text.indexOf(end);
  expect(from).to.be.within(begin.length, to + begin.length);
  if (process.env['UPDATE_DOCS'] === '1') {
    writeFileSync(docsUrl, text.slice(0, from) + section + text.slice(to));
  } else {
    expect(text.slice(from, to)).to.equal(section);
  }
}
