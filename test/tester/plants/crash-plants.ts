/** Bugs of the crash switch, and of what a server is when it comes back. */
import type { ServerPlant } from './server-plant.js';

const readThrough = 'src/rpc/read-through.js';
const fileMap = 'src/files/file-map.js';
const raft = 'src/raft/raft.js';
const replica = 'src/replica/replica.js';

export const crashPlants: readonly ServerPlant[] = [
  {
    name: 'a crashed server keeps answering reads',
    patches: [
      {
        file: readThrough,
        find: "if (outcome.kind !== 'done') {\n            reply(",
        replace: "if (!['done', 'crashed'].includes(outcome.kind)) {\n            reply(",
      },
    ],
    trials: [
      {
        kind: 'check',
        title: 'a crashed server answers client calls by a fault',
        words: /expected a fault, saw \{/,
      },
    ],
  },
  {
    name: 'a crashed server keeps talking to its peers',
    patches: [
      {
        file: replica,
        find: "this.#halt(this.#standstill.storageError === undefined ? 'crashed' : 'closed', {",
        replace:
          "((doors, refusals) => this.#calls.endAll(refusals.logged, refusals.unlogged))('', {",
      },
      { file: replica, find: 'this.#loop.resume();', replace: 'return;' },
    ],
    trials: [
      {
        kind: 'check',
        title: 'a crashed leader is replaced within 2 s',
        words: /expected exactly one leader among servers .* saw none/,
      },
      {
        kind: 'check',
        title: 'without a majority updates and reads wait',
        words: /expected no answer while a majority is missing, saw (true|\{)/,
      },
      {
        kind: 'check',
        title: 'a crashed follower stands still',
        words: /expected 1, saw [234]/,
      },
    ],
  },
  {
    name: 'restore loses state',
    patches: [
      {
        file: fileMap,
        find: '    closeTail() {',
        replace: `    forgetAll() {
        this.#files = new FileTable(this.#bounds);
    }
    closeTail() {`,
      },
      {
        file: replica,
        find: "this.#options.observer({ type: 'restored' });",
        replace: 'this.#options.stateMachine.files.forgetAll();',
      },
    ],
    trials: [
      {
        kind: 'check',
        title: 'a restored server has its own state',
        words: /expected 2, saw 0/,
      },
    ],
  },
  {
    name: 'a restored follower never catches up',
    patches: [{ file: replica, find: 'this.#applier.resume();', replace: '' }],
    trials: [
      {
        kind: 'check',
        title: 'a crashed follower stands still',
        words: /expected 4 within 1000 ms, saw 1/,
      },
    ],
  },
  {
    name: 'a crashed leader keeps its blocked calls for ever',
    patches: [
      {
        file: replica,
        find: 'this.#calls.endAll(refusals.logged, refusals.unlogged);',
        replace: '',
      },
    ],
    trials: [
      {
        kind: 'check',
        title: 'a waiting call ends by a fault',
        words: /expected a fault, saw no answer/,
      },
    ],
  },
  {
    name: 'a restored leader leads on',
    patches: [
      {
        file: raft,
        find: "becomeFollower(core, core.term, undefined, 'it stands still');",
        replace: '',
      },
    ],
    trials: [
      {
        kind: 'check',
        title: 'the old leader comes back as a follower',
        words: /expected false, saw true/,
      },
    ],
  },
];
