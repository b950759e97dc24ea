/**
 * The replicated state of a server: the files and the site, fed from one log. It tells which of the
 * two a payload is for by its first byte, and a command by its type; neither knows the other.
 *
 * While the site is as new, the image is that of the files alone, byte for byte: images and servers
 * of the time before the site remain of use (docs/decisions/0019-site-in-the-log.md).
 */
import type {
  Admission,
  StateMachine,
  StateRestore,
  StateSnapshot,
} from '../base/state-machine.js';
import { isNewerFilePayload, type FileCommandView } from '../files/file-command-codec.js';
import type { FileCommand, UpdateResult } from '../files/file-command.js';
import { FileMap, type FileMapBounds } from '../files/file-map.js';
import {
  decodeSiteCommand,
  encodeSiteCommand,
  findSiteMistake,
  isNewerSitePayload,
  isSitePayload,
} from '../site/site-command-codec.js';
import type { SiteCommand, SiteResult } from '../site/site-command.js';
import { SiteState } from '../site/site-state.js';
import {
  commandFormat,
  newestFormat,
  type Format,
  type FormatInUse,
  type FormatLimit,
  isOfSite,
} from './formats.js';
import { ClusterRestore } from './cluster-restore.js';
import { ClusterSnapshot } from './cluster-snapshot.js';
import { viewSiteCommand, type SiteCommandView } from '../site/view-site-command.js';

export type ClusterCommand = FileCommand | SiteCommand;

/** Of a file command a word, of a site command an object. */
export type ClusterResult = UpdateResult | SiteResult;

export type ClusterCommandView = FileCommandView | SiteCommandView;

const noLimit: FormatLimit = { allowed: () => newestFormat, whyNot: () => '' };

export class ClusterState implements StateMachine<ClusterCommand, ClusterResult> {
  readonly files: FileMap;
  readonly site = new SiteState();

  readonly #limit: FormatLimit;

  /** Bounds of the files that are left out are those of base/limits.ts. */
  constructor(bounds: Partial<FileMapBounds> = {}, limit: FormatLimit = noLimit) {
    this.files = new FileMap(bounds);
    this.#limit = limit;
  }

  /** The oldest format that the applied state can be told in; 0 while it is as new. */
  get formatInUse(): FormatInUse {
    return this.site.isNew ? this.files.format : commandFormat('signUp');
  }

  encode(command: ClusterCommand): Uint8Array {
    return isSiteCommand(command) ? encodeSiteCommand(command) : this.files.encode(command);
  }

  decode(payload: Uint8Array): ClusterCommand {
    return isSitePayload(payload) ? decodeSiteCommand(payload) : this.files.decode(payload);
  }

  /** Shows the command in a payload that `encode` made, and nothing of it that is secret. */
  view(payload: Uint8Array): ClusterCommandView {
    if (!isSitePayload(payload)) return this.files.view(payload);
    return viewSiteCommand(decodeSiteCommand(payload));
  }

  /** Why these bytes are no command, or undefined when they are one. */
  findMistake(payload: Uint8Array): string | undefined {
    return isSitePayload(payload) ? findSiteMistake(payload) : this.files.findMistake(payload);
  }

  /** Whether these bytes are a command that only a newer program knows. */
  isOfNewerFormat(payload: Uint8Array): boolean {
    return isSitePayload(payload) ? isNewerSitePayload(payload) : isNewerFilePayload(payload);
  }

  apply(payload: Uint8Array): ClusterResult {
    if (isSitePayload(payload)) return this.site.apply(decodeSiteCommand(payload));
    return this.files.apply(payload);
  }

  /** The site needs no tail: its commands are judged when they are applied. */
  openTail(payloads: Iterable<Uint8Array>): void {
    this.files.openTail([...payloads].filter((payload) => !isSitePayload(payload)));
  }

  admit(command: ClusterCommand): Admission<ClusterResult> {
    const needed = commandFormat(command.type);
    if (!this.#mayLog(needed)) {
      // An update has an older form, which says all but its time.
      if (command.type === 'updatefile') return this.files.admit({ ...command, timeMs: 0 });
      return { kind: 'refuse', reason: this.#limit.whyNot(needed) };
    }
    if (!isSiteCommand(command)) return this.files.admit(command);
    return { kind: 'log', payload: encodeSiteCommand(command) };
  }

  #mayLog(needed: Format): boolean {
    const inUse = this.formatInUse;
    return inUse >= needed || this.#limit.allowed(inUse) >= needed;
  }

  closeTail(): void {
    this.files.closeTail();
  }

  snapshot(): StateSnapshot {
    const files = this.files.snapshot();
    return this.site.isNew ? files : new ClusterSnapshot(this.site.snapshot(), files);
  }

  restore(): StateRestore {
    return new ClusterRestore(this.files.restore(), this.site);
  }
}

function isSiteCommand(command: ClusterCommand): command is SiteCommand {
  return isOfSite(command.type);
}
