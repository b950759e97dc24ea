/**
 * How a server is started: by the program beside this one, or by a command that the user wrote for
 * servers of another make. No shell reads that command: it is split into words at blanks, quotes
 * hold words together, and `{config}`, `{id}` and `{data}` are filled in.
 */
import { join } from 'node:path';
import { LaunchError } from '../cluster/launch-error.js';

export interface ServerPlace {
  /** Absolute path. */
  readonly configFile: string;
  readonly id: number;
  /** A folder of this server's own. */
  readonly dataFolder: string;
}

export interface CommandLine {
  readonly program: string;
  readonly args: readonly string[];
}

export type ServerCommand = (place: ServerPlace) => CommandLine;

/**
 * Our own server, of the same build as this tester: a change of the sources in the midst of a run
 * must not mix two versions in one cluster, as starting it by run-server.sh could.
 */
export function ownServerCommand(options: readonly string[] = []): ServerCommand {
  const program = join(import.meta.dirname, '../../src/cli/run-server.js');
  return ({ configFile, id, dataFolder }) => ({
    program: process.execPath,
    args: [program, configFile, String(id), '--data-dir', dataFolder, ...options],
  });
}

const placeholders = ['config', 'id', 'data'] as const;

/** Throws `LaunchError` that says what is wrong with `template`. */
export function parseServerCommand(template: string): ServerCommand {
  const words = splitWords(template);
  const [program, ...args] = words;
  if (program === undefined) throw wrong(template, 'it is empty');
  const unknown = /\{(?!config\}|id\}|data\})([a-zA-Z]*)\}/.exec(template);
  if (unknown !== null) {
    const known = placeholders.map((name) => `{${name}}`).join(', ');
    throw wrong(template, `${unknown[0]} stands for nothing; known are ${known}`);
  }
  if (!words.some((word) => word.includes('{id}'))) {
    throw wrong(template, 'it lacks {id}, so every server would be started as the same one');
  }
  return (place) => {
    const fill = (word: string): string => fillIn(word, place);
    return { program: fill(program), args: args.map(fill) };
  };
}

function fillIn(word: string, { configFile, id, dataFolder }: ServerPlace): string {
  const values = { '{config}': configFile, '{id}': String(id), '{data}': dataFolder };
  return word.replace(/\{(config|id|data)\}/g, (key) => values[key as keyof typeof values]);
}

/** Blanks separate; what stands in single or double quotes belongs together. */
function splitWords(template: string): readonly string[] {
  const pieces = template.match(/(?:[^\s"']|"[^"]*"|'[^']*')+|["']/g) ?? [];
  const open = pieces.find((piece) => piece === '"' || piece === "'");
  if (open !== undefined) throw wrong(template, `the quote ${open} is not closed`);
  return pieces.map((piece) =>
    piece.replace(/"([^"]*)"|'([^']*)'/g, (_all, double?: string, single?: string) => {
      return double ?? single ?? '';
    }),
  );
}

function wrong(template: string, problem: string): LaunchError {
  const expected = 'expected something like "python3 my-server.py {config} {id}"';
  return new LaunchError(
    `the server command "${template}" cannot be used: ${problem}; ${expected}`,
  );
}
