/**
 * Calls of clients to simulated servers, recorded in the history. A call to a paused server waits
 * until it goes on; one to a server that is down, or goes down, ends as a broken connection does.
 */
import { unreachable } from '../../src/base/assert.js';
import type { FileInfo, UpdateResult } from '../../src/files/file-command.js';
import type { FileMap } from '../../src/files/file-map.js';
import type { HangUp, Outcome, Refusal } from '../../src/replica/outcome.js';
import { submitToFiles, submitToSite } from '../../src/rpc/submit-command.js';
import type { CallRecord, End, History, Question, SeenFile } from './history.js';
import type { Life, SimServer } from './sim-server.js';
import type { SimWorld } from './sim-world.js';

export interface Sent {
  readonly call: CallRecord;
  readonly hangUp: HangUp;
}

export class SimClient {
  readonly #world: SimWorld;
  readonly #history: History;
  readonly name: string;

  constructor(world: SimWorld, history: History, name: string) {
    this.#world = world;
    this.#history = history;
    this.name = name;
  }

  /** Sends the call; `onEnd` is called inside the server's own turn, unless the client hung up. */
  send(server: SimServer, question: Question, onEnd: (call: CallRecord) => void): Sent {
    const call = this.#history.begin({
      server: server.id,
      client: this.name,
      question,
      beganMs: this.#world.clock.nowMs,
    });
    this.#note(() => `asks s${server.id} ${JSON.stringify(question)}`);
    const { life } = server;
    if (life === undefined) {
      this.#history.end(call, { type: 'refused', why: 'connection refused' });
      this.#world.clock.after(0, () => {
        onEnd(call);
      });
      return { call, hangUp: () => undefined };
    }
    return this.#deliver(life, call, onEnd);
  }

  #deliver(life: Life, call: CallRecord, onEnd: (call: CallRecord) => void): Sent {
    let hangUpThere: HangUp = () => undefined;
    let serverKnows = false;
    const end = (outcome: End): void => {
      // A paused server may answer before it learns that its client is gone.
      if (call.end?.type === 'hungUp' && !serverKnows) return;
      life.onEnd.delete(connectionLost);
      this.#note(() => `gets ${call.beganAt}: ${JSON.stringify(outcome)}`);
      this.#history.end(call, outcome);
      onEnd(call);
    };
    const connectionLost = (): void => {
      end({ type: 'unknown', why: 'connection lost' });
    };
    life.onEnd.add(connectionLost);
    life.process.post(() => {
      if (call.end !== undefined) return;
      const timeMs = Math.floor(this.#world.clock.nowMs);
      hangUpThere = ask({ life, timeMs }, call.question, end);
    });
    const hangUp = (): void => {
      if (call.end !== undefined) return;
      life.onEnd.delete(connectionLost);
      this.#note(() => `hangs up ${call.beganAt}`);
      this.#history.end(call, { type: 'hungUp' });
      life.process.post(() => {
        serverKnows = true;
        hangUpThere();
      });
    };
    return { call, hangUp };
  }

  #note(what: () => string): void {
    this.#world.note('client', this.name, what);
  }
}

/** `timeMs`: the time at the server, with which it stamps an update. */
function ask(
  { life, timeMs }: { readonly life: Life; readonly timeMs: number },
  question: Question,
  end: (end: End) => void,
): HangUp {
  const { replica } = life;
  const files = (): FileMap => replica.stateMachine.files;
  switch (question.type) {
    case 'update': {
      const { name, version, hash, requestId } = question;
      const hashlist = [hash];
      const command = { type: 'updatefile', name, version, hashlist, requestId, timeMs } as const;
      return submitToFiles(replica, command, (outcome) => {
        end(outcome.kind === 'done' ? updateEnd(outcome.value) : refusalEnd(outcome));
      });
    }
    case 'forget': {
      const { name, version } = question;
      const command = { type: 'forgetversions', versions: [{ name, version }] } as const;
      return submitToFiles(replica, command, (outcome) => {
        end(outcome.kind === 'done' ? { type: 'forgotten' } : refusalEnd(outcome));
      });
    }
    case 'site':
      return submitToSite(replica, { ...question.command, timeMs }, (outcome) => {
        const isDone = outcome.kind === 'done';
        end(isDone ? { type: 'siteChanged', result: outcome.value } : refusalEnd(outcome));
      });
    case 'read':
      return replica.readBarrier((outcome) => {
        end(
          seenEnd(outcome, () => new Map([[question.name, seenFile(files().get(question.name))]])),
        );
      });
    case 'readAll':
      return replica.readBarrier((outcome) => {
        end(seenEnd(outcome, () => seenFiles(files())));
      });
    case 'steer':
      return replica[question.what]((outcome) => {
        end(outcome.kind === 'done' ? { type: 'steered' } : refusalEnd(outcome));
      });
    default:
      return unreachable(question);
  }
}

function updateEnd(result: UpdateResult): End {
  if (result === 'requestIdReused') return { type: 'refused', why: result };
  return { type: 'updated', updated: result === 'updated' };
}

function seenEnd(outcome: Outcome<undefined>, look: () => ReadonlyMap<string, SeenFile>): End {
  return outcome.kind === 'done' ? { type: 'seen', files: look() } : refusalEnd(outcome);
}

/** All files of a map, as a client sees them. */
export function seenFiles(files: FileMap): ReadonlyMap<string, SeenFile> {
  return new Map([...files.entries()].map(([name, info]) => [name, seenFile(info)]));
}

function seenFile(info: FileInfo | undefined): SeenFile {
  return { version: info?.version ?? 0, hash: String(info?.hashlist[0] ?? '') };
}

/** What the contract lets a client conclude from each refusal. */
function refusalEnd(refusal: Refusal): End {
  switch (refusal.kind) {
    case 'notLeader':
    case 'busy':
    case 'storage':
    case 'stopping':
      return { type: 'refused', why: refusal.kind };
    case 'crashed':
      return { type: refusal.logged ? 'unknown' : 'refused', why: 'crashed' };
    case 'outcomeUnknown':
      return { type: 'unknown', why: refusal.reason };
    default:
      return unreachable(refusal);
  }
}
