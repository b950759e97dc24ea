/**
 * Judges a history of clients against the committed log. The order of the log is the order in
 * which updates take effect, so linearizability needs no search: each update's effect lies between
 * the begin of its first attempt and the first answer that shows it, effects follow each other in
 * log order, and every answer must fit in somewhere (Herlihy and Wing, with the order given).
 */
import { assert, must } from '../../../src/base/assert.js';
import { decodeFileCommand } from '../../../src/files/file-command-codec.js';
import type { UpdateFile } from '../../../src/files/file-command.js';
import type { Entry } from '../../../src/raft/messages.js';
import {
  decodeSiteCommand,
  encodeSiteCommand,
  isSitePayload,
} from '../../../src/site/site-command-codec.js';
import type { SiteCommand } from '../../../src/site/site-command.js';
import { describeCall, type CallRecord, type SeenFile } from '../history.js';

type Update = Extract<CallRecord['question'], { type: 'update' }>;

/** One committed update, in log order. */
interface Effect {
  readonly name: string;
  readonly version: number;
  readonly hash: string;
  /** It took effect after this position of the history, and before that one. */
  earliest: number;
  latest: number;
}

/** Throws `AssertionError` with the call that is wrong and why. */
export function checkHistory(calls: readonly CallRecord[], entries: readonly Entry[]): void {
  const judge = new HistoryJudge(calls, entries);
  judge.check();
}

class HistoryJudge {
  readonly #calls: readonly CallRecord[];
  readonly #effects: Effect[] = [];
  /** Position among the effects, by hash. */
  readonly #byHash = new Map<string, number>();
  /** Positions of the versions of a file: version 1 first. */
  readonly #versions = new Map<string, number[]>();
  /** What was told to be forgotten, as JSON. */
  readonly #forgotten = new Set<string>();
  /** What was done to the site, by `siteKey`. */
  readonly #siteCommands = new Set<string>();

  constructor(calls: readonly CallRecord[], entries: readonly Entry[]) {
    this.#calls = calls;
    for (const entry of entries) if (entry.kind === 'command') this.#addCommand(entry);
  }

