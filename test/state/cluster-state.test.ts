/** Files and site from one log: who gets what, and the image of both. */
import { expect } from 'chai';
import { StateImageError } from '../../src/base/state-machine.js';
import { FileMap } from '../../src/files/file-map.js';
import type { FileCommand } from '../../src/files/file-command.js';
import { encodeSiteCommand } from '../../src/site/site-command-codec.js';
import { ClusterState, type ClusterCommand } from '../../src/state/cluster-state.js';
import type { FormatLimit } from '../../src/state/formats.js';
import * as words from '../site/site-words.js';

function update(name: string, version: number): FileCommand {
  return {
    ...{ type: 'updatefile', name, version, hashlist: [`${name}${version}`] },
    ...{ requestId: undefined, timeMs: 5 },
  };
}

const history: readonly ClusterCommand[] = [
  ...[update('a', 1), words.signUp(1), words.post(1, 1), update('b', 1)],
  ...[words.signUp(2), words.like(2, 1), update('a', 2), words.comment(2, 1, 1)],
];

function applied(commands: readonly ClusterCommand[]): ClusterState {
  const state = new ClusterState();
  for (const command of commands) state.apply(state.encode(command));
  return state;
}

function imageOf(state: Pick<ClusterState, 'snapshot'>, stepBytes = 100): Buffer {
  const snapshot = state.snapshot();
  const parts: Uint8Array[] = [];
  for (let part = snapshot.next(stepBytes); part !== undefined; part = snapshot.next(stepBytes)) {
    expect(part.length).to.be.within(1, stepBytes);
    parts.push(part);
  }
  snapshot.close();
  return Buffer.concat(parts);
}

function restoreInto(state: ClusterState, image: Uint8Array, cutBytes: number): ClusterState {
  const restore = state.restore();
  for (let at = 0; at < image.length; at += cutBytes) {
    restore.write(image.subarray(at, at + cutBytes));
  }
  restore.verify();
  restore.finish();
  return state;
}

