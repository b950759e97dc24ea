/** Bugs in what clients are told, and when: versions, answers, reads. */
import type { ServerPlant } from './server-plant.js';

const clientCalls = 'src/replica/client-calls.js';
const readThrough = 'src/rpc/read-through.js';
const fileMap = 'src/files/file-map.js';
const pendingUpdates = 'src/replica/pending-updates.js';
const replication = 'src/raft/replication.js';

/** Commands are applied from their bytes. With this they are decoded first, which says the same. */
const appliesDecoded = { file: fileMap, find: 'if (scan.hasRequestId)', replace: 'if (true)' };

const versionPlants: readonly ServerPlant[] = [
  {
    name: 'no version check',
    patches: [
      appliesDecoded,
      {
        file: 'src/files/version-rule.js',
        find: 'command.version === view.versionOf(command.name) + 1 ?',
        replace: 'true ?',
      },
    ],
    trials: [
      { kind: 'check', title: 'the first version of a file is 1', words: /false, saw true/ },
      { kind: 'check', title: 'a version that is too high', words: /false, saw true/ },
      {
        kind: 'chaos',
        seedsMax: 2,
        seconds: 5,
        title: 'at most one takes effect',
        words: /expected at most one true for updates/,
      },
    ],
  },
  {
    name: 'updates applied twice',
    patches: [
      appliesDecoded,
      {
        file: fileMap,
        find: 'const info = { version: Number(command.version), hashlist, timeMs };',
        replace: 'const info = { version: this.versionOf(name) + 1, hashlist, timeMs };',
      },
      {
        file: fileMap,
        find: "if (verdict === 'takesEffect')\n            this.#takeEffect(command);",
        replace: `if (verdict === 'takesEffect') {
            this.#takeEffect(command);
            this.#takeEffect({ ...command, requestId: undefined });
        }`,
      },
    ],
    trials: [
      {
        kind: 'check',
        title: 'updatefile answers true, and the map then shows',
        words: /expected \{".*":\[1,.* saw \{".*":\[2,/,
      },
    ],
  },
  {
    name: 'a restored server applies its last update again',
    patches: [
      appliesDecoded,
      {
        file: fileMap,
        find: 'const info = { version: Number(command.version), hashlist, timeMs };',
        replace: `this.lastCommand = command;
        const info = { version: this.versionOf(name) + 1, hashlist, timeMs };`,
      },
      {
        file: fileMap,
        find: '    closeTail() {',
        replace: `    applyLastAgain() {
        const command = this.lastCommand;
        if (command !== undefined) this.#takeEffect({ ...command, requestId: undefined });
    }
    closeTail() {`,
      },
      {
        file: 'src/replica/replica.js',
        find: "this.#options.observer({ type: 'restored' });",
        replace: 'this.#options.stateMachine.files.applyLastAgain();',
      },
    ],
    trials: [
      {
        kind: 'check',
        title: 'a second crash and a second restore change nothing',
        words: /expected 1 within .* saw 2/,
      },
    ],
  },
  {
    name: 'request id not remembered',
    patches: [
      {
        file: fileMap,
        find: 'if (requestId !== undefined)\n            this.#requestIds',
        replace: 'if (false)\n            this.#requestIds',
      },
    ],
    trials: [
      {
        kind: 'check',
        title: 'a repeated request id is answered true again',
        words: /expected true, saw false/,
      },
    ],
  },
  {
    name: 'a map that differs on one server',
    patches: [
      appliesDecoded,
      {
        file: fileMap,
        find: 'this.#files.set(name, info);',
        replace: `const isOdd = process.argv[3] === '2';
        this.#files.set(name, isOdd ? { ...info, hashlist: [...hashlist].reverse() } : info);`,
      },
    ],
    trials: [
      {
        kind: 'check',
        title: 'the maps of all servers are equal',
        words: /expected the map of server .* instead of/,
      },
    ],
  },
];

const earlyAnswerPlants: readonly ServerPlant[] = [
  {
    name: 'answers before commit',
    patches: [
      {
        file: clientCalls,
        find: 'this.#log.propose(payloads);',
        replace: `this.#log.propose(payloads);
        for (let at = lastIndex + 1; at <= index; at += 1) {
            this.#updates.settle({ index: at, term, kind: 'command' }, 'updated', undefined);
        }`,
      },
    ],
    trials: [
      {
        kind: 'check',
        title: 'without a majority updates and reads wait',
        words: /expected no answer while a majority is missing, saw true/,
      },
      {
        kind: 'chaos',
        seedsMax: 4,
        seconds: 8,
        title: 'no update that was answered true is lost',
        words: /was answered true/,
      },
    ],
  },
  {
    name: 'false answered from memory, without a quorum',
    patches: [
      {
        file: clientCalls,
        find: 'call.moveTo(this.#verdicts.add(verdict));',
        replace: "this.#log.timer.soon(() => verdict({ kind: 'done' }));",
      },
    ],
    trials: [
      {
        kind: 'check',
        title: 'false, too, waits',
        words: /expected no answer while a majority is missing, saw false/,
      },
    ],
  },
  {
    name: 'true for whatever entry is committed at the index',
    patches: [
      {
        file: pendingUpdates,
        find: 'if (term === entry.term && result !== undefined)',
        replace: 'if (term > 0)',
      },
      {
        file: pendingUpdates,
        find: "answer({ kind: 'done', value: result });",
        replace: "answer({ kind: 'done', value: 'updated' });",
      },
      {
        file: pendingUpdates,
        find: 'this.#refuseEarlierTerms(replaced);\n        }\n        const waiters',
        replace: '}\n        const waiters',
      },
    ],
    trials: [
      {
        kind: 'check',
        title: 'an update that waited on an old leader',
        words: /expected a fault for an update that was replaced, saw true/,
      },
    ],
  },
  {
    name: 'a deposed leader refuses updates that take effect',
    patches: [
      {
        file: clientCalls,
        find: 'this.#batchEnds = [];\n        this.#refuseUnlogged(refusal);',
        replace: 'this.#updates.refuseAll(refusal);\n        this.#refuseUnlogged(refusal);',
      },
    ],
    trials: [
      {
        kind: 'check',
        title: 'an update that the next leader commits',
        words: /expected true for an update that the next leader committed, saw fault 1/,
      },
    ],
  },
];

const readPlants: readonly ServerPlant[] = [
  {
    name: 'followers answer reads',
    patches: [
      {
        file: readThrough,
        find: "if (outcome.kind !== 'done') {\n            reply(",
        replace: "if (!['done', 'notLeader'].includes(outcome.kind)) {\n            reply(",
      },
    ],
    trials: [
      {
        kind: 'check',
        title: 'followers answer updatefile and getfileinfomap by a fault',
        words: /expected a fault, saw \{/,
      },
      {
        kind: 'chaos',
        seedsMax: 4,
        seconds: 5,
        title: 'reads never go back',
        words: /expected every read of .* to see version \d+ or later/,
      },
    ],
  },
  {
    name: 'a deposed leader answers reads without a quorum',
    patches: [
      {
        file: replication,
        find: 'role.reads.confirm(quorumValue(rounds, core.membership.quorum));',
        replace: 'role.reads.confirm(role.reads.round);',
      },
      { file: replication, find: 'if (core.membership.isAlone)', replace: 'if (true)' },
    ],
    trials: [
      {
        kind: 'check',
        title: 'without a majority updates and reads wait',
        words: /expected no answer while a majority is missing, saw \{.*getfileinfomap/,
      },
      {
        kind: 'chaos',
        seedsMax: 4,
        seconds: 12,
        title: 'reads never go back',
        words: /expected every read of .* to see version \d+ or later/,
      },
    ],
  },
  {
    name: 'followers learn of a commit with the next heartbeat',
    patches: [
      {
        file: replication,
        find: "if (advances)\n        core.emit({ type: 'commitAdvanced' });",
        replace: '',
      },
    ],
    trials: [
      {
        kind: 'check',
        title: 'within one round trip',
        words:
          /expected half of 15 updates on all followers within \d+ ms, saw half of them within/,
      },
    ],
  },
];

export const answerPlants: readonly ServerPlant[] = [
  ...versionPlants,
  ...earlyAnswerPlants,
  ...readPlants,
];
