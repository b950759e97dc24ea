/**
 * The steps in which clients call servers: at once, in the background, or until it has worked.
 */
import { isDeepStrictEqual } from 'node:util';
import { CheckFailure } from '../cluster/check-outcome.js';
import { expectMapShape } from '../cluster/expectations.js';
import { describeAnswer } from '../wire/answer.js';
import type { Reply, Server } from '../wire/server.js';
import type { SentUpdate } from './file-book.js';
import { whereOf } from './file-book.js';
import { findServers } from './find-servers.js';
import type { EndedCall } from './ended-call.js';
import { entryOf, judgeCall, makeCall, noteInfo, readFile } from './make-call.js';
import type { Action, Call, CallAction, Expectation } from './scenario.js';
import { fillIn, type Scene } from './stage.js';

export async function callNow(action: CallAction, scene: Scene): Promise<void> {
  const { cluster, files } = scene.stage;
  const { call, expect } = action;
  const timeoutMs = action.withinMs ?? patienceFor(expect, cluster.timing.callMs, scene);
  const servers = await findServers(action.on, scene);
  const ended = await Promise.all(
    servers.map((server) => makeCall(call, { scene, server, timeoutMs })),
  );
  for (const each of ended) judgeCall(each, expect, files);
}

/** Who expects no answer waits for as long as it takes to believe that none comes. */
function patienceFor(expect: Expectation, usualMs: number, scene: Scene): number {
  const mayBlock = expect.some(({ kind }) => kind === 'blocked');
  return mayBlock ? scene.stage.cluster.timing.quietMs : usualMs;
}

export async function begin(
  action: Extract<Action, { kind: 'begin' }>,
  scene: Scene,
): Promise<void> {
  const { call, on, name } = action;
  const { cluster } = scene.stage;
  for (const server of await findServers(on, scene)) {
    const timeoutMs = cluster.timing.checkMs;
    const begun = makeCall(call, { scene, server, timeoutMs });
    scene.stage.callsOf(name).add(describeCall(call, server, scene), begun);
  }
}

function describeCall(call: Call, server: Server, scene: Scene): string {
  const file = call.method === 'setleader' ? '' : ` ${fillIn(call.file, scene)}`;
  return `${server.label}, ${call.method}${file}`;
}

export async function awaitCalls(
  action: Extract<Action, { kind: 'await' }>,
  scene: Scene,
): Promise<void> {
  const { stage } = scene;
  const { timing } = stage.cluster;
  const calls = stage.callsOf(action.name);
  const expect: Expectation =
    action.expect === 'true-once'
      ? [true, false].map((value) => ({ kind: 'boolean', value }))
      : action.expect;
  const limitMs = action.withinMs ?? patienceFor(expect, timing.settleMs, scene);
  await stage.cluster.within(limitMs, () =>
    Promise.resolve(calls.ended.length === calls.count ? true : undefined),
  );
  for (const ended of calls.ended) judgeCall(ended, expect, stage.files);
  const [waiting] = calls.waiting;
  if (waiting !== undefined && !expect.some(({ kind }) => kind === 'blocked')) {
    const seen = `${calls.waiting.length} of ${calls.count} still waiting`;
    throw new CheckFailure(`an answer within ${limitMs} ms`, seen, waiting);
  }
  if (action.expect === 'true-once') expectTrueOnce(calls.ended);
  stage.forgetCalls(action.name);
}

function expectTrueOnce(ended: readonly EndedCall[]): void {
  const winners = ended.filter(({ reply }) => isTrue(reply));
  if (winners.length === 1) return;
  const [first] = ended;
  const seen = ended.map(({ reply }) => describeAnswer(reply.answer)).join(', ');
  throw new CheckFailure('true once, false for the others', seen, first?.reply.server.label);
}

function isTrue({ answer }: Reply): boolean {
  return answer.kind === 'value' && answer.value === true;
}

/** A failure at the first of the calls that ends. */
export async function expectWaiting(
  action: Extract<Action, { kind: 'waiting' }>,
  scene: Scene,
): Promise<void> {
  const { stage } = scene;
  const { cluster } = stage;
  const calls = stage.callsOf(action.name);
  const forMs = action.forMs ?? cluster.timing.quietMs / 3;
  const early = await cluster.within(forMs, () => Promise.resolve(calls.ended[0]));
  if (early === undefined) return;
  const { reply } = early;
  const seen = `${describeAnswer(reply.answer)} after ${Math.round(reply.elapsedMs)} ms`;
  throw new CheckFailure('no answer yet', seen, whereOf(reply));
}

