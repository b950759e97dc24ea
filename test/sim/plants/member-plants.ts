/** Bugs planted where the members of the cluster change (thesis, chapter 4). */
import type { Plant } from './plant.js';

const changeMembers = 'src/raft/change-members.js';
const configuration = 'src/raft/configuration.js';
const core = 'src/raft/core.js';
const election = 'src/raft/election.js';
const membership = 'src/raft/membership.js';
const replication = 'src/raft/replication.js';
const standing = 'src/raft/standing.js';

export const memberPlants: readonly Plant[] = [
  {
    name: 'members changed before an entry of the own term is committed',
    patches: [
      {
        file: changeMembers,
        find: 'if (core.commitIndex < leadership.termStartIndex)',
        replace: 'if (false)',
      },
    ],
  },
  {
    name: 'members changed while the change before is not committed',
    patches: [
      {
        file: changeMembers,
        find: "if (core.membership.index > core.commitIndex)\n        return 'the change",
        replace: "if (false)\n        return 'the change",
      },
    ],
  },
  {
    name: 'learner counted for a commit',
    patches: [
      {
        file: replication,
        find: 'if (membership.isVoter(peer))\n            values.push',
        replace: 'values.push',
      },
    ],
  },
  {
    name: "learner's vote counted",
    patches: [
      {
        file: election,
        find: 'filter((server) => core.membership.isVoter(server))',
        replace: 'filter(() => true)',
      },
      {
        file: election,
        find: 'if (!core.membership.isVoter(peer))',
        replace: 'if (false)',
      },
    ],
  },
  {
    name: 'removed leader counts itself',
    patches: [
      {
        file: replication,
        find: 'const values = membership.isVoter(id) ? [own] : [];',
        replace: 'const values = [own];',
      },
    ],
  },
  {
    name: 'removed leader goes on to lead',
    patches: [
      {
        file: changeMembers,
        find: 'if (membership.index > commitIndex)\n        return;\n    // The others',
        replace: 'if (core)\n        return;\n    // The others',
      },
    ],
  },
  {
    name: 'configuration not reverted when its entry is cut off',
    patches: [
      { file: core, find: 'if (this.membership.truncateFrom(index))', replace: 'if (false)' },
    ],
  },
  {
    name: 'configuration in force with the next one only',
    patches: [
      {
        file: membership,
        find: 'return must(this.#placed.at(-1),',
        replace: 'return must(this.#placed.at(-2) ?? this.#placed[0],',
      },
    ],
  },
  {
    name: 'snapshot loses the configuration',
    patches: [
      {
        file: 'src/replica/snapshot-taker.js',
        find: 'createSnapshot(at, configurationAt(at.index))',
        replace: 'createSnapshot(at, new Uint8Array())',
      },
    ],
  },
  {
    name: 'InstallSnapshot loses the configuration',
    patches: [
      {
        file: 'src/raft/handle-install-snapshot.js',
        find: 'core.installConfiguration(index, configuration, isInLog);',
        replace: '',
      },
    ],
  },
  {
    name: 'learner promoted before all others know it',
    patches: [
      {
        file: changeMembers,
        find: 'if (!wasQuick || !progress.counts || ',
        replace: 'if (!wasQuick || ',
      },
    ],
  },
  {
    name: 'member before its addition is committed',
    patches: [
      {
        file: standing,
        find: 'return membership.includesSelfAt(commitIndex);',
        replace: 'return true;',
      },
    ],
  },
  {
    name: 'id of a removed server given again',
    patches: [
      {
        file: configuration,
        find: 'members: members.filter((member) => member.id !== id), nextId }',
        replace:
          'members: members.filter((member) => member.id !== id), ' +
          'nextId: id === nextId - 1 ? id : nextId }',
      },
    ],
  },
];
