/**
 * What the wire side reads of the commands in a log, for whichever part of the state they are.
 */
import type { FileCommandView } from '../files/file-command-codec.js';
import type { SiteCommandView } from '../site/view-site-command.js';

export interface CommandReader {
  /** Why these bytes are no command, or undefined when they are one. */
  findMistake(payload: Uint8Array): string | undefined;
  /** The command in a log entry's payload; of what is secret, nothing. */
  view(payload: Uint8Array): FileCommandView | SiteCommandView;
}
