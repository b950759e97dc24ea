/**
 * The version rule: exactly the current version + 1, else false and nothing changes; what was given
 * comes back as it was; of two racing calls exactly one is answered true.
 */
import { type Check } from '../check.js';
import { CheckFailure } from '../../cluster/check-outcome.js';
import { describeAnswer } from '../../wire/answer.js';
import { sampleHashes, sampleUpdate, type Cluster } from '../../cluster/cluster.js';
import { expectInMap, expectValue } from '../../cluster/expectations.js';
import type { Reply } from '../../wire/server.js';

const group = 'versions';

async function newFileStartsAtOne(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  const name = cluster.newName('first');
  for (const version of [2, 3, 7]) {
    expectValue(await leader.update(sampleUpdate(name, version)), false);
  }
  expectInMap(await leader.fileInfoMap(), name, undefined);
  expectValue(await leader.update(sampleUpdate(name, 1)), true);
  expectInMap(await leader.fileInfoMap(), name, [1, sampleHashes(1)]);
}

async function nextVersionIsTaken(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  const name = cluster.newName('next');
  await cluster.write(leader, name, [1, 2, 3, 4, 5]);
  expectInMap(await leader.fileInfoMap(), name, [5, sampleHashes(5)]);
}

/** At version 3, tries `versions`, each of which must be answered false without effect. */
async function refusesAtThree(cluster: Cluster, versions: readonly number[]): Promise<void> {
  const leader = await cluster.leader();
  const name = cluster.newName('refused');
  await cluster.write(leader, name, [1, 2, 3]);
  for (const version of versions) {
    expectValue(await leader.update(sampleUpdate(name, version)), false);
    expectInMap(await leader.fileInfoMap(), name, [3, sampleHashes(3)]);
  }
  expectValue(await leader.appliedVersion(name), 3);
  expectValue(await leader.update(sampleUpdate(name, 4)), true);
}

async function tombstonesAreVersions(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  for (const tombstone of [['0'], [0]]) {
    const name = cluster.newName('tombstone');
    await cluster.write(leader, name, [1]);
    expectValue(await leader.update({ name, version: 2, hashes: tombstone }), true);
    expectInMap(await leader.fileInfoMap(), name, [2, tombstone]);
    expectValue(await leader.appliedVersion(name), 2);
    expectValue(await leader.update(sampleUpdate(name, 1)), false);
    expectValue(await leader.update({ name, version: 3, hashes: tombstone }), true);
    expectValue(await leader.update(sampleUpdate(name, 4)), true);
    expectInMap(await leader.fileInfoMap(), name, [4, sampleHashes(4)]);
  }
}

async function bareZeroIsTombstone(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  const name = cluster.newName('bare');
  await cluster.write(leader, name, [1]);
  expectValue(await leader.update({ name, version: 2, hashes: '0' }), true);
  expectInMap(await leader.fileInfoMap(), name, [2, ['0']]);
}

/** Hash lists that must come back with the types they were given. */
const hashLists: readonly (readonly unknown[])[] = [
  [],
  ['a', 'b', 'a'],
  [1, 2, 3],
  ['1', 2, '3'],
  ['-1'],
  ['', ' padded ', 'Ünï©ode 漢字 🚀'],
];

async function hashListsComeBack(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  const name = cluster.newName('hashes');
  for (const [position, hashes] of hashLists.entries()) {
    const version = position + 1;
    expectValue(await leader.update({ name, version, hashes }), true);
    expectInMap(await leader.fileInfoMap(), name, [version, hashes]);
  }
}

/** Writes a file with each suffix and finds it again, alone under its own name. */
async function namesComeBack(cluster: Cluster, suffixes: readonly string[]): Promise<void> {
  const leader = await cluster.leader();
  const stem = cluster.newName('name');
  for (const [position, suffix] of suffixes.entries()) {
    const hashes = [`file ${position}`];
    expectValue(await leader.update({ name: stem + suffix, version: 1, hashes }), true);
  }
  const reply = await leader.fileInfoMap();
  for (const [position, suffix] of suffixes.entries()) {
    expectInMap(reply, stem + suffix, [1, [`file ${position}`]]);
    expectValue(await leader.appliedVersion(stem + suffix), 1);
  }
}

/** Composed and decomposed forms and letter cases are different names. */
const unicodeSuffixes = [' é', ' e\u0301', ' É', ' Ελληνικά', ' 漢字', ' 🚀', ' \u{10ffff}'];
const markupSuffixes = [' <a&b>', ' "q\'', ' &amp;', ', a/b\\c', ' %20'];
const blankSuffixes = ['', ' ', '  ', '\t', '\n', '\r', '\r\n'];

function countTrue(replies: readonly Reply[]): number {
  return replies.filter(({ answer }) => answer.kind === 'value' && answer.value === true).length;
}

async function racersAreOrdered(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  const name = cluster.newName('race');
  const racerCount = 8;
  for (let version = 1; version <= 5; version += 1) {
    const racers = Array.from({ length: racerCount }, (_, racer) => [`racer ${racer}`, version]);
    const replies = await Promise.all(
      racers.map((hashes) => leader.update({ name, version, hashes })),
    );
    if (countTrue(replies) !== 1) {
      const seen = replies.map(({ answer }) => describeAnswer(answer)).join(', ');
      const expected = `true once and false ${racerCount - 1} times`;
      throw new CheckFailure(expected, seen, `${leader.label}, ${racerCount} racing updates`);
    }
    const winner = replies.findIndex(
      ({ answer }) => answer.kind === 'value' && answer.value === true,
    );
    for (const [racer, reply] of replies.entries()) expectValue(reply, racer === winner);
    expectInMap(await leader.fileInfoMap(), name, [version, racers[winner] ?? []]);
  }
}

async function readsFollowWrites(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  const name = cluster.newName('read');
  for (let version = 1; version <= 20; version += 1) {
    await cluster.write(leader, name, [version]);
    expectInMap(await leader.fileInfoMap(), name, [version, sampleHashes(version)]);
  }
}

function check(name: string, run: (cluster: Cluster) => Promise<void>): Check {
  return { group, name, needs: [], run };
}

export const versionChecks: readonly Check[] = [
  check('the first version of a file is 1, any other is answered false', newFileStartsAtOne),
  check('each update must carry exactly the current version + 1', nextVersionIsTaken),
  check('a version that is too high is answered false and changes nothing', (cluster) =>
    refusesAtThree(cluster, [5, 6, 1_000_000]),
  ),
  check('the current version and older ones are answered false and change nothing', (cluster) =>
    refusesAtThree(cluster, [3, 2, 1]),
  ),
  check('zero and negative versions are answered false and change nothing', (cluster) =>
    refusesAtThree(cluster, [0, -1, -2_147_483_648]),
  ),
  check('["0"] and [0] are tombstones with a version; the file can be created again', (cluster) =>
    tombstonesAreVersions(cluster),
  ),
  check('the bare string "0" is kept as the tombstone ["0"]', bareZeroIsTombstone),
  check('hash lists of strings or integers, empty too, come back as given', hashListsComeBack),
  check('Unicode file names come back byte for byte and stay apart', (cluster) =>
    namesComeBack(cluster, unicodeSuffixes),
  ),
  check('file names with markup and separators come back byte for byte', (cluster) =>
    namesComeBack(cluster, markupSuffixes),
  ),
  check('tab, LF, CR and outer blanks of file names come back byte for byte', (cluster) =>
    namesComeBack(cluster, blankSuffixes),
  ),
  check('of racing updates with the same next version exactly one is true', racersAreOrdered),
  check('a read shows every update that was answered before it', readsFollowWrites),
];