  check(): void {
    const attempts = this.#boundByAttempts();
    for (const [hash, calls] of attempts) this.#checkFate(hash, calls);
    for (const call of this.#calls) {
      if (call.end?.type === 'seen') this.#boundBySight(call, call.end.files);
    }
    this.#checkForgotten();
    this.#checkSite();
    this.#tighten();
    this.#effects.forEach((effect, at) => {
      const { name, version, earliest, latest } = effect;
      assert(
        earliest < latest,
        `version ${version} of ${name} (effect ${at}) took effect after ${earliest} and before ` +
          `${latest}: an answer was stale, or out of order`,
      );
    });
    for (const call of this.#calls) {
      if (call.end?.type === 'updated' && !call.end.updated) this.#checkFalse(call);
    }
  }

  #addCommand(entry: Entry): void {
    if (isSitePayload(entry.payload)) {
      this.#siteCommands.add(siteKey(decodeSiteCommand(entry.payload)));
      return;
    }
    const command = decodeFileCommand(entry.payload);
    if (command.type === 'updatefile') this.#addEffect(entry, command);
    else for (const version of command.versions) this.#forgotten.add(JSON.stringify(version));
  }

  /** Versions are sequential, nothing is logged in vain, and each update takes effect once. */
  #addEffect(entry: Entry, { name, version, hashlist }: UpdateFile): void {
    assert(
      typeof version === 'number',
      () => `entry ${entry.index} makes a version beyond all numbers`,
    );
    const hash = String(hashlist[0]);
    const versions = this.#versions.get(name) ?? [];
    this.#versions.set(name, versions);
    assert(
      version === versions.length + 1,
      () => `entry ${entry.index} makes version ${version} of ${name} after ${versions.length}`,
    );
    assert(
      !this.#byHash.has(hash),
      () => `update ${hash} took effect twice, again in ${entry.index}`,
    );
    this.#byHash.set(hash, this.#effects.length);
    versions.push(this.#effects.length);
    const effect = { name, version, hash, earliest: 0, latest: Infinity };
    this.#effects.push(effect);
  }

  /** An effect comes after its first attempt began and before any attempt was answered `true`. */
  #boundByAttempts(): ReadonlyMap<string, readonly CallRecord[]> {
    const attempts = new Map<string, CallRecord[]>();
    for (const call of this.#calls) {
      if (call.question.type !== 'update') continue;
      const { hash } = call.question;
      const others = attempts.get(hash);
      if (others === undefined) attempts.set(hash, [call]);
      else others.push(call);
    }
    for (const effect of this.#effects) {
      const calls = must(attempts.get(effect.hash), () => `nobody asked for update ${effect.hash}`);
      effect.earliest = Math.min(...calls.map((call) => call.beganAt));
      const answered = calls.filter((call) => call.end?.type === 'updated' && call.end.updated);
      effect.latest = Math.min(...answered.map((call) => call.endedAt), Infinity);
    }
    return attempts;
  }

  /** `true` only for what took effect; and what all attempts were refused for never did. */
  #checkFate(hash: string, calls: readonly CallRecord[]): void {
    const tookEffect = this.#byHash.has(hash);
    const answered = calls.find((call) => call.end?.type === 'updated' && call.end.updated);
    assert(
      tookEffect || answered === undefined,
      () => `acknowledged, but lost: ${answered === undefined ? '' : describeCall(answered)}`,
    );
    const mayHave = calls.some((call) => mayTakeEffect(call));
    assert(
      !tookEffect || mayHave,
      () => `refused without effect, but it took effect: ${calls.map(describeCall).join(', ')}`,
    );
  }

  /** What was confirmed to be forgotten is in the log, and what is there was asked for. */
  #checkForgotten(): void {
    const asked = new Set<string>();
    for (const call of this.#calls) {
      if (call.question.type !== 'forget') continue;
      const { name, version } = call.question;
      const forgotten = JSON.stringify({ name, version });
      asked.add(forgotten);
      const isRight = call.end?.type !== 'forgotten' || this.#forgotten.has(forgotten);
      assert(isRight, () => `confirmed, but lost: ${describeCall(call)}`);
    }
    for (const forgotten of this.#forgotten) {
      assert(asked.has(forgotten), () => `nobody asked to forget ${forgotten}`);
    }
  }

  /** The same of the site; that its commands take effect once is up to the state's own tests. */
  #checkSite(): void {
    const asked = new Set<string>();
    for (const call of this.#calls) {
      if (call.question.type !== 'site') continue;
      const key = siteKey(call.question.command);
      asked.add(key);
      const isRight = call.end?.type !== 'siteChanged' || this.#siteCommands.has(key);
      assert(isRight, () => `confirmed, but lost: ${describeCall(call)}`);
    }
    for (const key of this.#siteCommands) assert(asked.has(key), () => `nobody asked for ${key}`);
  }

  /** What a read saw was there before it ended, and what it did not see came after it began. */
  #boundBySight(call: CallRecord, files: ReadonlyMap<string, SeenFile>): void {
    let lastSeen = -1;
    let firstUnseen = this.#effects.length;
    const isWhole = call.question.type === 'readAll';
    const names = isWhole ? this.#versions.keys() : files.keys();
    for (const name of names) {
      const { version, hash } = files.get(name) ?? { version: 0, hash: '' };
      const versions = this.#versions.get(name) ?? [];
      const at = version === 0 ? -1 : (versions[version - 1] ?? Infinity);
      const written = at < 0 ? '' : this.#effects[at]?.hash;
      assert(written === hash, () => `${describeCall(call)} saw what was never written to ${name}`);
      lastSeen = Math.max(lastSeen, at);
      firstUnseen = Math.min(firstUnseen, versions[version] ?? this.#effects.length);
    }
    assert(lastSeen < firstUnseen, () => `${describeCall(call)} saw no single moment`);
    const seen = this.#effects[lastSeen];
    if (seen !== undefined) seen.latest = Math.min(seen.latest, call.endedAt);
    const unseen = this.#effects[firstUnseen];
    if (unseen !== undefined) unseen.earliest = Math.max(unseen.earliest, call.beganAt);
  }

  /** Effects follow each other: none is earlier than one before it, or later than one behind. */
  #tighten(): void {
    let earliest = 0;
    for (const effect of this.#effects) {
      earliest = Math.max(earliest, effect.earliest);
      effect.earliest = earliest;
    }
    let latest = Infinity;
    for (const effect of [...this.#effects].reverse()) {
      latest = Math.min(latest, effect.latest);
      effect.latest = latest;
    }
  }

  /** `false` needs a moment of the call at which the file was not at the version before. */
  #checkFalse(call: CallRecord): void {
    const { name, version, hash } = call.question as Update;
    const versions = this.#versions.get(name) ?? [];
    if (version < 1 || version > versions.length + 1) return;
    const before = this.#effects[versions[version - 2] ?? -1];
    const after = this.#effects[versions[version - 1] ?? -1];
    const wasEarlier = (before?.latest ?? -Infinity) > call.beganAt;
    const wasLater = (after?.earliest ?? Infinity) < call.endedAt;
    // Its own effect is no reason to refuse it: a retry is answered `true`.
    const isOwn = after?.hash === hash;
    assert(
      wasEarlier || (wasLater && !isOwn),
      () => `false without a reason: ${describeCall(call)}`,
    );
  }
}

/** The command but for its time, which each server that takes it stamps anew. */
function siteKey(command: SiteCommand): string {
  return encodeSiteCommand({ ...command, timeMs: 0 }).join();
}

function mayTakeEffect(call: CallRecord): boolean {
  if (call.end === undefined) return true;
  if (call.end.type === 'updated') return call.end.updated;
  return call.end.type !== 'refused';
}
