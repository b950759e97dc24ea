/** Bugs planted in the core: what it writes, whom it elects, what it counts. */
import type { Plant } from './plant.js';

const core = 'src/raft/core.js';
const election = 'src/raft/election.js';
const append = 'src/raft/handle-append-entries.js';
const appendResponse = 'src/raft/handle-append-entries-response.js';
const installSnapshot = 'src/raft/handle-install-snapshot.js';
const progress = 'src/raft/progress.js';
const readQueue = 'src/raft/read-queue.js';
const replication = 'src/raft/replication.js';
const requestVote = 'src/raft/handle-request-vote.js';
const standing = 'src/raft/standing.js';
const tick = 'src/raft/tick.js';

const persistPlants: readonly Plant[] = [
  {
    name: 'vote not persisted',
    patches: [
      {
        file: core,
        find: 'this.#votedFor = candidate;\n        this.#writes.addHardState();',
        replace: 'this.#votedFor = candidate;',
      },
    ],
  },
  {
    name: 'term not persisted',
    patches: [
      {
        file: core,
        find: 'this.answeredIndex = asLogIndex(0);\n        this.#writes.addHardState();',
        replace: 'this.answeredIndex = asLogIndex(0);',
      },
    ],
  },
  {
    name: 'entries acknowledged before their write',
    patches: [
      {
        file: append,
        find: 'isHeartbeat ? nothingToAwait : core.writeFor(lastNewIndex)',
        replace: 'nothingToAwait',
      },
    ],
  },
  {
    name: 'leader counts its own entries before they are durable',
    patches: [
      {
        file: replication,
        find: 'counted(core, role, core.durableIndex,',
        replace: 'counted(core, role, core.log.lastIndex,',
      },
    ],
  },
];

const votePlants: readonly Plant[] = [
  {
    name: 'second vote in a term after a step-down',
    patches: [
      {
        file: core,
        find: '    /** Enters a later term, with no vote given in it. */',
        replace: '    eraseVote() { this.#votedFor = undefined; }',
      },
      {
        file: election,
        find: "changeRole(core, { name: 'follower' });",
        replace: "changeRole(core, { name: 'follower' }); core.eraseVote();",
      },
    ],
  },
  {
    name: 'vote for a candidate with a shorter log',
    patches: [
      {
        file: requestVote,
        find: 'if (core.log.isUpToDate(request.lastLogIndex, request.lastLogTerm))',
        replace: 'if (true)',
      },
    ],
  },
  {
    name: 'no pre-vote',
    patches: [
      {
        file: tick,
        find: 'startPreVote(core, whyNoLeader(core));',
        replace: 'startElection(core, whyNoLeader(core), false);',
      },
      {
        file: tick,
        find: 'import { becomeFollower, mayCampaign, startPreVote }',
        replace: 'import { becomeFollower, mayCampaign, startElection }',
      },
    ],
  },
  {
    name: 'no stickiness',
    patches: [
      {
        file: election,
        find: 'export function leaderIsLive(core) {',
        replace: 'export function leaderIsLive(core) {\n    if (core) return false;',
      },
    ],
  },
  {
    name: 'election timer not reset by heartbeats',
    patches: [
      {
        file: append,
        find: 'core.resetElectionTimer();\n        core.ticksSinceLeader = 0;',
        replace: 'core.ticksSinceLeader = 0;',
      },
    ],
  },
  {
    name: 'a leader with a hanging disk keeps its role',
    patches: [{ file: tick, find: 'if (core.isDiskStalled) {', replace: 'if (false) {' }],
  },
];

