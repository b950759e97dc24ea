/** The file map against the contract's sentences, and against a plain reference implementation. */
import { expect } from 'chai';
import fc from 'fast-check';
import { AssertionError } from '../../src/base/assert.js';
import type { FileCommand, HashItem, UpdateFile } from '../../src/files/file-command.js';
import { encodeFileCommand } from '../../src/files/file-command-codec.js';
import { FileMap, type FileMapBounds } from '../../src/files/file-map.js';
import { versionsOf } from './read-files.js';
import { ReferenceFiles } from './reference-files.js';

interface UpdateOptions {
  readonly hashlist?: readonly HashItem[];
  readonly requestId?: string;
}

function update(name: string, version: number | bigint, options: UpdateOptions = {}): UpdateFile {
  const { hashlist = ['h'], requestId } = options;
  return { type: 'updatefile', name, version, hashlist, requestId, timeMs: 1 };
}

function forget(...versions: readonly [name: string, version: number][]): FileCommand {
  return {
    type: 'forgetversions',
    versions: versions.map(([name, version]) => ({ name, version })),
  };
}

function applied(map: FileMap, command: FileCommand): string {
  return map.apply(map.encode(command));
}

describe('the file map', () => {
  it('takes exactly the next version and refuses every other one', () => {
    const map = new FileMap();
    for (const version of [0, -1, 2, 1n]) {
      expect(applied(map, update('a', version))).to.equal('versionConflict');
    }
    expect(map.size).to.equal(0);
    expect(applied(map, update('a', 1))).to.equal('updated');
    for (const version of [0, 1, 3, 2n]) {
      expect(applied(map, update('a', version))).to.equal('versionConflict');
    }
    expect(applied(map, update('a', 2, { hashlist: ['x', 7] }))).to.equal('updated');
    expect(map.get('a')).to.deep.equal({ version: 2, hashlist: ['x', 7] });
  });

  it('keeps a deletion as a version and re-creates the file behind it', () => {
    const map = new FileMap();
    expect(applied(map, update('a', 1))).to.equal('updated');
    expect(applied(map, update('a', 2, { hashlist: ['0'] }))).to.equal('updated');
    expect(map.get('a')).to.deep.equal({ version: 2, hashlist: ['0'] });
    expect(applied(map, update('a', 1))).to.equal('versionConflict');
    expect(applied(map, update('a', 3))).to.equal('updated');
  });

  it('knows nothing of a file that was never seen', () => {
    const map = new FileMap();
    expect(map.get('__proto__')).to.equal(undefined);
    expect(map.get('constructor')).to.equal(undefined);
  });

  it('lets one request id take effect once and tells other arguments apart', () => {
    const map = new FileMap();
    const first = update('a', 1, { hashlist: ['0', 1], requestId: 'r' });
    expect(applied(map, first)).to.equal('updated');
    expect(applied(map, first)).to.equal('updated');
    expect(map.get('a')?.version).to.equal(1);
    const others = [
      { ...first, name: 'b' },
      { ...first, version: 2 },
      { ...first, version: 1n },
      { ...first, hashlist: [0, 1] },
      { ...first, hashlist: ['0', 1n] },
      { ...first, hashlist: ['0'] },
    ];
    for (const other of others) expect(applied(map, other)).to.equal('requestIdReused');
    expect([...map.entries()]).to.deep.equal([['a', { version: 1, hashlist: ['0', 1] }]]);
  });

  it('does not remember the request id of an update that was refused', () => {
    const map = new FileMap();
    expect(applied(map, update('a', 2, { requestId: 'r' }))).to.equal('versionConflict');
    expect(applied(map, update('a', 1, { requestId: 'r' }))).to.equal('updated');
  });

  it('forgets the oldest request id for one more than it keeps', () => {
    const map = new FileMap({ requestIdsKept: 2 });
    for (const version of [1, 2, 3]) {
      expect(applied(map, update('a', version, { requestId: `r${version}` }))).to.equal('updated');
    }
    expect(applied(map, update('a', 1, { requestId: 'r1' }))).to.equal('versionConflict');
    expect(applied(map, update('a', 2, { requestId: 'r2' }))).to.equal('updated');
    expect(applied(map, update('a', 4, { requestId: 'r1' }))).to.equal('updated');
    expect(applied(map, update('a', 2, { requestId: 'r2' }))).to.equal('versionConflict');
  });

  it('keeps the versions before the current one, each with its time, a deletion among them', () => {
    const map = new FileMap();
    expect(versionsOf(map, 'a')).to.deep.equal([]);
    applied(map, { ...update('a', 1, { hashlist: ['x'] }), timeMs: 5 });
    applied(map, { ...update('a', 2, { hashlist: ['0'] }), timeMs: 7 });
    applied(map, { ...update('a', 3, { hashlist: ['y', 1] }), requestId: 'r', timeMs: 6 });
    applied(map, { ...update('b', 1), timeMs: 9 });
    expect(versionsOf(map, 'a')).to.deep.equal([
      { version: 3, timeMs: 6, hashlist: ['y', 1] },
      { version: 2, timeMs: 7, hashlist: ['0'] },
      { version: 1, timeMs: 5, hashlist: ['x'] },
    ]);
    expect(versionsOf(map, 'b')).to.deep.equal([{ version: 1, timeMs: 9, hashlist: ['h'] }]);
  });

  it('takes a retry with another time for the same update, and keeps the first time', () => {
    const map = new FileMap();
    const first = { ...update('a', 1, { requestId: 'r' }), timeMs: 5 };
    expect(applied(map, first)).to.equal('updated');
    expect(applied(map, { ...first, timeMs: 6 })).to.equal('updated');
    expect(versionsOf(map, 'a').map(({ timeMs }) => timeMs)).to.deep.equal([5]);
  });

  it('forgets older versions and nothing else, however often it is told', () => {
    const map = new FileMap();
    for (const version of [1, 2, 3]) applied(map, update('a', version));
    for (let time = 1; time <= 2; time++) {
      expect(applied(map, forget(['a', 2], ['a', 3], ['a', 4], ['b', 1]))).to.equal('updated');
      expect(versionsOf(map, 'a').map(({ version }) => version)).to.deep.equal([3, 1]);
    }
    expect(map.size).to.equal(1);
    expect(applied(map, update('a', 4))).to.equal('updated');
    expect(versionsOf(map, 'a').map(({ version }) => version)).to.deep.equal([4, 3, 1]);
  });

  it('refuses a payload that is no file command', () => {
    expect(() => new FileMap().apply(Uint8Array.of(9))).to.throw('unknown format 9');
  });
});

