/** index.txt: both forms, what is accepted beside them, mistakes, and that nothing is lost. */
import { expect } from 'chai';
import fc from 'fast-check';
import { asBlockHash } from '../../src/blocks/block-hash.js';
import { formatIndex, parseIndex, type IndexForm } from '../../src/sync/index-file.js';
import type { FileState } from '../../src/sync/plan.js';
import { allowedName, hashA, hashB } from './allowed-names.js';

const forms: readonly IndexForm[] = ['comma', 'space'];
const a = asBlockHash(hashA);
const b = asBlockHash(hashB);

function file(version: number, ...blocks: readonly (typeof a)[]): FileState {
  return { kind: 'file', version, blocks };
}

function deleted(version: number): FileState {
  return { kind: 'deleted', version };
}

function expectFiles(text: string, files: Readonly<Record<string, FileState>>): void {
  const parsed = parseIndex(text);
  const expected = { kind: 'index', files: new Map(Object.entries(files)) };
  expect(parsed, JSON.stringify(text)).to.deep.equal(expected);
}

function expectMistake(text: string, line: number, words: string): void {
  const parsed = parseIndex(text);
  if (parsed.kind !== 'mistake') throw new Error(`${JSON.stringify(text)} was read`);
  expect(parsed.line).to.equal(line);
  expect(parsed.text).to.include(words);
}

const anyState = fc.record({
  version: fc.oneof(
    fc.integer({ min: 1, max: 20 }),
    fc.maxSafeInteger().map((number) => Math.max(1, Math.abs(number))),
  ),
  blocks: fc.option(fc.array(fc.constantFrom(a, b), { maxLength: 3 })),
});

const anyFiles = fc
  .array(fc.tuple(allowedName, anyState), { maxLength: 6 })
  .map(
    (entries) =>
      new Map(
        entries.map(([name, { version, blocks }]): [string, FileState] => [
          name,
          blocks === null ? deleted(version) : file(version, ...blocks),
        ]),
      ),
  );