const replicationPlants: readonly Plant[] = [
  {
    name: 'commit by counting an entry of an older term',
    patches: [
      {
        file: replication,
        find: ' && core.log.termAt(index) === core.term',
        replace: '',
      },
    ],
  },
  {
    name: 'log cut on a matching AppendEntries',
    patches: [
      {
        file: append,
        find: 'if (firstNew < 0)\n        return;',
        replace: `if (firstNew < 0) {
        const end = request.prevLogIndex + request.entries.length + 1;
        const isCut = request.entries.length > 0 && end > core.commitIndex;
        if (isCut && end <= core.log.lastIndex) core.truncateFrom(end);
        return;
    }`,
      },
    ],
  },
  {
    name: 'commit index beyond the durable log',
    patches: [
      {
        file: append,
        find: 'Math.min(request.leaderCommit, lastNewIndex)',
        replace: 'request.leaderCommit',
      },
    ],
  },
  {
    name: 'heartbeats acknowledge all of the log',
    patches: [
      {
        file: append,
        find: 'Math.min(lastNewIndex, core.durableIndex)',
        replace: 'core.durableIndex',
      },
    ],
  },
  {
    name: 'conflict hint taken for a match',
    patches: [
      {
        file: appendResponse,
        find: 'progress.rejected(nextTry(core, response));',
        replace:
          'progress.rejected(nextTry(core, response));\n' +
          '        progress.matchIndex = Math.max(progress.matchIndex, progress.nextIndex - 1);',
      },
    ],
  },
  {
    name: 'lost request counted as delivered',
    patches: [
      {
        file: progress,
        find: 'const oldest = this.#inflight[0];',
        replace: 'this.matched(this.nextIndex - 1);\n        const oldest = this.#inflight[0];',
      },
    ],
  },
];

const readPlants: readonly Plant[] = [
  {
    name: 'stale read without a quorum',
    patches: [
      {
        file: replication,
        find: 'role.reads.confirm(quorumValue(rounds, core.membership.quorum));',
        replace: 'role.reads.confirm(role.reads.round);',
      },
      { file: replication, find: 'if (core.membership.isAlone)', replace: 'if (true)' },
    ],
  },
  {
    name: 'read answered before it is applied',
    patches: [{ file: readQueue, find: ' && read.index <= lastApplied', replace: '' }],
  },
  {
    name: 'reads of a new leader do not wait for its no-op',
    patches: [
      {
        file: 'src/raft/raft.js',
        find: 'Math.max(core.commitIndex, role.termStartIndex)',
        replace: 'core.commitIndex',
      },
    ],
  },
];

const standingPlants: readonly Plant[] = [
  {
    name: 'refilling server votes',
    patches: [
      {
        file: requestVote,
        find: 'if (!core.counts)\n        return noMember(core);\n    // Section 5.2',
        replace: '// Section 5.2',
      },
      {
        file: requestVote,
        find: 'if (!core.counts)\n        return noMember(core);\n    // A vote',
        replace: '// A vote',
      },
    ],
  },
  {
    name: "refilling server's acknowledgements counted",
    patches: [
      {
        file: appendResponse,
        find: 'progress.answered(!response.refilling, response.round);',
        replace: 'progress.answered(true, response.round);',
      },
      {
        file: 'src/raft/handle-install-snapshot-response.js',
        find: 'progress.answered(!response.refilling);',
        replace: 'progress.answered(true);',
      },
    ],
  },
  {
    name: 'member without having heard all others (rule 1)',
    patches: [
      {
        file: standing,
        find: 'if (!othersOf(core).every((server) => joinAnswers.has(server)))\n        return;',
        replace: '',
      },
    ],
  },
  {
    name: 'member before its log is refilled (rule 2)',
    patches: [
      {
        file: standing,
        find: '< end.lastLogIndex)',
        replace: '< 0)',
      },
    ],
  },
  {
    name: 'wiped server takes itself for new',
    patches: [{ file: standing, find: 'if (other !== undefined) {', replace: 'if (false) {' }],
  },
  {
    name: 'trailing entries kept after installing a snapshot',
    patches: [
      {
        file: installSnapshot,
        find: 'if (!isInLog) {',
        replace: 'if (!isInLog && core.log.lastIndex < index) {',
      },
    ],
  },
];

export const raftPlants: readonly Plant[] = [
  ...persistPlants,
  ...votePlants,
  ...replicationPlants,
  ...readPlants,
  ...standingPlants,
];