describe('the tail of the file map', () => {
  it('lets one of two racing updates with the same next version into the log', () => {
    const map = new FileMap();
    map.openTail([]);
    expect(map.admit(update('a', 1))).to.include({ kind: 'log' });
    expect(map.admit(update('a', 1, { hashlist: ['other'] }))).to.deep.equal({
      kind: 'answer',
      result: 'versionConflict',
    });
    expect(map.admit(update('a', 2))).to.include({ kind: 'log' });
  });

  it('answers a retry that races with its own uncommitted original, without a second entry', () => {
    const map = new FileMap();
    const command = update('a', 1, { requestId: 'r' });
    map.openTail([]);
    expect(map.admit(command)).to.include({ kind: 'log' });
    expect(map.admit(command)).to.deep.equal({ kind: 'answer', result: 'updated' });
    expect(map.admit({ ...command, hashlist: [] })).to.deep.equal({
      kind: 'answer',
      result: 'requestIdReused',
    });
  });

  it('is judged without once it is closed, and anew when it is opened', () => {
    const map = new FileMap();
    map.openTail([]);
    map.admit(update('a', 1));
    map.closeTail();
    expect(() => map.admit(update('a', 1))).to.throw(AssertionError);
    map.openTail([]);
    expect(map.admit(update('a', 1))).to.include({ kind: 'log' });
    map.openTail([update('a', 1), update('a', 2)].map(encodeFileCommand));
    expect(map.admit(update('a', 3))).to.include({ kind: 'log' });
  });

  it('stops the process when entries are applied in another order than they were logged', () => {
    const map = new FileMap();
    map.openTail([]);
    map.admit(update('a', 1));
    expect(() => map.apply(encodeFileCommand(update('b', 1)))).to.throw(AssertionError);
  });
});

/** What may happen next to a server; numbers choose among what is possible then. */
type Step =
  | { readonly type: 'submit'; readonly command: FileCommand; readonly lead: number }
  | { readonly type: 'apply' }
  | { readonly type: 'startLeading' }
  | { readonly type: 'stopLeading'; readonly keep: number; readonly then: readonly FileCommand[] };

