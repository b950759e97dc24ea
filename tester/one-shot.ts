/**
 * Single calls for shell scripts: the answer on stdout, a fault or a silence on stderr.
 */
import { formatAddress } from './wire/address.js';
import { describeAnswer, type Answer } from './wire/answer.js';
import { isStruct } from './cluster/expectations.js';
import type { Server } from './wire/server.js';

/** How each command is written, for help and messages. */
export const commandUsages: Readonly<Record<string, string>> = {
  ping: 'ping',
  crash: 'crash',
  restore: 'restore',
  iscrashed: 'iscrashed',
  isleader: 'isleader',
  getfileinfomap: 'getfileinfomap',
  updatefile: 'updatefile NAME VERSION [HASH…]',
  getversion: 'getversion NAME',
  state: 'state',
};

export interface OneShotCall {
  readonly method: string;
  readonly params: readonly unknown[];
}

/** What no XML-RPC client can send. */
const unsendable = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/** The call a command line asks for, or a sentence that says what is wrong with it. */
export function parseCommand(command: string, args: readonly string[]): OneShotCall | string {
  const usage = commandUsages[command];
  if (usage === undefined) {
    const known = Object.keys(commandUsages).join(', ');
    return `unknown command "${command}"; the commands are ${known}`;
  }
  const misuse = `usage: ${usage}`;
  if (args.some((arg) => unsendable.test(arg))) {
    return 'an argument has a character that XML 1.0 cannot carry';
  }
  if (command === 'updatefile') {
    const [name, version, ...hashes] = args;
    if (name === undefined || version === undefined) return misuse;
    if (!/^-?\d{1,15}$/.test(version)) return `${misuse}; VERSION is an integer, not "${version}"`;
    return { method: 'updatefile', params: [name, Number(version), hashes] };
  }
  if (command === 'getversion') {
    return args.length === 1 ? { method: 'tester_getversion', params: args } : misuse;
  }
  if (args.length > 0) return misuse;
  return { method: command === 'state' ? 'getinternalstate' : command, params: [] };
}

export interface OneShotResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export async function runOneShot(
  server: Server,
  call: OneShotCall,
  asJson: boolean,
): Promise<OneShotResult> {
  const { answer } = await server.call(call.method, call.params);
  if (answer.kind === 'value') {
    const text = asJson ? JSON.stringify(answer.value) : printable(call.method, answer.value);
    const refused = call.method === 'updatefile' && answer.value !== true;
    return { exitCode: refused ? 1 : 0, stdout: text === '' ? '' : `${text}\n`, stderr: '' };
  }
  const problem = asJson
    ? JSON.stringify(answer)
    : `${formatAddress(server.seat.address)}: ${describeAnswer(answer)}`;
  return { exitCode: exitCodeOf(answer), stdout: '', stderr: `${problem}\n` };
}

/** A fault is an answer; a server that says nothing sensible counts as not reached. */
function exitCodeOf(answer: Answer): number {
  return answer.kind === 'fault' ? 1 : 2;
}

/** The map as one line per file, other structs as readable JSON, scalars as they are. */
function printable(method: string, value: unknown): string {
  if (!isStruct(value)) return typeof value === 'string' ? value : JSON.stringify(value);
  if (method !== 'getfileinfomap') return JSON.stringify(value, undefined, 2);
  const lines = Object.entries(value).map(([name, info]) => {
    const parts = Array.isArray(info) ? (info as unknown[]).flat() : [info];
    return [JSON.stringify(name), ...parts].join(' ');
  });
  return lines.join('\n');
}
