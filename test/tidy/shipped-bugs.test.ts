/** Every bug that others shipped, as docs/TESTING.md lists them, has its tests where it says. */
import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './source-text.js';

const rowsMin = 25;

interface NamedTest {
  readonly file: string;
  readonly title: string;
}

function namedTests(): readonly (readonly NamedTest[])[] {
  const page = readFileSync(join(projectRoot(), 'docs/TESTING.md'), 'utf8');
  const section = page.split(/^## Bugs that others shipped$/m)[1]?.split(/^## /m)[0] ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('|'));
  return rows.slice(2).map((row) => testsIn(row.split('|')[3] ?? ''));
}

function testsIn(cell: string): readonly NamedTest[] {
  return cell.split('<br>').flatMap((text) => {
    const [, file, title] = /`(test\/[^`]+)`: (.+)/.exec(text.trim()) ?? [];
    return file === undefined || title === undefined ? [] : [{ file, title: title.trim() }];
  });
}

describe('the bugs that others shipped', () => {
  it('each name a test, and those tests exist', () => {
    const rows = namedTests();
    expect(rows.length).to.be.at.least(rowsMin);
    for (const tests of rows) {
      expect(tests).to.not.deep.equal([]);
      for (const { file, title } of tests) {
        const source = readFileSync(join(projectRoot(), file), 'utf8');
        expect(source.includes(title), `${file}: ${title}`).to.equal(true);
      }
    }
  });
});
