/** What is installed beside us: etcd to be measured against, wrk to make the load. */
import { spawnSync } from 'node:child_process';
import { closedLoop } from './load/closed-loop.js';
import type { Generator } from './load/generator.js';
import { wrkGenerator } from './load/wrk.js';
import { findCommand, type Processes } from './systems/processes.js';

export interface Etcd {
  readonly command: string;
  readonly version: string;
}

export function findEtcd(): Etcd | undefined {
  const command = findCommand('etcd');
  if (command === undefined) return undefined;
  const version = /etcd Version: (\S+)/.exec(outputOf(command, '--version'))?.[1];
  return { command, version: `etcd ${version ?? '(of an unknown version)'}, its JSON gateway` };
}

/** wrk when it is there, else the generator that is always there. */
export function chooseGenerator(processes: Processes): Generator {
  const command = findCommand('wrk');
  if (command === undefined) return closedLoop;
  const version = /^wrk \S+/.exec(outputOf(command, '-v'))?.[0] ?? 'wrk';
  return wrkGenerator(command, version, processes);
}

/** Whatever the exit code: wrk tells its version and fails. */
function outputOf(command: string, option: string): string {
  return spawnSync(command, [option], { encoding: 'utf8' }).stdout;
}
