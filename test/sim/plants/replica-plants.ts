/** Bugs planted between the core and the world: doors, applying, snapshots on their way. */
import type { Plant } from './plant.js';

const applier = 'src/replica/applier.js';
const doors = 'src/replica/peer-doors.js';
const receiver = 'src/replica/snapshot-receiver.js';
const taker = 'src/replica/snapshot-taker.js';

export const replicaPlants: readonly Plant[] = [
  {
    name: 'crash switch keeps messages',
    patches: [
      { file: doors, find: 'this.#gate.clear();', replace: '' },
      {
        file: doors,
        find: "if (this.#state !== 'open')\n                return;\n            if (!this.#cut",
        replace: 'if (!this.#cut',
      },
    ],
  },
  {
    name: 'messages leave before their write',
    patches: [
      {
        file: 'src/replica/durable-gate.js',
        find: 'if (after <= this.#durable)',
        replace: 'if (true)',
      },
    ],
  },
  {
    name: 'double apply',
    patches: [
      {
        file: applier,
        find: '? this.#options.stateMachine.apply(entry.payload)',
        replace:
          '? (this.#options.stateMachine.apply(entry.payload), ' +
          'this.#options.stateMachine.apply(entry.payload))',
      },
    ],
  },
  {
    name: 'applied index not atomic with the data',
    patches: [
      {
        file: taker,
        find: 'image: stateMachine.snapshot(),',
        replace: 'image: lateImage(stateMachine),',
      },
      {
        file: taker,
        find: 'export class SnapshotTaker {',
        replace: `function lateImage(stateMachine) {
    let image;
    return {
        next: (bytesMax) => (image ??= stateMachine.snapshot()).next(bytesMax),
        close: () => image?.close(),
    };
}
export class SnapshotTaker {`,
      },
      {
        file: taker,
        find: 'let stepBytes = firstTakeStepBytes;',
        replace: `let stepBytes = firstTakeStepBytes;
        const reader = await this.#options.storage.openSnapshot();
        await reader?.close();`,
      },
    ],
  },
  {
    name: 'snapshot swallowed half way',
    patches: [
      {
        file: receiver,
        find: 'if (transfer.received === transfer.imageBytes)',
        replace: 'if (true)',
      },
      {
        file: receiver,
        find: 'if (transfer.checksum !== transfer.imageChecksum) {',
        replace: 'if (false) {',
      },
      { file: receiver, find: 'restore.verify();', replace: '' },
    ],
  },
  {
    name: 'snapshot installed before it is durable',
    patches: [
      {
        file: receiver,
        find: 'await transfer.writer.commit();',
        replace: 'void transfer.writer.commit().catch(() => undefined);',
      },
    ],
  },
  {
    name: 'dedupe forgotten after a snapshot',
    patches: [
      {
        file: 'src/files/file-map-restore.js',
        find: 'this.#install(files, requestIds);',
        replace: 'this.#install(files, new RequestIds(this.#kept, 0));',
      },
    ],
  },
  {
    name: 'update answered once it is logged',
    patches: [
      {
        file: 'src/replica/client-calls.js',
        find: 'this.#log.propose(payloads);',
        replace: `this.#log.propose(payloads);
        for (let at = lastIndex + 1; at <= index; at += 1) {
            this.#updates.settle({ index: at, term, kind: 'command' }, 'updated', undefined);
        }`,
      },
    ],
  },
];
