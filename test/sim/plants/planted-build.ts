/** A copy of the built simulator and what it runs, with a bug planted in it. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { must } from '../../../src/base/assert.js';
import { patched, type Plant } from './plant.js';

/** Where this file was built to, and all others. */
export const buildFolder = fileURLToPath(new URL('../../..', import.meta.url));

/** What the simulator needs of it. */
const parts = ['src', 'test/sim'];

export class PlantedBuild {
  readonly folder: string;

  constructor(plant: Plant) {
    this.folder = mkdtempSync(path.join(tmpdir(), 'surfraft-plant-'));
    for (const part of parts) {
      cpSync(path.join(buildFolder, part), path.join(this.folder, part), { recursive: true });
    }
    writeFileSync(path.join(this.folder, 'package.json'), '{ "type": "module" }\n');
    for (const patch of plant.patches) {
      const file = path.join(this.folder, patch.file);
      const text = patched(readFileSync(file, 'utf8'), patch);
      writeFileSync(file, must(text, `"${plant.name}" does not fit ${patch.file}`));
    }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
