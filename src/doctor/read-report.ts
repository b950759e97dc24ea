/**
 * The page `/status` as it came over the wire, made a `ServerReport` or refused: what answers at an
 * address may be anything.
 */
import type {
  Direction,
  FollowerReport,
  Link,
  MemberReport,
  ReportedStanding,
  Role,
  ServerAddress,
  ServerReport,
} from './cluster-look.js';

const roles: readonly Role[] = ['leader', 'follower', 'candidate', 'crashed'];
const standings: readonly ReportedStanding[] = ['joining', 'founding', 'member', 'refilling'];
const directions: readonly Direction[] = ['both', 'send', 'receive'];

class NoReport extends Error {}

/** Undefined for what no server of this service says. */
export function readReport(json: string): ServerReport | undefined {
  try {
    return toReport(new Fields(JSON.parse(json)));
  } catch (error) {
    if (error instanceof NoReport || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function toReport(fields: Fields): ServerReport {
  const leaderId = fields.number('leaderId');
  return {
    serverId: fields.number('serverId'),
    role: fields.oneOf('status', roles),
    term: fields.number('term'),
    leaderId: leaderId < 0 ? undefined : leaderId,
    commitIndex: fields.number('commitIndex'),
    lastApplied: fields.number('lastApplied'),
    lastLogIndex: fields.number('lastLogIndex'),
    firstLogIndex: fields.maybeNumber('firstLogIndex'),
    durableIndex: fields.maybeNumber('durableIndex'),
    snapshotIndex: fields.maybeNumber('snapshotIndex'),
    votedFor: fields.maybeNumber('votedFor'),
    standing: fields.oneOf('standing', standings),
    peers: fields.list('peers').map(toAddress),
    followers: fields.list('followers').map(toFollower),
    links: fields.has('links') ? fields.list('links').map(toLink) : [],
    unreachable: fields.numbers('unreachable'),
    unreachableDirection: fields.has('unreachableDirection')
      ? fields.oneOf('unreachableDirection', directions)
      : 'both',
    storageError: fields.maybeText('storageError'),
    diskSilentMs: fields.number('diskSilentMs'),
    stateMismatch: toMismatch(fields),
    pendingUpdates: fields.number('pendingUpdates'),
    pendingReads: fields.number('pendingReads'),
    files: fields.number('files'),
    uptimeSeconds: fields.number('uptimeSeconds'),
    version: fields.text('version'),
    clockMs: fields.maybeNumber('clockMs'),
    configDigest: fields.maybeText('configDigest'),
    dataSinceMs: fields.maybeNumber('dataSinceMs'),
    format: fields.maybeNumber('format'),
    members: fields.has('members') ? fields.list('members').map(toMember) : undefined,
    membersCommitted:
      !fields.has('membersCommitted') || fields.oneOf('membersCommitted', [true, false]),
    removed: fields.has('removed') && fields.oneOf('removed', [true, false]),
    awaitedJoins: fields.has('awaitedJoins') ? fields.numbers('awaitedJoins') : [],
    file: fields.has('file') ? fields.list('file').map(toAddress) : undefined,
  };
}

function toAddress(fields: Fields): ServerAddress {
  return { id: fields.number('id'), address: fields.text('address') };
}

function toMember(fields: Fields): MemberReport {
  return { ...toAddress(fields), voter: fields.oneOf('voter', [true, false]) };
}

function toFollower(fields: Fields): FollowerReport {
  return {
    serverId: fields.number('serverId'),
    matchIndex: fields.number('matchIndex'),
    silentMs: fields.maybeNumber('silentMs'),
  };
}

function toLink(fields: Fields): Link {
  return {
    id: fields.number('id'),
    answeredMs: fields.maybeNumber('answeredMs'),
    heardMs: fields.maybeNumber('heardMs'),
    failure: fields.maybeText('failure'),
  };
}

function toMismatch(fields: Fields): ServerReport['stateMismatch'] {
  if (!fields.has('stateMismatch')) return undefined;
  const mismatch = fields.struct('stateMismatch');
  return { index: mismatch.number('index'), servers: mismatch.numbers('servers') };
}

/** The members of an object; each reader throws `NoReport` for what is not of its type. */
class Fields {
  readonly #members: Readonly<Record<string, unknown>>;

  constructor(value: unknown) {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) throw new NoReport();
    this.#members = value as Readonly<Record<string, unknown>>;
  }

  /** Whether it is there, and not null. */
  has(name: string): boolean {
    return (this.#members[name] ?? null) !== null;
  }

  number(name: string): number {
    const value = this.#members[name];
    if (typeof value !== 'number' || !Number.isFinite(value)) throw new NoReport();
    return value;
  }

  maybeNumber(name: string): number | undefined {
    return this.has(name) ? this.number(name) : undefined;
  }

  text(name: string): string {
    const value = this.#members[name];
    if (typeof value !== 'string') throw new NoReport();
    return value;
  }

  maybeText(name: string): string | undefined {
    return this.has(name) ? this.text(name) : undefined;
  }

  oneOf<Word extends string | boolean>(name: string, words: readonly Word[]): Word {
    const found = words.find((word) => word === this.#members[name]);
    if (found === undefined) throw new NoReport();
    return found;
  }

  struct(name: string): Fields {
    return new Fields(this.#members[name]);
  }

  list(name: string): readonly Fields[] {
    return this.#array(name).map((each) => new Fields(each));
  }

  numbers(name: string): readonly number[] {
    return this.#array(name).map((each) => {
      if (typeof each !== 'number') throw new NoReport();
      return each;
    });
  }

  #array(name: string): readonly unknown[] {
    const value = this.#members[name];
    if (!Array.isArray(value)) throw new NoReport();
    return value;
  }
}