describe('ClusterState', () => {
  it('gives each command to the part that it is for', () => {
    const state = new ClusterState();
    const results = history.map((command) => state.apply(state.encode(command)));
    expect(results).to.deep.equal([
      ...['updated', { kind: 'done' }, { kind: 'done' }, 'updated'],
      ...[{ kind: 'done' }, { kind: 'liked', likes: 1, liked: true }, 'updated', { kind: 'done' }],
    ]);
    expect(state.files.get('a')).to.deep.include({ version: 2 });
    const { counts } = state.site.answer({ type: 'counts' });
    expect(counts).to.deep.equal({ users: 2, sessions: 2, posts: 1, likes: 1, comments: 1 });
    for (const command of history) {
      expect(state.decode(state.encode(command))).to.deep.equal(command);
    }
  });

  it('logs every site command, and judges file commands by a tail without them', () => {
    const state = applied(history);
    const [first, ...others] = [update('a', 3), words.post(9, 9), update('a', 4)].map((command) =>
      state.encode(command),
    );
    state.openTail([first ?? new Uint8Array(), ...others]);
    const like = words.like(1, 1);
    expect(state.admit(like)).to.deep.equal({ kind: 'log', payload: encodeSiteCommand(like) });
    expect(state.admit(update('a', 4))).to.deep.equal({
      kind: 'answer',
      result: 'versionConflict',
    });
    expect(state.admit(update('a', 5))).to.include({ kind: 'log' });
    for (const payload of [first ?? new Uint8Array(), ...others]) state.apply(payload);
    state.apply(encodeSiteCommand(like));
    state.apply(state.encode(update('a', 5)));
    expect(state.files.get('a')).to.deep.include({ version: 5 });
    state.closeTail();
  });

  it('has, while nothing was done to the site, the image of its files', () => {
    const files = new FileMap();
    const commands = [update('a', 1), update('b', 1)];
    for (const command of commands) files.apply(files.encode(command));
    const image = imageOf(files);
    expect(imageOf(applied(commands))).to.deep.equal(image);
    const state = restoreInto(applied(history), image, 7);
    expect(imageOf(state)).to.deep.equal(image);
    expect(state.site.isNew).to.equal(true);
  });

  it('has an image that may be cut anywhere, and goes on from it as if it had applied it', () => {
    const image = imageOf(applied(history));
    const next = [words.post(2, 2), update('b', 2), words.like(1, 2)];
    const expected = imageOf(applied([...history, ...next]));
    for (const cutBytes of [1, 2, 3, 10, 99, 1_000]) {
      const state = restoreInto(new ClusterState(), image, cutBytes);
      expect(imageOf(state, 1)).to.deep.equal(image);
      for (const command of next) state.apply(state.encode(command));
      expect(imageOf(state)).to.deep.equal(expected);
    }
  });

  it('takes in nothing of an image that is cut short or damaged', () => {
    const image = imageOf(applied(history));
    const state = applied(history.slice(0, 3));
    const before = imageOf(state);
    const refuses = (damaged: Uint8Array): void => {
      expect(() => restoreInto(state, damaged, 50)).to.throw(StateImageError);
      expect(imageOf(state)).to.deep.equal(before);
    };
    for (let length = 0; length < image.length; length += 1) refuses(image.subarray(0, length));
    refuses(Buffer.concat([image, Buffer.of(0)]));
    refuses(Buffer.concat([Buffer.of(2), image.subarray(1)]));
  });

  it('names what is wrong with a payload of either kind', () => {
    const state = new ClusterState();
    for (const command of history) {
      expect(state.findMistake(state.encode(command))).to.equal(undefined);
    }
    expect(state.findMistake(Uint8Array.of(9))).to.equal('unknown format 9');
    expect(state.findMistake(Uint8Array.of(99))).to.equal('unknown format 99');
    expect(state.findMistake(new Uint8Array())).to.equal('cut short');
  });

  it('logs what every server can read, and refuses what has no such form', () => {
    const limit: FormatLimit = { allowed: () => 1, whyNot: (needed) => `needs ${needed}` };
    const state = new ClusterState({}, limit);
    state.openTail([]);
    const admitted = state.admit(update('a', 1));
    const untimed = { ...update('a', 1), timeMs: 0 };
    expect(admitted).to.deep.equal({ kind: 'log', payload: state.encode(untimed) });
    const forget = { type: 'forgetversions', versions: [{ name: 'a', version: 1 }] } as const;
    expect(state.admit(forget)).to.deep.equal({ kind: 'refuse', reason: 'needs 2' });
    expect(state.admit(words.signUp(1))).to.deep.equal({ kind: 'refuse', reason: 'needs 3' });
    expect(state.formatInUse).to.equal(0);
  });

  it('goes on logging the format that it is in, whatever else is allowed', () => {
    const limit: FormatLimit = { allowed: () => 1, whyNot: () => '' };
    const state = new ClusterState({}, limit);
    const formats: number[] = [];
    for (const command of [{ ...update('a', 1), timeMs: 0 }, update('a', 2), words.signUp(1)]) {
      state.apply(state.encode(command));
      formats.push(state.formatInUse);
    }
    expect(formats).to.deep.equal([1, 2, 3]);
    state.openTail([]);
    for (const command of [update('a', 3), words.post(1, 1)]) {
      expect(state.admit(command)).to.deep.equal({ kind: 'log', payload: state.encode(command) });
    }
  });

  it('tells commands of newer programs from damage', () => {
    const state = new ClusterState();
    for (const command of history) {
      expect(state.isOfNewerFormat(state.encode(command))).to.equal(false);
    }
    for (const byte of [4, 63, 71, 255]) {
      expect(state.isOfNewerFormat(Uint8Array.of(byte))).to.equal(true);
    }
    const image = Buffer.from('SURFFILE\u0003\0\0\0');
    expect(() => restoreInto(state, image, 99))
      .to.throw(StateImageError)
      .with.property('isOfNewerFormat', true);
    expect(() => restoreInto(state, Buffer.alloc(12), 99))
      .to.throw(StateImageError)
      .with.property('isOfNewerFormat', false);
  });

  it('shows nothing of passwords and tokens', () => {
    const state = new ClusterState();
    const shown = (command: ClusterCommand): string =>
      JSON.stringify(state.view(state.encode(command)));
    expect(shown(words.signUp(1))).to.equal('{"type":"signUp","shown":[["name","user-1"]]}');
    const commands: readonly ClusterCommand[] = [
      ...[words.signUp(1), words.logIn(1, 2), words.post(1, 1), words.like(1, 1)],
      words.comment(1, 1, 1),
      { type: 'logOut', tokenHash: words.tokenHash(1), timeMs: 1 },
      {
        type: 'endSessions',
        tokenHash: words.tokenHash(1),
        sessionId: words.sessionId(1),
        timeMs: 1,
      },
    ];
    for (const command of commands) {
      const text = shown(command);
      for (const secret of [words.tokenHash(1), words.tokenHash(2), words.passwordKey(1)]) {
        expect(text).not.to.contain(secret);
      }
      expect(text).not.to.contain(words.sessionId(1));
      expect(text).not.to.contain(words.password(1).salt);
    }
  });
});
