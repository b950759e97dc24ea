/**
 * The site's image (docs/storage-format.md): a header, and behind it the users, posts, comments,
 * likes, sessions and ended sessions, each record behind its length as a varint. The header says
 * how many there are of each, so the image ends by itself.
 */
import { ByteReader, MalformedBytesError } from '../base/byte-reader.js';
import type { ByteWriter } from '../base/byte-writer.js';
import * as fields from './site-fields.js';
import { endedSessionsKept } from './site-limits.js';
import type { CommentRecord, PostRecord, SessionRecord, UserRecord } from './site-records.js';

const imageFormat = 1;

export interface SiteImageHeader {
  readonly nowMs: number;
  readonly users: number;
  readonly posts: number;
  readonly comments: number;
  readonly likes: number;
  readonly sessions: number;
  readonly ended: number;
}

/** A pair that has a record in the table of likes. */
export interface LikeRecord {
  readonly post: number;
  readonly user: number;
  readonly liked: boolean;
}

export function writeHeader(writer: ByteWriter, header: SiteImageHeader): void {
  const { nowMs, users, posts, comments, likes, sessions, ended } = header;
  writer.varint(imageFormat).varint(endedSessionsKept).varint(nowMs);
  writer.varint(users).varint(posts).varint(comments);
  writer.varint(likes).varint(sessions).varint(ended);
}

export function readHeader(bytes: Uint8Array): SiteImageHeader {
  const reader = new ByteReader(bytes);
  const format = reader.varint();
  if (format !== imageFormat) throw new MalformedBytesError(`unknown format ${format} of a site`);
  const kept = reader.varint();
  if (kept !== endedSessionsKept) {
    throw new MalformedBytesError(`a site with ${kept} ended sessions, not ${endedSessionsKept}`);
  }
  const header = {
    nowMs: reader.varint(),
    users: reader.varint(),
    posts: reader.varint(),
    comments: reader.varint(),
    likes: reader.varint(),
    sessions: reader.varint(),
    ended: reader.varint(),
  };
  reader.end();
  return header;
}

export function writeUser(writer: ByteWriter, { name, password, sinceMs }: UserRecord): void {
  writer.text(name);
  fields.writePassword(writer, password);
  writer.varint(sinceMs);
}

export function readUser(reader: ByteReader): UserRecord {
  const name = reader.text();
  return { name, password: fields.readPassword(reader), sinceMs: reader.varint() };
}

/** With how many like it, so that it need not be moved for each of them. */
export function writePost(writer: ByteWriter, post: PostRecord, likes: number): void {
  fields.writeHex(writer, post.id);
  writer.text(post.title).text(post.link).varint(post.by).varint(post.atMs).varint(likes);
}

export function readPost(reader: ByteReader): { post: PostRecord; likes: number } {
  const id = fields.readHex(reader, fields.idBytes);
  const [title, link] = [reader.text(), reader.text()];
  const [by, atMs] = [reader.varint(), reader.varint()];
  return { post: { id, title, link, by, atMs }, likes: reader.varint() };
}

export function writeComment(writer: ByteWriter, comment: CommentRecord): void {
  fields.writeHex(writer, comment.id);
  writer.varint(comment.post).varint(comment.by).varint(comment.atMs).text(comment.text);
}

export function readComment(reader: ByteReader): CommentRecord {
  const id = fields.readHex(reader, fields.idBytes);
  const [post, by, atMs] = [reader.varint(), reader.varint(), reader.varint()];
  return { id, post, by, atMs, text: reader.text() };
}

export function writeLike(writer: ByteWriter, { post, user, liked }: LikeRecord): void {
  writer.varint(post).varint(user);
  fields.writeFlag(writer, liked);
}

export function readLike(reader: ByteReader): LikeRecord {
  return { post: reader.varint(), user: reader.varint(), liked: fields.readFlag(reader) };
}

export function writeSessionRecord(writer: ByteWriter, session: SessionRecord): void {
  fields.writeSession(writer, session);
  writer.varint(session.user).varint(session.sinceMs);
}

export function readSessionRecord(reader: ByteReader): SessionRecord {
  const session = fields.readSession(reader);
  return { ...session, user: reader.varint(), sinceMs: reader.varint() };
}
