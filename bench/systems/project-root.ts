/** Where the project lies: what is measured is built in it, and scripts of generators lie in it. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { assert } from '../../src/base/assert.js';

function findProjectRoot(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json'))) {
    assert(dirname(folder) !== folder, 'the bench lies in a folder with a package.json');
    folder = dirname(folder);
  }
  return folder;
}

/** The nearest folder above this program with a package.json. */
export const projectRoot = findProjectRoot();
