/** Forms and JSON objects: what is read of them, and what is refused. */
import { expect } from 'chai';
import fc from 'fast-check';
import {
  backRule,
  commentRule,
  logInRules,
  optionalField,
  parseForm,
  parseJson,
  plainLines,
  readFields,
  signUpRules,
  typed,
  type Fields,
} from '../../../src/web/site/fields.js';

function form(text: string | Buffer): Fields {
  const parsed = parseForm(Buffer.from(text));
  if (parsed.kind === 'wrong') throw new Error(parsed.mistake);
  return parsed.fields;
}

function json(text: string): Fields {
  const parsed = parseJson(Buffer.from(text));
  if (parsed.kind === 'wrong') throw new Error(parsed.mistake);
  return parsed.fields;
}

describe('a form', () => {
  it('gives back any text that was put into it', () => {
    const anyText = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(anyText, anyText, (title, link) => {
        const fields = form(new URLSearchParams({ title, link }).toString());
        expect([typed(fields, 'title'), typed(fields, 'link')]).to.deep.equal([title, link]);
      }),
    );
  });

  it('may be sent as bare UTF-8, and knows a field without a value', () => {
    const fields = form('title=ä&link&&');
    expect([...fields]).to.deep.equal([
      ['title', ['ä']],
      ['link', ['']],
    ]);
  });

  it('is refused when it is not UTF-8, broken, or has too many fields', () => {
    for (const body of [Buffer.from([0xff]), '%ff', '%', 'a=%zz', 'a=%ed%a0%80', 'a&'.repeat(51)]) {
      expect(parseForm(Buffer.from(body)).kind, String(body)).to.equal('wrong');
    }
    expect(parseForm(Buffer.from('a&'.repeat(50))).kind).to.equal('ok');
  });
});

describe('a JSON object', () => {
  it('gives its texts, as often as they come', () => {
    expect([...json('{"a": "1", "b\\u0041": "x:y", "a": "1"}')]).to.deep.equal([
      ['a', ['1', '1']],
      ['bA', ['x:y']],
    ]);
    expect([...json('{"a": "{\\"a\\":1}"}')]).to.deep.equal([['a', ['{"a":1}']]]);
    expect([...json('')]).to.deep.equal([]);
  });

  it('is refused when it is none, or a field of it is no text', () => {
    for (const text of [
      '[]',
      '1',
      'null',
      '"a"',
      '{',
      '{"a": 1}',
      '{"a": ["b"]}',
      '{"a": {"a": "b"}}',
    ]) {
      expect(parseJson(Buffer.from(text)).kind, text).to.equal('wrong');
    }
    expect(parseJson(Buffer.from([0x22, 0xff, 0x22])).kind).to.equal('wrong');
  });

  it('gives back any field that was put into it', () => {
    const anyText = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(fc.dictionary(anyText, anyText), (values) => {
        if (Object.hasOwn(values, '__proto__')) return;
        const expected = Object.entries(values).map(([name, value]) => [name, [value]]);
        expect([...json(JSON.stringify(values))].sort()).to.deep.equal(expected.sort());
      }),
    );
  });
});

describe('the fields of a form', () => {
  const good = { username: 'Ada_1', password: 'eight ch' };
  const mistakesOf = (fields: Fields, rules: typeof signUpRules | typeof logInRules) => {
    const read = readFields(fields, rules);
    return read.kind === 'ok' ? [] : Object.keys(read.mistakes);
  };

  it('must be there, once, and keep their rules', () => {
    const body = (more: Record<string, string>): string =>
      new URLSearchParams({ ...good, ...more }).toString();
    expect(mistakesOf(form(body({})), signUpRules)).to.deep.equal([]);
    const wrong: readonly (readonly [string, readonly string[]])[] = [
      ['', ['username', 'password']],
      [body({ username: '' }), ['username']],
      [`${body({})}&username=b`, ['username']],
      [`${body({})}&password=eight+ch`, ['password']],
      [body({ username: 'a'.repeat(21) }), ['username']],
      [body({ username: 'a b' }), ['username']],
      [body({ username: 'ä' }), ['username']],
      [body({ password: 'seven77' }), ['password']],
      [body({ password: '😀'.repeat(257) }), ['password']],
      [body({ password: 'eight ch\n' }), ['password']],
      [body({ password: 'eight\u0000ch' }), ['password']],
    ];
    for (const [text, names] of wrong) {
      expect(mistakesOf(form(text), signUpRules), text).to.deep.equal(names);
    }
    expect(mistakesOf(form(body({ password: '😀'.repeat(256) })), signUpRules)).to.deep.equal([]);
  });

  it('of a log-in may be of nobody, but not malformed', () => {
    expect(mistakesOf(form('username=a+b&password=x'), logInRules)).to.deep.equal([]);
    const name = `username=${'a'.repeat(21)}&password=x`;
    for (const text of [name, 'username=a&password=', 'username=%01&password=x']) {
      expect(mistakesOf(form(text), logInRules), text).to.have.length(1);
    }
  });

  it('of JSON may not come twice either', () => {
    const doubled = '{"username": "Ada_1", "password": "eight ch", "username": "Ada_1"}';
    expect(mistakesOf(json(doubled), signUpRules)).to.deep.equal(['username']);
  });

  it('that are optional are wrong when they are doubled or break their rule', () => {
    const read = (text: string) => optionalField(form(text), 'back', backRule);
    expect(read('')).to.deep.equal({ value: undefined, isWrong: false });
    expect(read('back=/a')).to.deep.equal({ value: '/a', isWrong: false });
    expect(read('back=/a&back=/a').isWrong).to.equal(true);
    expect(read('back=//a').isWrong).to.equal(true);
  });
});

describe('a way back', () => {
  it('is a path of this site and nothing else', () => {
    for (const path of ['/', '/?sort=new&page=2', '/posts/0123456789abcdef#post-1']) {
      expect(backRule(path), path).to.equal(undefined);
    }
    const elsewhere = [
      '',
      'x',
      '//evil.example',
      '/\\evil.example',
      '/a\\b',
      'https://evil.example',
    ];
    for (const path of [...elsewhere, '/a\r\nSet-Cookie: a=b', '/ä', '/a b', '\t/a']) {
      expect(backRule(path), JSON.stringify(path)).to.not.equal(undefined);
    }
  });
});

describe('a comment', () => {
  it('has lines, however a browser ends them, and is measured as it is kept', () => {
    expect(plainLines('a\r\nb\rc\nd')).to.equal('a\nb\nc\nd');
    expect(commentRule('a\r\nb')).to.equal(undefined);
    expect(commentRule('\r\n'.repeat(2_499) + 'ab')).to.equal(undefined);
    expect(commentRule('a\r\n'.repeat(2_500) + 'b')).to.not.equal(undefined);
    expect(commentRule('a\u0000b')).to.not.equal(undefined);
    expect(commentRule('\n\n')).to.not.equal(undefined);
  });
});
