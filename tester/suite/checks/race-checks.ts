/**
 * Updates that race: of those with the same next version exactly one takes effect, however many
 * there are and whatever happens to the leader meanwhile.
 */
import { isDeepStrictEqual } from 'node:util';
import { type Check } from '../check.js';
import { CheckFailure } from '../../cluster/check-outcome.js';
import type { Cluster } from '../../cluster/cluster.js';
import { expectInMap, expectValue } from '../../cluster/expectations.js';
import { describeAnswer, describeValue } from '../../wire/answer.js';
import type { Reply, Server } from '../../wire/server.js';
import { entryIn, isTrue, leavesOpen, liveServers } from './leadership.js';

const group = 'races';

const racerCount = 8;

type HashesOf = (racer: number) => readonly string[];

function hashesIn(round: string): HashesOf {
  return (racer) => [`${round}, racer ${racer}`];
}

interface Race {
  readonly name: string;
  readonly version: number;
  readonly hashesOf: HashesOf;
}

function race(leader: Server, { name, version, hashesOf }: Race): readonly Promise<Reply>[] {
  return Array.from({ length: racerCount }, (_, racer) =>
    leader.update({ name, version, hashes: hashesOf(racer) }),
  );
}

/** Who of a race was answered true; a failure unless that is exactly one and the rest false. */
function winnerOf(replies: readonly Reply[]): number {
  const winners = replies.flatMap((reply, racer) => (isTrue(reply) ? [racer] : []));
  const [winner] = winners;
  if (winner === undefined || winners.length > 1) {
    const seen = replies.map(({ answer }) => describeAnswer(answer)).join(', ');
    const [first] = replies;
    const where = `${first?.server.label ?? 'nobody'}, ${racerCount} racing updates`;
    throw new CheckFailure(`true once and false ${racerCount - 1} times`, seen, where);
  }
  for (const [racer, reply] of replies.entries()) expectValue(reply, racer === winner);
  return winner;
}

async function filesRaceApart(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  const names = Array.from({ length: 6 }, () => cluster.newName('races'));
  for (let version = 1; version <= 3; version += 1) {
    const hashesOf = hashesIn(`version ${version}`);
    const races = await Promise.all(
      names.map((name) => Promise.all(race(leader, { name, version, hashesOf }))),
    );
    const map = await leader.fileInfoMap();
    for (const [position, name] of names.entries()) {
      const winner = winnerOf(races[position] ?? []);
      expectInMap(map, name, [version, hashesOf(winner)]);
    }
  }
}

async function deletersRace(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  const name = cluster.newName('tombstones');
  for (let version = 1; version <= 6; version += 2) {
    expectValue(await leader.update({ name, version, hashes: [`made ${version}`] }), true);
    const replies = await Promise.all(
      [['0'], ['changed'], ['0'], ['changed']].map((hashes) =>
        leader.update({ name, version: version + 1, hashes }),
      ),
    );
    const winners = replies.flatMap((reply, racer) => (isTrue(reply) ? [racer] : []));
    if (winners.length !== 1) {
      const seen = replies.map(({ answer }) => describeAnswer(answer)).join(', ');
      throw new CheckFailure('true once', seen, `${leader.label}, deletions and changes`);
    }
    const hashes = winners[0] === 0 || winners[0] === 2 ? ['0'] : ['changed'];
    expectInMap(await leader.fileInfoMap(), name, [version + 1, hashes]);
  }
}

/** What the map shows of a race must be what somebody was told, or was left in doubt about. */
function expectExplained(
  entry: unknown,
  entries: readonly unknown[],
  replies: readonly Reply[],
): void {
  const shown = entries.findIndex((each) => isDeepStrictEqual(entry, each));
  const winners = replies.flatMap((reply, racer) => (isTrue(reply) ? [racer] : []));
  const told = replies.map(({ answer }) => describeAnswer(answer)).join(', ');
  if (winners.length > 1 || (winners.length === 1 && winners[0] !== shown)) {
    const expected = 'the one racer that was answered true to be in the map';
    throw new CheckFailure(expected, `${describeValue(entry)} after ${told}`);
  }
  const reply = replies[shown];
  if (reply === undefined || isTrue(reply) || leavesOpen(reply)) return;
  // A crashed server refuses at once what it has not logged; it may leave out the words.
  if (reply.answer.kind === 'fault' && reply.answer.code === 2) return;
  const expected = 'no effect of an update that was refused';
  throw new CheckFailure(expected, `${describeValue(entry)} after ${told}`, reply.server.label);
}

/** Each round has lists of its own: an update that was cut off may take effect rounds later. */
async function raceAcrossFailover(cluster: Cluster): Promise<void> {
  const name = cluster.newName('race-on');
  let version = 1;
  for (const crashAfterMs of [0, 2, 5, 10]) {
    const hashesOf = hashesIn(`cut off after ${crashAfterMs} ms`);
    const leader = await cluster.leader(await liveServers(cluster));
    const racing = race(leader, { name, version, hashesOf });
    await cluster.pause(crashAfterMs);
    await cluster.crash(leader);
    const replies = await Promise.all(racing);
    const next = await cluster.leader(cluster.others(leader));
    const entry = entryIn(await next.fileInfoMap(), name);
    const isTaken = Array.isArray(entry) && entry[0] === version;
    const lists = replies.map((_, racer) => [version, hashesOf(racer)]);
    expectExplained(isTaken ? entry : undefined, lists, replies);
    if (isTaken) version += 1;
    await cluster.restore(leader);
  }
}

export const raceChecks: readonly Check[] = [
  {
    group,
    name: 'on several files at once each version goes to exactly one racer',
    needs: [],
    run: filesRaceApart,
  },
  {
    group,
    name: 'of racing deletions and changes exactly one takes effect',
    needs: [],
    run: deletersRace,
  },
  {
    group,
    name: 'of a race that a crash of the leader cuts off at most one takes effect, as it was told',
    needs: ['followers', 'spare-server'],
    run: raceAcrossFailover,
  },
];
