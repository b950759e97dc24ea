/**
 * What may be shown of a site command to whoever looks into a log: who or what it is about, and
 * nothing of passwords, tokens and sessions.
 */
import { unreachable } from '../base/assert.js';
import type { SiteCommand } from './site-command.js';

export interface SiteCommandView {
  readonly type: SiteCommand['type'];
  /** Names and values, in the order in which they are shown. */
  readonly shown: readonly (readonly [name: string, value: string | boolean])[];
}

export function viewSiteCommand(command: SiteCommand): SiteCommandView {
  return { type: command.type, shown: shownOf(command) };
}

function shownOf(command: SiteCommand): SiteCommandView['shown'] {
  switch (command.type) {
    case 'signUp':
    case 'logIn':
      return [['name', command.name]];
    case 'logOut':
    case 'endSessions':
      return [];
    case 'post':
      return [
        ['id', command.id],
        ['title', command.title],
        ['link', command.link],
      ];
    case 'like':
      return [
        ['postId', command.postId],
        ['liked', command.liked],
      ];
    case 'comment':
      return [
        ['id', command.id],
        ['postId', command.postId],
        ['text', command.text],
      ];
    default:
      return unreachable(command);
  }
}
