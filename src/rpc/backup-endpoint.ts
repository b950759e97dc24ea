/**
 * `GET /backup`: the leader's state as one file, frozen behind a read barrier, so that it holds
 * every update that was answered before the request. It is made while it is read: of each backup
 * one piece stands in memory, and whoever stops reading loses it.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { assert } from '../base/assert.js';
import type { HangUp, Outcome, Refusal } from '../replica/outcome.js';
import { backupPieceBytesMax, type BackupReader, type BackupSource } from './backup-source.js';
import type { ClusterMembers } from './cluster-members.js';
import type { ClusterDoor } from './cluster-door.js';
import type { BugListener } from './dispatcher.js';
import type { ClusterReplica } from './method-services.js';
import { nothingToHangUp, type Caller } from './method.js';
import { busyFault, refusalFault } from './refusal-fault.js';
import { formatAddress } from './server-address.js';
import { plainPage, type Page } from './status-endpoints.js';

export const backupPath = '/backup';

/** When a script may ask again. */
const retryAfterSeconds = 1;

export interface BackupEndpointOptions {
  readonly source: BackupSource;
  readonly replica: ClusterReplica;
  readonly members: ClusterMembers;
  readonly scheme: 'http' | 'https';
  /** A backup holds what no stranger may read, such as how the passwords of the site are kept. */
  readonly door: ClusterDoor;
  readonly callerOf: (request: IncomingMessage) => Caller;
  readonly limits: { readonly backupsMax: number; readonly backupStallMs: number };
  readonly onBug: BugListener;
}

export class BackupEndpoint {
  readonly #options: BackupEndpointOptions;
  #running = 0;

  constructor(options: BackupEndpointOptions) {
    this.#options = options;
  }

  /** Backups that are being made. */
  get running(): number {
    return this.#running;
  }

  /** Sends a backup as `response`, or calls `refuse` once with what is to be answered instead. */
  serve(request: IncomingMessage, response: ServerResponse, refuse: (page: Page) => void): void {
    const { door, callerOf } = this.#options;
    void Promise.resolve(door.whyNot(callerOf(request))).then((whyNot) => {
      if (whyNot === undefined) this.#begin(request, response, refuse);
      else refuse(plainPage(403, `unauthorised: ${whyNot}`));
    });
  }

  #begin(request: IncomingMessage, response: ServerResponse, refuse: (page: Page) => void): void {
    const { backupsMax } = this.#options.limits;
    if (this.#running >= backupsMax) {
      refuse(unavailable(busyFault(`${backupsMax} backups are being made`).text));
      return;
    }
    this.#running += 1;
    const onEnd = (): void => {
      this.#running -= 1;
    };
    const { socket } = request;
    new BackupRun({ ...this.#options, socket, response, refuse, onEnd }).start();
  }
}

interface RunOptions extends BackupEndpointOptions {
  readonly socket: Socket;
  readonly response: ServerResponse;
  readonly refuse: (page: Page) => void;
  readonly onEnd: () => void;
}

/** One backup: waits for its barrier, then sends piece after piece. */
class BackupRun {
  readonly #options: RunOptions;
  #hangUp: HangUp = nothingToHangUp;
  #reader: BackupReader | undefined;
  #stallTimer: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(options: RunOptions) {
    this.#options = options;
  }

  start(): void {
    const { replica, response, socket } = this.#options;
    response.once('close', this.#end);
    // A response that waits behind others does not hear that its connection is gone.
    socket.once('close', this.#end);
    this.#progress();
    this.#hangUp = replica.readBarrier((outcome) => {
      this.#hangUp = nothingToHangUp;
      if (!this.#isOver) this.#takeBarrier(outcome);
    });
  }

  #takeBarrier(outcome: Outcome<undefined>): void {
    if (outcome.kind === 'notLeader') {
      this.#refuse(this.#leaderElsewhere(outcome));
    } else if (outcome.kind !== 'done') {
      this.#refuse(unavailable(refusalFault(outcome, this.#options.members).text));
    } else {
      this.#guard(() => {
        this.#begin();
      });
    }
  }

  /** Takes the state at the very moment at which the barrier opens. */
  #begin(): void {
    const { replica, response, source } = this.#options;
    const { lastApplied: index, leaderId, term, role } = replica.status();
    if (role !== 'leader') {
      this.#refuse(this.#leaderElsewhere({ kind: 'notLeader', leaderId }));
      return;
    }
    // A leader's barrier opens behind the no-op of its term, so what is applied ends in that term.
    this.#reader = source.open({ index, term });
    response.writeHead(200, {
      'Content-Type': 'application/octet-stream',
      'Content-Disposition': `attachment; filename="surfraft-${index}.backup"`,
      'Cache-Control': 'no-store',
    });
    this.#sendNext();
  }

  /** One piece a turn of the event loop, and none before the one before has left. */
  #sendNext(): void {
    const { replica, response } = this.#options;
    if (replica.isCrashed()) {
      this.#cutOff();
      return;
    }
    const piece = this.#reader?.next();
    if (piece === undefined) {
      response.end();
      return;
    }
    assert(piece.length <= backupPieceBytesMax, 'a piece of a backup is bounded');
    response.write(piece, (error) => {
      // A connection that broke ends the run by itself.
      if (error instanceof Error) return;
      this.#progress();
      setImmediate(() => {
        if (this.#isOver) return;
        this.#guard(() => {
          this.#sendNext();
        });
      });
    });
  }

  /** An error of the source must reach neither the replica nor, as a whole file, the client. */
  #guard(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#options.onBug(error, backupPath);
      this.#cutOff();
    }
  }

  #progress(): void {
    clearTimeout(this.#stallTimer);
    if (this.#isOver) return;
    this.#stallTimer = setTimeout(() => {
      this.#stall();
    }, this.#options.limits.backupStallMs);
  }

  #stall(): void {
    const { backupStallMs } = this.#options.limits;
    if (this.#reader !== undefined) this.#cutOff();
    else this.#refuse(unavailable(`no majority has confirmed the leader for ${backupStallMs} ms`));
  }

  /** `Location` is for scripts. It is no redirect, which they could take for the backup itself. */
  #leaderElsewhere(refusal: Extract<Refusal, { kind: 'notLeader' }>): Page {
    const { scheme, members } = this.#options;
    const page = unavailable(refusalFault(refusal, members).text);
    const leader = members.all.find(({ id }) => id === refusal.leaderId);
    if (leader === undefined) return page;
    const location = `${scheme}://${formatAddress(leader)}${backupPath}`;
    return { ...page, headers: { ...page.headers, Location: location } };
  }

  #refuse(page: Page): void {
    this.#end();
    this.#options.refuse(page);
  }

  /** The client must see that what it has is not whole. */
  #cutOff(): void {
    this.#end();
    this.#options.socket.destroy();
  }

  readonly #end = (): void => {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#stallTimer);
    this.#options.socket.off('close', this.#end);
    this.#hangUp();
    this.#reader?.close();
    this.#options.onEnd();
  };
}

function unavailable(text: string): Page {
  const page = plainPage(503, text);
  return { ...page, headers: { ...page.headers, 'Retry-After': String(retryAfterSeconds) } };
}
