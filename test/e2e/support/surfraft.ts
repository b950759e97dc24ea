/** The program `surfraft` as people run it, in a process of its own. */
import { execa } from 'execa';
import { join } from 'node:path';
import { projectRoot } from '../../tidy/source-text.js';

export const surfraftProgram = join(projectRoot(), 'build/src/cli/surfraft.js');

/** It may go on until it is killed. */
export function surfraft(...args: readonly string[]) {
  return execa(process.execPath, [surfraftProgram, ...args], { reject: false });
}
