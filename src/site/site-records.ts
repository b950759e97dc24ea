/**
 * What the site keeps. Users, posts and comments are numbered 0, 1, 2, … in the order of the log,
 * and name each other by these numbers. Records never change: what changes is kept beside them.
 */
import type { NewSession, PasswordRecord } from './site-command.js';

export interface UserRecord {
  readonly name: string;
  readonly password: PasswordRecord;
  readonly sinceMs: number;
}

export interface PostRecord {
  readonly id: string;
  readonly title: string;
  readonly link: string;
  /** The number of who posted it. */
  readonly by: number;
  readonly atMs: number;
}

export interface CommentRecord {
  readonly id: string;
  /** The number of the post that it belongs to. */
  readonly post: number;
  readonly by: number;
  readonly atMs: number;
  readonly text: string;
}

export interface SessionRecord extends NewSession {
  readonly user: number;
  readonly sinceMs: number;
}
