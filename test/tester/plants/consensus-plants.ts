/** Bugs in the consensus itself: votes, commitment, replication, and what is on disk. */
import type { ServerPlant } from './server-plant.js';

const append = 'src/raft/handle-append-entries.js';
const core = 'src/raft/core.js';
const election = 'src/raft/election.js';
const raft = 'src/raft/raft.js';
const replication = 'src/raft/replication.js';
const requestVote = 'src/raft/handle-request-vote.js';

/** As in servers that follow figure 2 of the paper to the letter: section 8 asks for more. */
const noNoop = [
  {
    file: election,
    find: 'makes reads possible.\n    appendNoop(core);',
    replace: 'makes reads possible.\n    broadcastEntries(core);',
  },
  {
    file: raft,
    find: 'Math.max(core.commitIndex, role.termStartIndex)',
    replace: 'core.commitIndex',
  },
];

const votePlants: readonly ServerPlant[] = [
  {
    name: 'elected one vote short of a majority',
    patches: [
      {
        file: election,
        find: 'if (voters.length < core.membership.quorum)',
        replace: 'if (voters.length < core.membership.quorum - 1)',
      },
    ],
    trials: [
      {
        kind: 'check',
        title: 'no server becomes leader without a majority',
        words: /expected no leader among 1 of 3, saw one/,
      },
    ],
  },
  {
    name: 'two votes in one term',
    patches: [
      {
        file: requestVote,
        find: 'if (core.votedFor !== undefined && core.votedFor !== request.candidateId) {',
        replace: 'if (false) {',
      },
      {
        file: core,
        find: 'assert(this.#votedFor === undefined, () => `a second vote in term ${this.#term}`);',
        replace: '',
      },
    ],
    trials: [
      {
        kind: 'check',
        title: 'two followers that stand for the same term',
        words: /expected one leader in term \d+, saw server \d .* and server \d/,
      },
    ],
  },
  {
    name: 'vote forgotten at restart',
    patches: [{ file: core, find: 'votedFor: this.#votedFor,', replace: 'votedFor: undefined,' }],
    trials: [
      {
        kind: 'check',
        title: 'a vote outlives its server even when',
        words: /expected one leader in term \d+, saw server \d .* and server \d/,
      },
    ],
  },
];

const commitPlants: readonly ServerPlant[] = [
  {
    name: 'a new leader reads before it has committed an entry of its term',
    patches: noNoop,
    trials: [
      {
        kind: 'check',
        title: 'when all servers are killed nothing',
        words: /saw no ".*-dark-\d+" in the map/,
      },
    ],
  },
  {
    name: "an old term's entry committed by counting",
    patches: [
      ...noNoop,
      { file: replication, find: ' && core.log.termAt(index) === core.term', replace: '' },
      {
        file: append,
        find: 'if (contradicts(request.prevLogIndex, request.prevLogTerm)) {',
        replace: 'if (false) {',
      },
      {
        file: append,
        find: 'request.entries.find((entry) => contradicts(entry.index, entry.term))',
        replace: 'undefined',
      },
      {
        file: core,
        find: 'assert(index > this.commitIndex, () => `entry',
        replace: 'assert(true, () => `entry',
      },
    ],
    trials: [
      {
        kind: 'check',
        title: 'what was readable once stays',
        words: /expected \{".*-early-\d+":\[1,\["lost"\]\]\}, saw no/,
      },
    ],
  },
  {
    name: 'entries of an old leader are kept after a change of leader',
    patches: [
      {
        file: append,
        find: 'if (index <= core.log.lastIndex)\n        core.truncateFrom(index);',
        replace: 'entries.splice(0, Math.max(0, core.log.lastIndex + 1 - index));',
      },
    ],
    trials: [
      {
        kind: 'check',
        title: 'entries that never reached a majority',
        words: /expected 0, saw 1 on .*-abandoned-/,
      },
    ],
  },
  {
    name: 'a lagging follower is never found out about',
    patches: [
      {
        file: 'src/raft/handle-append-entries-response.js',
        find: 'progress.rejected(nextTry(core, response));',
        replace: 'progress.rejected(progress.nextIndex);',
      },
    ],
    size: 5,
    trials: [
      {
        kind: 'check',
        title: 'away across a change of leader',
        words: /expected 5 within 1000 ms, saw [0-3]/,
      },
    ],
  },
];

const diskPlants: readonly ServerPlant[] = [
  {
    name: 'acknowledged while it is only in memory',
    patches: [
      {
        file: 'src/storage/segment-writer.js',
        find: 'await this.#file.appendDurably(frame);',
        replace: `const written = this.written ?? Promise.resolve();
        const bytes = frame.slice();
        this.written = written.then(() => new Promise((resolve) => setTimeout(resolve, 400)))
            .then(() => this.#file.appendDurably(bytes));`,
      },
      {
        file: 'src/storage/hard-state-file.js',
        find: 'putU48(view, durableFrameAt, durableFrame);',
        replace: 'putU48(view, durableFrameAt, 0);',
      },
    ],
    trials: [
      {
        kind: 'check',
        title: 'when all servers are killed nothing',
        // A server that notices its loss does not vote, and all of them lost something.
        words: /saw no ".*-(dark|last)-\d+" in the map|expected exactly one leader .* saw none/,
      },
    ],
  },
];

export const consensusPlants: readonly ServerPlant[] = [
  ...votePlants,
  ...commitPlants,
  ...diskPlants,
];
