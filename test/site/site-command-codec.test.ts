/** The binary form of site commands: exact in both directions, and proof against damage. */
import { expect } from 'chai';
import {
  decodeSiteCommand,
  encodeSiteCommand,
  findSiteMistake,
  isSitePayload,
  SiteCommandFormatError,
} from '../../src/site/site-command-codec.js';
import type { SiteCommand } from '../../src/site/site-command.js';
import * as words from './site-words.js';

const tokenHash = words.tokenHash(7);

const commands: readonly SiteCommand[] = [
  words.signUp(1, 'Ünlü', 1_700_000_000_000),
  { ...words.signUp(1), session: words.session(3, 'Firefox on Linux') },
  words.logIn(1, 2),
  { type: 'logOut', tokenHash, timeMs: 0 },
  { type: 'endSessions', tokenHash, sessionId: words.sessionId(9), timeMs: 5 },
  { type: 'endSessions', tokenHash, sessionId: undefined, timeMs: 5 },
  words.post(7, 8),
  words.like(7, 8),
  words.like(7, 8, false),
  { ...words.comment(7, 9, 8), text: 'two\nlines 🙂' },
];

describe('the binary form of a site command', () => {
  it('is these bytes', () => {
    const bytes = Uint8Array.from([
      ...[69, 0x81, 0x01],
      ...[0xa0, ...new Array<number>(30).fill(0), 0x07],
      ...[0xc0, 0, 0, 0, 0, 0, 0, 0x08],
      1,
    ]);
    expect(encodeSiteCommand(words.like(7, 8, true, 129))).to.deep.equal(bytes);
  });

  it('gives the command back', () => {
    for (const command of commands) {
      const bytes = encodeSiteCommand(command);
      expect(isSitePayload(bytes)).to.equal(true);
      expect(decodeSiteCommand(bytes)).to.deep.equal(command);
    }
  });

  it('is refused when it is cut short or too long', () => {
    for (const command of commands) {
      const bytes = encodeSiteCommand(command);
      for (let length = 0; length < bytes.length; length += 1) {
        const cut = bytes.subarray(0, length);
        expect(() => decodeSiteCommand(cut)).to.throw(SiteCommandFormatError);
      }
      expect(findSiteMistake(Uint8Array.of(...bytes, 0))).to.equal('1 bytes too many');
      expect(findSiteMistake(bytes)).to.equal(undefined);
    }
  });

  it('is, with any byte changed, refused or that of another command', () => {
    for (const command of commands) {
      const bytes = encodeSiteCommand(command);
      for (let at = 0; at < bytes.length; at += 1) {
        for (const change of [0x01, 0x80, 0xff]) {
          const damaged = bytes.slice();
          damaged[at] = (damaged[at] ?? 0) ^ change;
          if (findSiteMistake(damaged) !== undefined) continue;
          expect(decodeSiteCommand(damaged)).not.to.deep.equal(command);
          expect(encodeSiteCommand(decodeSiteCommand(damaged))).to.deep.equal(damaged);
        }
      }
    }
  });

  it('does not begin as a file command does', () => {
    expect(findSiteMistake(Uint8Array.of(63, 0))).to.equal('unknown format 63');
    expect(findSiteMistake(Uint8Array.of(71, 0))).to.equal('unknown format 71');
    expect(isSitePayload(Uint8Array.of(63))).to.equal(false);
    expect(isSitePayload(new Uint8Array())).to.equal(false);
  });
});
