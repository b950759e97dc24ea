/** The flags of node that run-server.sh gives a server: what people run is what is measured. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { must } from '../../src/base/assert.js';
import { projectRoot } from './project-root.js';

/** Throws when run-server.sh starts its server in another way than it did. */
export function serverNodeFlags(): readonly string[] {
  const script = readFileSync(join(projectRoot, 'run-server.sh'), 'utf8');
  const flags = /^exec node ([^"]*)"\$built\/src\/cli\/run-server\.js"/m.exec(script)?.[1];
  return must(flags, 'run-server.sh ends in `exec node`')
    .split(/[\s\\]+/)
    .filter(Boolean);
}