describe('index.txt', () => {
  it('is read in the comma form', () => {
    expectFiles(`a.txt,3,${hashA} ${hashB}\nb,1,\nc,5,0\n`, {
      'a.txt': file(3, a, b),
      b: file(1),
      c: deleted(5),
    });
  });

  it('is read in the space form', () => {
    expectFiles(`a.txt 3 ${hashA} ${hashB}\nb 1\nc 5 0\n`, {
      'a.txt': file(3, a, b),
      b: file(1),
      c: deleted(5),
    });
  });

  it('may mix both forms, line by line', () => {
    expectFiles(`a,3,${hashA}\nb 4 ${hashB}\n`, { a: file(3, a), b: file(4, b) });
  });

  it('is split from the right, so that names hold commas and spaces', () => {
    expectFiles(`a, b,c,3,${hashA}\nd e, f 4 ${hashB}\n x ,1,\n y  2\n`, {
      'a, b,c': file(3, a),
      'd e, f': file(4, b),
      ' x ': file(1),
      ' y ': file(2),
    });
  });

  it('may end lines with a space', () => {
    expectFiles(`a,3,${hashA} ${hashB} \nb,1, \nc,5,0 \nd 3 ${hashA} \ne 1 \nf 5 0 \n`, {
      a: file(3, a, b),
      b: file(1),
      c: deleted(5),
      d: file(3, a),
      e: file(1),
      f: deleted(5),
    });
  });

  it('may call an empty file -1, as other programs do', () => {
    expectFiles('a,2,-1\nb 3 -1\nc,4,-1 \n', { a: file(2), b: file(3), c: file(4) });
  });

  it('may end lines as Windows does, have empty lines, a mark in front and no end', () => {
    expectFiles(`\uFEFFa,3,${hashA}\r\n\r\n  \nb 1\r\nc,5,0`, {
      a: file(3, a),
      b: file(1),
      c: deleted(5),
    });
  });

  it('may be empty', () => {
    expectFiles('', {});
    expect(formatIndex(new Map(), 'comma')).to.equal('');
  });

  it('is written in the order of code points, in the form that is asked for', () => {
    const files = new Map([
      ['𝕏', file(1)],
      ['\uffee', file(2, a, b)],
      ['b c', deleted(4)],
    ]);
    const list = `${hashA} ${hashB}`;
    expect(formatIndex(files, 'comma')).to.equal(`b c,4,0\n\uffee,2,${list}\n𝕏,1,\n`);
    expect(formatIndex(files, 'space')).to.equal(`b c 4 0\n\uffee 2 ${list}\n𝕏 1\n`);
  });

  for (const form of forms) {
    it(`gives back every name that may be synced, in the ${form} form`, () => {
      fc.assert(
        fc.property(anyFiles, (files) => {
          expect(parseIndex(formatIndex(files, form))).to.deep.equal({ kind: 'index', files });
        }),
        { numRuns: 3000 },
      );
    });
  }

  it('keeps a mark that is part of the first name', () => {
    const files = new Map([['\uFEFF', file(1)]]);
    for (const form of forms) {
      expect(parseIndex(formatIndex(files, form))).to.deep.equal({ kind: 'index', files });
    }
  });

  const misfits: readonly string[] = [
    ...['hello', 'a,5', 'a,,', 'a,0,', 'a,-1,', 'a,+1,', 'a,01,', 'a,1.5,', 'a,1e3,', ',5,', ' 5'],
    ...['a,5,1', 'a,5,0 0', 'a,5,-1 -1', `a,5,0 ${hashA}`, `a,5,${hashA} -1`, 'a,5,  '],
    ...[`a,5, ${hashA}`, `a,5,${hashA}  ${hashB}`, `a,5,${hashA.slice(1)}`, `a,5,${hashA}a`],
    ...[`a,5,${hashA.toUpperCase()}`, `a,9007199254740992,`, 'a 0', 'a 5 1 0 0', `5 ${hashA}`],
    ...[
      `a ${hashA}`,
      'a,b,c',
      ',',
      ',,',
      '0',
      'a 9007199254740992',
      'a\tb,5,',
      'a\rb,5,',
      'a\0,5,',
    ],
  ];
  for (const line of misfits) {
    it(`is not guessed at when a line is ${JSON.stringify(line.slice(0, 24))}`, () => {
      expectMistake(`x,1,\n${line}\ny,1,\n`, 2, 'expected NAME,VERSION,HASHES');
    });
  }

  it('names the line of a name that comes again, and the line where it was', () => {
    expectMistake(`a,1,\n\nb,1,\na 2 ${hashA}\n`, 4, '"a" again, after line 1; expected each');
  });

  it('shows the wrong line shortened and printable', () => {
    expectMistake(`\u0007${'x'.repeat(500)}`, 1, `"\\u0007${'x'.repeat(59)}…" is no line`);
  });

  it('never throws, and has one reading that survives being written', () => {
    const token = fc.constantFrom(
      ...['a', ',', ' ', '\n', '\r\n', '\r', '0', '5', '-1', hashA, hashB, '\uFEFF', '𝕏', '\0'],
    );
    const anyText = fc.oneof(
      fc.array(token, { maxLength: 24 }).map((tokens) => tokens.join('')),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(anyText, fc.constantFrom(...forms), (text, form) => {
        const parsed = parseIndex(text);
        if (parsed.kind === 'mistake') return;
        expect(parseIndex(formatIndex(parsed.files, form))).to.deep.equal(parsed);
      }),
      { numRuns: 3000 },
    );
  });

  it('is read in time that grows with its length only', () => {
    const words = `${hashA} `.repeat(100_000);
    const commas = ',5'.repeat(500_000);
    expect(parseIndex(`a,1,${words}\nb 1 ${words}\n`).kind).to.equal('index');
    expect(parseIndex(`a,1,${words}x\n`).kind).to.equal('mistake');
    expect(parseIndex(`${commas}\n`).kind).to.equal('mistake');
  });
});
