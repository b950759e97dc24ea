/** A copy of parts of the build, as a program of its own, with a bug planted in it. */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { must } from '../../../src/base/assert.js';
import { projectRoot } from '../../tidy/source-text.js';
import { patched, type Plant } from './plant.js';

/** Where this file was built to, and all others. */
export const buildFolder = fileURLToPath(new URL('../../..', import.meta.url));

export class PlantedBuild {
  readonly folder: string;

  /** `parts` are folders of the build: what the copy is to run, and all that this needs. */
  constructor(plant: Plant, parts: readonly string[]) {
    this.folder = mkdtempSync(path.join(tmpdir(), 'surfraft-plant-'));
    for (const part of parts) {
      cpSync(path.join(buildFolder, part), path.join(this.folder, part), { recursive: true });
    }
    const manifest = { type: 'module', version: 'planted' };
    writeFileSync(path.join(this.folder, 'package.json'), JSON.stringify(manifest));
    const packages = path.join(projectRoot(), 'node_modules');
    symlinkSync(packages, path.join(this.folder, 'node_modules'));
    for (const patch of plant.patches) {
      const file = path.join(this.folder, patch.file);
      const text = patched(readFileSync(file, 'utf8'), patch);
      writeFileSync(
        file,
        must(text, () => `"${plant.name}" does not fit ${patch.file}`),
      );
    }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
