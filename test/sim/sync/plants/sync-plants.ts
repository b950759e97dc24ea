/** Bugs planted in block stores and in the sync, which the simulation of both must catch. */
import type { Plant } from '../../plants/plant.js';

const blockPlants: readonly Plant[] = [
  {
    name: 'a block named as present does not become young',
    patches: [
      {
        file: 'src/blocks/memory-block-store.js',
        find: 'kept.touchedAtMs = this.#now();',
        replace: '',
      },
    ],
  },
  {
    name: 'collection goes by the age alone, however old its references are',
    patches: [
      {
        file: 'src/blocks/collect.js',
        find: 'graceMs + Math.max(0, cluster.timer.now() - referencedAtMs)',
        replace: 'graceMs',
      },
    ],
  },
  {
    name: 'put answers on the first copy',
    patches: [
      {
        file: 'src/blocks/put-on-owners.js',
        find: 'if (durable === cluster.majority)',
        replace: 'if (durable === 1)',
      },
    ],
  },
  {
    name: 'one copy is enough for a block to be present',
    patches: [
      {
        file: 'src/blocks/replicated-block-store.js',
        find: 'if (copies >= this.#cluster.majority)',
        replace: 'if (copies > 0)',
      },
    ],
  },
  {
    name: 'hand-off drops what it could not put',
    patches: [
      {
        file: 'src/blocks/hand-off.js',
        find: 'if (!(await orElse(false, put)))\n                    return;',
        replace: 'await orElse(false, put);',
      },
    ],
  },
  {
    name: 'a restarted server does not compare the stores',
    patches: [
      {
        file: 'src/blocks/catch-up.js',
        find: 'if (!handOff.remember(address, hash))',
        replace: 'if (false)',
      },
    ],
  },
  {
    name: 'a damaged copy is handed out',
    patches: [
      {
        file: 'src/blocks/memory-block-store.js',
        find: 'if (hashOf(kept.bytes) !== hash)',
        replace: 'if (false)',
      },
    ],
  },
  {
    name: 'a read stops at the first bad copy',
    patches: [
      {
        file: 'src/blocks/get-from-any.js',
        find: 'note({ address, kind: read.kind });',
        replace: '{ note({ address, kind: read.kind }); return false; }',
      },
    ],
  },
  {
    name: 'repair takes stand-ins away while an owner has no copy',
    patches: [
      {
        file: 'src/blocks/repair.js',
        find: 'if (owners.every((address) => good.has(address)))',
        replace: 'if (true)',
      },
    ],
  },
];

const download = 'src/sync/download.js';
const upload = 'src/sync/upload.js';

const folderPlants: readonly Plant[] = [
  {
    name: 'a download gets its name before it is durable',
    patches: [{ file: 'src/sync/fetch-file.js', find: 'await aside.finish();', replace: '' }],
  },
  {
    name: 'the index is written before the metadata',
    patches: [
      {
        file: upload,
        find: 'return (await work.cluster.update(name, state)) ? done(state, { seen })',
        replace:
          'void work.cluster.update(name, state).catch(() => 0); return 1 ? done(state, { seen })',
      },
    ],
  },
  {
    name: 'metadata names blocks that were not stored yet',
    patches: [
      {
        file: upload,
        find: 'await Promise.all(storing);',
        replace: 'void Promise.all(storing);',
      },
    ],
  },
  {
    name: 'a conflict copy takes the place of another',
    patches: [
      {
        file: 'src/sync/conflict-name.js',
        find: 'sha256.slice(0, digits)',
        replace: "'0'.repeat(digits)",
      },
      {
        file: download,
        find: 'const placed = await work.folder.place(aside, copy, undefined);',
        replace:
          'const there = await work.folder.look(copy);\n' +
          'const placed = await work.folder.place(aside, copy, there.facts);',
      },
    ],
  },
  {
    name: 'a conflict keeps no copy',
    patches: [
      {
        file: download,
        find: 'const placed = await work.folder.place(aside, copy, undefined);',
        replace: "const placed = { kind: 'done' };",
      },
    ],
  },
  {
    name: 'a conflict copy is not durable before the file is replaced',
    patches: [
      {
        file: download,
        find: 'await aside.finish();',
        replace: '',
      },
    ],
  },
  {
    name: 'a download replaces what was written meanwhile',
    patches: [
      {
        file: download,
        find: 'await work.folder.place(fetched.aside, name, expected)',
        replace:
          'await work.folder.place(fetched.aside, name, (await work.folder.look(name)).facts)',
      },
    ],
  },
  {
    name: 'a stamp is trusted however young it is',
    patches: [
      {
        file: 'src/sync/seen-files.js',
        find: 'const restMsMin = 2000;',
        replace: 'const restMsMin = 0;',
      },
    ],
  },
];

export const syncPlants: readonly Plant[] = [...blockPlants, ...folderPlants];

/** What runs the seeds for `hunt`, below `build/`. */
export const syncHuntProgram = 'test/sim/sync/plants/first-failure.js';
