/**
 * Bodies of calls that must be refused, and the fault of each: the corpus of the fixtures, and
 * calls of real methods with what should not be in them.
 */
import { readFileSync } from 'node:fs';

export interface HostileBody {
  readonly name: string;
  readonly body: string | Uint8Array<ArrayBuffer>;
  readonly fault: number;
}

const folder = new URL('../../../../test/fixtures/xmlrpc/', import.meta.url);
const depth = 20_000;

interface Fixture {
  readonly file: string;
  readonly fault?: number;
}

export function hostileBodies(): readonly HostileBody[] {
  return [...corpus(), ...calls];
}

function corpus(): readonly HostileBody[] {
  const manifest = readFileSync(new URL('manifest.json', folder), 'utf8');
  return (JSON.parse(manifest) as Fixture[]).flatMap(({ file, fault }) =>
    fault === undefined
      ? []
      : [{ name: file, body: new Uint8Array(readFileSync(new URL(file, folder))), fault }],
  );
}

function update(name: string, version: string, hashlist: string, prologue = ''): string {
  const params = [name, version, hashlist].map((value) => `<param><value>${value}</value></param>`);
  return (
    `<?xml version="1.0"?>${prologue}<methodCall><methodName>surfstore.updatefile</methodName>` +
    `<params>${params.join('')}</params></methodCall>`
  );
}

const hashes = '<array><data><value>h</value></data></array>';
const proto = '<struct><member><name>__proto__</name><value>1</value></member></struct>';
const entities = '<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;&b;&b;&b;&b;&b;&b;">]>';
const nested =
  '<array><data><value>'.repeat(depth) + '<int>1</int>' + '</value></data></array>'.repeat(depth);

const calls: readonly HostileBody[] = [
  { name: 'a DOCTYPE', body: update('a', '1', hashes, '<!DOCTYPE a>'), fault: -32700 },
  { name: 'entities', body: update('&d;', '1', hashes, entities), fault: -32700 },
  { name: 'nested arrays', body: update('a', '<int>1</int>', nested), fault: -32600 },
  { name: 'a control character', body: update('a\u0001', '1', hashes), fault: -32700 },
  { name: 'a control reference', body: update('a&#1;', '1', hashes), fault: -32700 },
  { name: 'a __proto__ member', body: update('a', '<int>1</int>', proto), fault: -32602 },
  { name: 'a version in words', body: update('a', '<int>one</int>', hashes), fault: -32602 },
  {
    name: 'a huge version',
    body: update('a', `<int>${'9'.repeat(9999)}</int>`, hashes),
    fault: -32602,
  },
  { name: 'a version as a string', body: update('a', '1', hashes), fault: -32602 },
  {
    name: 'a name of 1 MiB',
    body: update('a'.repeat(1 << 20), '<int>1</int>', hashes),
    fault: -32602,
  },
  { name: 'an empty name', body: update('', '<int>1</int>', hashes), fault: -32602 },
  { name: 'words', body: 'not XML, but words', fault: -32700 },
  { name: 'nothing', body: '', fault: -32700 },
];