const updateArbitrary: fc.Arbitrary<UpdateFile> = fc.record({
  type: fc.constant('updatefile' as const),
  name: fc.constantFrom('a', 'b'),
  version: fc.integer({ min: 0, max: 5 }),
  hashlist: fc.constantFrom<HashItem[]>([], ['0'], [0], ['x'.repeat(90)]),
  requestId: fc.constantFrom(undefined, 'x', 'y', 'z'),
  timeMs: fc.nat(300),
});

const forgetArbitrary = fc
  .array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 1, max: 9 })), { maxLength: 3 })
  .map((versions) => forget(...versions));

const commandArbitrary = fc.oneof(
  { weight: 6, arbitrary: updateArbitrary },
  { weight: 1, arbitrary: forgetArbitrary },
);

const stepArbitrary: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constant('submit' as const),
      command: commandArbitrary,
      lead: fc.constantFrom(1, 1, 1, 0, 2),
    }),
  },
  { weight: 3, arbitrary: fc.constant<Step>({ type: 'apply' }) },
  { weight: 1, arbitrary: fc.constant<Step>({ type: 'startLeading' }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('stopLeading' as const),
      keep: fc.nat(6),
      then: fc.array(commandArbitrary, { maxLength: 4 }),
    }),
  },
);

/** A map and the plain history that it must agree with after every step. */
class World {
  readonly #bounds: FileMapBounds;
  readonly #map: FileMap;
  readonly #history: FileCommand[] = [];
  #unapplied: FileCommand[] = [];
  #leading = false;

  constructor(bounds: FileMapBounds) {
    this.#bounds = bounds;
    this.#map = new FileMap(bounds);
  }

  run(step: Step): void {
    switch (step.type) {
      case 'submit':
        if (this.#leading) this.#submit(step.command, step.lead);
        return;
      case 'apply':
        return this.#apply();
      case 'startLeading':
        this.#map.openTail(this.#unapplied.map(encodeFileCommand));
        this.#leading = true;
        return;
      case 'stopLeading':
        this.#map.closeTail();
        this.#leading = false;
        this.#unapplied = [...this.#unapplied.slice(0, step.keep), ...step.then];
    }
  }

  #submit(command: FileCommand, lead: number): void {
    const foreseen = new ReferenceFiles(this.#bounds, [...this.#history, ...this.#unapplied]);
    const submitted =
      command.type === 'updatefile'
        ? { ...command, version: foreseen.versionOf(command.name) + lead }
        : command;
    const admission = this.#map.admit(submitted);
    if (foreseen.wouldTakeEffect(submitted)) {
      const payload = encodeFileCommand(submitted);
      expect(admission).to.deep.equal({ kind: 'log', payload });
      this.#unapplied.push(submitted);
    } else {
      expect(admission).to.deep.equal({ kind: 'answer', result: foreseen.resultOf(submitted) });
    }
  }

  #apply(): void {
    const command = this.#unapplied.shift();
    if (command === undefined) return;
    const before = new ReferenceFiles(this.#bounds, this.#history);
    expect(this.#map.apply(encodeFileCommand(command))).to.equal(before.resultOf(command));
    this.#history.push(command);
    const after = new ReferenceFiles(this.#bounds, this.#history);
    expect(new Map(this.#map.entries())).to.deep.equal(after.files());
    for (const name of ['a', 'b']) {
      expect(versionsOf(this.#map, name)).to.deep.equal(after.versionsOf(name));
    }
  }
}

describe('the file map beside its reference', () => {
  it('agrees on every admission, result, file and older version, through changes of leader', () => {
    fc.assert(
      fc.property(
        fc.record({
          requestIdsKept: fc.integer({ min: 1, max: 3 }),
          historyBytesMax: fc.constantFrom(0, 60, 150, 300),
          versionsKeptMax: fc.integer({ min: 1, max: 4 }),
        }),
        fc.array(stepArbitrary, { maxLength: 60, size: 'max' }),
        (bounds, steps) => {
          const world = new World(bounds);
          world.run({ type: 'startLeading' });
          for (const step of steps) world.run(step);
        },
      ),
      { numRuns: 500 },
    );
  });
});
