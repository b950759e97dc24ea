/** Words on a command line that mean nothing, and what their writers are told. */
import { expect } from 'chai';
import { describeUnknownWords } from '../../src/base/unknown-words.js';

const help = `surfraft sync

Options:
      --version  Show the version                                                       [boolean]
  -f, --config   The file, in place of --nothing                                         [string]
      --dry-run  Only say what would be done                            [boolean] [default: false]
`;

const told = (message: string, ...argv: readonly string[]): string | undefined =>
  describeUnknownWords({ message, argv, help });

describe('unknown words of a command line', () => {
  it('are named with the closest known option', () => {
    expect(told('Unknown arguments: dry-rn, dryRn', 'sync', '--dry-rn')).to.equal(
      'unknown option --dry-rn; did you mean --dry-run?',
    );
    expect(told('Unknown argument: confg', '--confg=x')).to.contain('did you mean --config?');
    expect(told('Unknown argument: nothin', '--nothin')).not.to.contain('--nothing');
    expect(told('Unknown arguments: a, b', '--a', '--b')?.split('; unknown')).to.have.length(2);
  });

  it('are told apart from surplus words, and from short options', () => {
    expect(told('Unknown argument: more', 'sync', 'more')).to.equal('surplus word "more"');
    expect(told('Unknown argument: x', '-x')).to.equal('unknown option -x; --help lists all');
    expect(told('Unknown argument: --dry', '--', '--dry')).to.equal(undefined);
  });

  it('are nothing where something else is wrong', () => {
    expect(told('Not enough arguments following: config', '--config')).to.equal(undefined);
  });
});
