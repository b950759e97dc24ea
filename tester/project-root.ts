/** Where the project lies: the compiled tester runs from folders of different depth below it. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { assert } from '../src/base/assert.js';

/** The nearest folder above this program with a package.json. */
export function findProjectRoot(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json'))) {
    assert(dirname(folder) !== folder, 'the tester lies in a folder with a package.json');
    folder = dirname(folder);
  }
  return folder;
}
