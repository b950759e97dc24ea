/** Bringing a configuration file up to the members of its cluster. */
import { expect } from 'chai';
import { editMembers, type CurrentMembers } from '../../src/config/edit-members.js';
import { parseClusterConfig } from '../../src/config/parse-cluster-config.js';

function configOf(text: string) {
  const parsed = parseClusterConfig(text, 'c.txt');
  if (parsed.kind === 'error') throw new Error(parsed.errors.join('\n'));
  return parsed.config;
}

function edit(text: string, nextId: number, members: Readonly<Record<number, string>>): string {
  const current: CurrentMembers = {
    nextId,
    members: Object.entries(members).map(([id, address]) => ({ id: Number(id), address })),
  };
  const edited = editMembers(text, configOf(text), current);
  const { servers } = configOf(edited.text);
  expect(servers.map(({ id, address }) => [String(id), address])).to.deep.equal(
    Object.entries(members),
  );
  expect(editMembers(edited.text, configOf(edited.text), current).lines).to.deep.equal([]);
  return edited.text;
}

const file = '# mine\r\n M :  2 # two\r\nmetadata1: b:2 # b\r\nmetadata0: a:1\r\ncopies: 1\r\n';

describe('a configuration file', () => {
  it('is left as it is when it is right', () => {
    expect(edit(file, 2, { 0: 'a:1', 1: 'b:2' })).to.equal(file);
  });

  it('gets the line of a server that was added, behind the others', () => {
    expect(edit(file, 3, { 0: 'a:1', 1: 'b:2', 2: 'c:3' })).to.equal(
      file
        .replace('M :  2', 'M :  3')
        .replace('metadata0: a:1\r\n', 'metadata0: a:1\r\nmetadata2: c:3 joined\r\n'),
    );
  });

  it('gets the word removed, before the comment', () => {
    expect(edit(file, 2, { 0: 'a:1' })).to.equal(file.replace('b:2 # b', 'b:2 removed # b'));
  });

  it('gets several changes at once, also of a server that came and went', () => {
    expect(edit(file, 4, { 0: 'a:1', 3: 'b:2' })).to.equal(
      file
        .replace('M :  2', 'M :  4')
        .replace('b:2 # b', 'b:2 removed # b')
        .replace(
          'metadata0: a:1\r\n',
          'metadata0: a:1\r\nmetadata2: unknown.invalid:1 joined removed\r\n' +
            'metadata3: b:2 joined\r\n',
        ),
    );
  });

  it('may lack a final newline', () => {
    expect(edit('M: 1\nmetadata0: a:1', 2, { 0: 'a:1', 1: 'b:2' })).to.equal(
      'M: 2\nmetadata0: a:1\nmetadata1: b:2 joined',
    );
  });
});
