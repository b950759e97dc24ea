/** The file map against the contract's sentences, and against a plain reference implementation. */
import { expect } from 'chai';
import fc from 'fast-check';
import { AssertionError } from '../../src/base/assert.js';
import type { FileCommand, HashItem } from '../../src/files/file-command.js';
import { encodeFileCommand } from '../../src/files/file-command-codec.js';
import { FileMap } from '../../src/files/file-map.js';
import { ReferenceFiles } from './reference-files.js';

interface UpdateOptions {
  readonly hashlist?: readonly HashItem[];
  readonly requestId?: string;
}

function update(name: string, version: number | bigint, options: UpdateOptions = {}): FileCommand {
  const { hashlist = ['h'], requestId } = options;
  return { type: 'updatefile', name, version, hashlist, requestId };
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

const commandArbitrary: fc.Arbitrary<FileCommand> = fc.record({
  type: fc.constant('updatefile' as const),
  name: fc.constantFrom('a', 'b'),
  version: fc.integer({ min: 0, max: 5 }),
  hashlist: fc.constantFrom<HashItem[]>([], ['0'], [0]),
  requestId: fc.constantFrom(undefined, 'x', 'y', 'z'),
});

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
  readonly #kept: number;
  readonly #map: FileMap;
  readonly #history: FileCommand[] = [];
  #unapplied: FileCommand[] = [];
  #leading = false;

  constructor(kept: number) {
    this.#kept = kept;
    this.#map = new FileMap({ requestIdsKept: kept });
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
    const foreseen = new ReferenceFiles(this.#kept, [...this.#history, ...this.#unapplied]);
    const submitted = { ...command, version: foreseen.versionOf(command.name) + lead };
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
    const before = new ReferenceFiles(this.#kept, this.#history);
    expect(this.#map.apply(encodeFileCommand(command))).to.equal(before.resultOf(command));
    this.#history.push(command);
    const after = new ReferenceFiles(this.#kept, this.#history).files();
    expect(new Map(this.#map.entries())).to.deep.equal(after);
  }
}

describe('the file map beside its reference', () => {
  it('agrees on every admission, result and file, through changes of leader', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3 }),
        fc.array(stepArbitrary, { maxLength: 60, size: 'max' }),
        (kept, steps) => {
          const world = new World(kept);
          world.run({ type: 'startLeading' });
          for (const step of steps) world.run(step);
        },
      ),
      { numRuns: 500 },
    );
  });
});