export async function readMap(
  action: Extract<Action, { kind: 'map' }>,
  scene: Scene,
): Promise<void> {
  const { files, cluster } = scene.stage;
  const timeoutMs = action.withinMs ?? cluster.timing.callMs;
  const wanted = action.files.map(([file, bounds]) => ({ file: fillIn(file, scene), bounds }));
  for (const server of await findServers(action.on, scene)) {
    const floors = wanted.map(({ file }) => files.seen(file));
    const reply = await server.fileInfoMap(timeoutMs);
    expectMapShape(reply);
    const map = reply.answer.kind === 'value' ? reply.answer.value : {};
    for (const [index, { file, bounds }] of wanted.entries()) {
      const floor = floors[index] ?? 0;
      const info = entryOf(map, files.realName(file));
      const ended = noteInfo({ files, file, floor }, reply, info);
      judgeCall(ended, [{ kind: 'any' }], files);
      const { version = -1 } = ended;
      if (bounds.some((bound) => files.holds(bound, file, version, floor))) continue;
      const where = `${server.label}, the map of getfileinfomap`;
      const expected = files.describe(bounds, file, floor);
      throw new CheckFailure(expected, `version ${version}`, where);
    }
  }
}

/**
 * One update by a client that does not give up: it asks whoever leads, and when it does not learn
 * what became of the update, it tries again. It must take effect, and once.
 */
export async function write(
  action: Extract<Action, { kind: 'write' }>,
  scene: Scene,
): Promise<void> {
  const { files, cluster } = scene.stage;
  const file = fillIn(action.file, scene);
  const sent = files.send(file, files.seen(file) + 1, undefined);
  const limitMs = action.withinMs ?? cluster.timing.settleMs;
  let tries = 0;
  let last: Reply | undefined;
  const isDone = await cluster.within(limitMs, async () => {
    const leaders = await cluster.leadersNow(scene.stage.present());
    const server = leaders[tries % Math.max(1, leaders.length)];
    if (server === undefined) return undefined;
    tries += 1;
    const attempt = await tryUpdate(sent, server, { scene, isFirst: tries === 1 });
    last = attempt.reply;
    return attempt.isDone ? true : undefined;
  });
  if (isDone !== undefined) return;
  const expected = `version ${sent.version} of ${file} to be taken within ${limitMs} ms`;
  const seen = last === undefined ? 'no leader' : describeAnswer(last.answer);
  throw new CheckFailure(expected, seen, last === undefined ? undefined : whereOf(last));
}

interface Attempt {
  readonly reply: Reply;
  readonly isDone: boolean;
}

async function tryUpdate(
  sent: SentUpdate,
  server: Server,
  { scene, isFirst }: { readonly scene: Scene; readonly isFirst: boolean },
): Promise<Attempt> {
  const { files, cluster } = scene.stage;
  const timeoutMs = cluster.timing.promptLimitMs;
  const update = { name: sent.realName, version: sent.version, hashes: sent.hashes };
  const reply = await server.update(update, timeoutMs);
  if (reply.answer.kind !== 'value') return { reply, isDone: false };
  if (isTrue(reply)) {
    const contradiction = files.noteTaken(sent, reply);
    if (contradiction !== undefined) throw contradiction;
    return { reply, isDone: true };
  }
  // Only an earlier try of this very update can have made the version a wrong one.
  if (isFirst) throw new CheckFailure('true', describeAnswer(reply.answer), whereOf(reply));
  const read = await readFile(sent.file, { scene, server, timeoutMs });
  if (read.contradiction !== undefined) throw read.contradiction;
  if (read.version === undefined) return { reply, isDone: false };
  if (read.version < sent.version) {
    const expected = `true, since ${sent.file} is at version ${read.version} still`;
    throw new CheckFailure(expected, describeAnswer(reply.answer), whereOf(reply));
  }
  const isThere = isDeepStrictEqual(hashesIn(read.reply, sent), sent.hashes);
  return { reply, isDone: read.version === sent.version && isThere };
}

/** The hash list in the answer to a read of one file, by `getfileinfo` or by the map. */
function hashesIn({ answer }: Reply, sent: SentUpdate): unknown {
  const value: unknown = answer.kind === 'value' ? answer.value : undefined;
  const info = Array.isArray(value) ? value : entryOf(value, sent.realName);
  return Array.isArray(info) ? (info as unknown[])[1] : undefined;
}
