/**
 * What to say of words on a command line that mean nothing: each with the known one that its writer
 * may have meant. It reads what yargs says of them and shows in its help, for yargs tells no more.
 */
import { closestWord } from './closest-word.js';

const complaint = /^Unknown arguments?: (.*)$/s;

/** `--name`, with its short forms before it, at the beginning of a line of a help text. */
const optionInHelp = /^\s+(?:-\w, )*--([a-z][a-z0-9-]*)/gm;

export interface UnknownWords {
  /** What yargs complains of, in its words. */
  readonly message: string;
  /** The command line. */
  readonly argv: readonly string[];
  /** The help text, which shows every known option. */
  readonly help: string;
}

/** Undefined when `message` speaks of something else. */
export function describeUnknownWords({ message, argv, help }: UnknownWords): string | undefined {
  const names = complaint.exec(message)?.[1]?.split(', ');
  if (names === undefined) return undefined;
  const known = [...help.matchAll(optionInHelp)].flatMap(([, name]) => name ?? []);
  const end = argv.indexOf('--');
  const written = end === -1 ? argv : argv.slice(0, end);
  const told = names.flatMap((name) => describe(name, written, known) ?? []);
  return told.length === 0 ? undefined : told.join('; ');
}

/** Undefined for a second spelling of an option that yargs made up. */
function describe(
  name: string,
  argv: readonly string[],
  known: readonly string[],
): string | undefined {
  const option = `--${name}`;
  if (argv.some((word) => word === option || word.startsWith(`${option}=`))) {
    const closest = closestWord(name, known);
    return `unknown option ${option}${closest === undefined ? '' : `; did you mean --${closest}?`}`;
  }
  if (argv.includes(name)) return `surplus word "${name}"`;
  const isShort = argv.some((word) => /^-[^-]/.test(word) && word.includes(name));
  return name.length === 1 && isShort ? `unknown option -${name}; --help lists all` : undefined;
}
