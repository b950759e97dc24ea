/**
 * The command of servers of another make: what it becomes, and what is said about one that cannot
 * be used.
 */
import { expect } from 'chai';
import { LaunchError } from '../../../tester/cluster/launch-error.js';
import { parseServerCommand } from '../../../tester/launch/server-command.js';

const place = { configFile: '/a b/c.txt', id: 7, dataFolder: '/data/7' };

describe('a server command', () => {
  it('is split at blanks and gets its places filled in, blanks in values left alone', () => {
    expect(
      parseServerCommand(' python3  my.py {config} {id} --at={data}/{id} ')(place),
    ).to.deep.equal({
      program: 'python3',
      args: ['my.py', '/a b/c.txt', '7', '--at=/data/7/7'],
    });
  });

  it('holds words together by quotes, which are no part of them', () => {
    expect(parseServerCommand(`"my server" 'a  b'{id} ""`)(place)).to.deep.equal({
      program: 'my server',
      args: ['a  b7', ''],
    });
  });

  it('gives nothing to a shell', () => {
    expect(parseServerCommand('a $HOME|b {id};c')(place).args).to.deep.equal(['$HOME|b', '7;c']);
  });

  for (const [template, problem] of [
    ['python3 my.py {config}', /lacks \{id\}.*python3 my-server\.py \{config\} \{id\}/],
    [
      'python3 my.py {id} {port}',
      /\{port\} stands for nothing; known are \{config\}, \{id\}, \{data\}/,
    ],
    ['  ', /it is empty/],
    [`python3 "my.py {id}`, /the quote " is not closed/],
  ] as const) {
    it(`is refused with the reason: ${template}`, () => {
      expect(() => parseServerCommand(template)).to.throw(LaunchError, problem);
    });
  }
});
