/** Names as the rule for names lets them through, the ones that try a parser among them. */
import fc from 'fast-check';
import { refusedClusterName } from '../../src/sync/names.js';

export const hashA = 'a'.repeat(64);
export const hashB = '0'.repeat(64);

const words = [
  ...['a', 'B', '0', '5', '12', '-1', ' ', ',', '.', '.txt', '/', 'index.txt', 'ü', '𝕏'],
  ...['\uFEFF', '\u00a0', '\u2028', '\uffff', '"', '%', hashA, hashB, ',5,', ' 5 ', ',5,0', ' 7 0'],
  ...[` ${hashA}`, `,${hashB}`, `,3,${hashA}`, ` 3 ${hashA} `, '9007199254740993', '__proto__'],
];

export const allowedName = fc
  .oneof(
    fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 6 }).map((all) => all.join('')),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }),
  )
  .filter((name) => refusedClusterName(name) === undefined);
