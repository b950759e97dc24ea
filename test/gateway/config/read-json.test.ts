import { expect } from 'chai';
import fc from 'fast-check';
import { JsonMistake, readJson, type JsonNode } from '../../../src/gateway/config/read-json.js';

function plain(node: JsonNode): unknown {
  switch (node.kind) {
    case 'object':
      return Object.fromEntries(node.members.map(({ key, value }) => [key, plain(value)]));
    case 'array':
      return node.items.map(plain);
    case 'null':
      return null;
    default:
      return node.value;
  }
}

function mistakeOf(text: string): string {
  try {
    readJson(text);
  } catch (error) {
    if (!(error instanceof JsonMistake)) throw error;
    return `${error.place.line}:${error.place.column}: ${error.message}`;
  }
  throw new Error(`${text} was accepted`);
}

describe('reading JSON', () => {
  it('gives what JSON.parse gives', () => {
    const leaf = fc.oneof(fc.string(), fc.double({ noNaN: true }), fc.boolean(), fc.constant(null));
    const values = fc.letrec((tie) => ({
      value: fc.oneof({ depthSize: 'small' }, leaf, tie('list'), tie('object')),
      list: fc.array(tie('value'), { maxLength: 3 }),
      object: fc.dictionary(fc.string({ minLength: 1 }), tie('value'), { maxKeys: 3 }),
    })).value;
    fc.assert(
      fc.property(values, fc.constantFrom(0, 2), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        fc.pre(!text.includes('__proto__') && !/[[{]{1}(?:[^]*[[{]){16}/.test(text));
        expect(plain(readJson(text))).to.deep.equal(JSON.parse(text));
      }),
    );
  });

  it('refuses what JSON.parse refuses', () => {
    const nearJson = fc.string({
      unit: fc.constantFrom(...Array.from('{}[]":,\\ \n0123456789.eE+-truefalsn')),
      maxLength: 12,
    });
    fc.assert(
      fc.property(nearJson, (text) => {
        let isJson = true;
        try {
          JSON.parse(text);
        } catch {
          isJson = false;
        }
        if (!isJson) expect(() => readJson(text)).to.throw(JsonMistake);
      }),
      { numRuns: 1_000 },
    );
  });

  for (const [text, mistake] of [
    ['', '1:1: the text ends; expected a value'],
    ['{\n  "a": 1,\n  "b" 2\n}', '3:7: "2" is unexpected; expected a colon after "b"'],
    ['{"a": 1,}', '1:9: "}" is unexpected; expected a key in double quotes'],
    ['{"a": [1 2]}', '1:10: "2" is unexpected; expected a comma or "]"'],
    ["{'a': 1}", '1:2: "\'" is unexpected; expected a key in double quotes'],
    ['{"a": 1}\n}', '2:1: "}" is unexpected; expected the end of the text'],
    ['{"a": 1,\n "a": 2}', '2:2: "a" again, after line 1; expected it once'],
    ['{"a": tru}', '1:7: "tru" is unexpected; expected a value'],
    ['{"a": "b', '1:7: "\\"" is unexpected; expected text that ends with a double quote'],
    ['{"a": 01}', '1:8: "1" is unexpected; expected a comma or "}"'],
    ['['.repeat(1_000), '1:18: nested deeper than 16 levels'],
  ] as const) {
    it(`says where it is wrong: ${text.slice(0, 20).replace(/\n/g, '↵')}`, () => {
      expect(mistakeOf(text)).to.contain(mistake);
    });
  }
});
