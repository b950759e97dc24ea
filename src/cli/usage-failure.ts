/** What yargs refuses of a command line, in the words of this program. */
import type { Argv } from 'yargs';
import { closestWord } from '../base/closest-word.js';
import { describeUnknownWords } from '../base/unknown-words.js';
import { UsageError } from './usage-error.js';

/** Throws what a handler threw, else `UsageError`. */
export function usageFailure(argv: readonly string[]) {
  return (message: string | null, error: Error | undefined, parser: Argv): never => {
    if (error !== undefined && message === null) throw error;
    const reason = message ?? error?.message ?? 'the command line is wrong';
    // Within a failure this gives the text, which its type does not say.
    const help = String(parser.help());
    const told = describeUnknownWords({ message: reason, argv, help });
    throw new UsageError(told ?? inOurWords(reason.replace(/\s+/g, ' ')));
  };
}

function inOurWords(reason: string): string {
  if (reason.startsWith('Not enough non-option arguments')) {
    return 'a word is missing; --help shows what is expected';
  }
  const option = /^Not enough arguments following: (\S+)$/.exec(reason)?.[1];
  if (option !== undefined) return `--${option} needs a value; --help shows which`;
  const wrong = /^Invalid values: Argument: (\S+), Given: "?(.*?)"?, Choices: (.*)$/.exec(reason);
  if (wrong === null) return reason;
  const [, name = '', given = '', choices = ''] = wrong;
  const closest = closestWord(given, choices.replaceAll('"', '').split(', ')) ?? '';
  return `${name} is "${given}"; did you mean ${closest}? Expected one of ${choices}`;
}
