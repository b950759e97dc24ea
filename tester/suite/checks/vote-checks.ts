/**
 * One vote for each server and term (section 5.2 of the paper), put to the test where two
 * candidates stand for the same term and their logs are equal: nothing but the voter's own memory
 * keeps it from electing both.
 */
import { type Check } from '../check.js';
import { CheckSkipped } from '../../cluster/check-outcome.js';
import { sampleUpdate, type Cluster } from '../../cluster/cluster.js';
import { stateOf, termOf } from '../../cluster/server-state.js';
import type { Server } from '../../wire/server.js';
import { insistOn } from './leadership.js';
import { LeaderWatch, underWatch } from './leader-watch.js';

const group = 'votes';

/** Servers of other makes may have their own patience with `setleader`; ours has 2 s. */
function setLeader(cluster: Cluster, server: Server) {
  return server.call('setleader', [], cluster.timing.electionLimitMs + cluster.timing.callMs);
}

/** How often the rivals are asked: who votes twice elects both nearly every time. */
const rivalRounds = 5;
/** After the first of them leads, the second has this long to win by the same votes. */
const secondVictoryMs = 60;

/**
 * Rivals that hear each other come to different terms, and of two leaders of one term the first to
 * hear the other may give way: so they are kept apart where that can be done.
 */
async function rivalsAreNotBothElected(cluster: Cluster): Promise<void> {
  const canCut = cluster.target.abilities.has('makeserverunreachablefrom');
  await underWatch(cluster, async (watch) => {
    for (let round = 1; round <= rivalRounds; round += 1) {
      const rivals = cluster.others(await cluster.leader()).slice(0, 2);
      const [first, ...second] = rivals;
      if (first === undefined) throw new CheckSkipped('needs two followers');
      if (canCut) await cluster.cutOff(first, second);
      const wishes = rivals.map((server) => setLeader(cluster, server));
      await Promise.race(wishes);
      await cluster.pause(secondVictoryMs);
      await watch.look(cluster);
      if (canCut) await cluster.cutOff(first, []);
      await Promise.all(wishes);
    }
  });
}

/** Two candidates and the voters whom both need for a majority. */
interface Ballot {
  readonly first: Server;
  readonly second: Server;
  readonly voters: readonly Server[];
}

/** Attempts to elect the first candidate by votes alone, and their time limits. */
const ballotsMax = 5;
const candidacyMs = 100;
const requestMs = 30;
const victoryMs = 250;

async function votesAreOnDisk(cluster: Cluster): Promise<void> {
  const watch = new LeaderWatch();
  for (let attempt = 1; attempt <= ballotsMax; attempt += 1) {
    const ballot = await openBallot(cluster);
    const isElected = await electByVotesAlone(cluster, ballot);
    await watch.look(cluster);
    if (isElected) {
      await standAgainstForgetful(cluster, ballot, watch);
      return;
    }
    await cluster.heal();
  }
  throw new CheckSkipped(`no candidate won by votes alone in ${ballotsMax} attempts`);
}

/** All logs are equal; the second candidate hears nobody, and servers beyond the ballot are off. */
async function openBallot(cluster: Cluster): Promise<Ballot> {
  const leader = await cluster.leader();
  const name = cluster.newName('ballot');
  await insistOn(cluster, cluster.servers, sampleUpdate(name, 1));
  const [first, second] = cluster.others(leader);
  if (first === undefined || second === undefined) throw new CheckSkipped('needs three servers');
  await cluster.expectApplied(cluster.servers, { name, version: 1 }, cluster.timing.catchUpLimitMs);
  const voters = cluster.others(first, second).slice(0, cluster.majority - 1);
  const rest = cluster.others(first, second, ...voters);
  await Promise.all(rest.map((server) => cluster.crash(server)));
  await cluster.cutOff(second, cluster.others(second));
  return { first, second, voters };
}

/**
 * The voters sleep while the first candidate asks them, and it can send them nothing more when they
 * wake: they vote, it leads, and their logs show no trace of its term.
 */
async function electByVotesAlone(cluster: Cluster, ballot: Ballot): Promise<boolean> {
  const { first, voters } = ballot;
  const before = Number(await termOf(cluster, first));
  for (const voter of voters) cluster.pauseProcess(voter);
  const standing = setLeader(cluster, first);
  const stands = await cluster.within(candidacyMs, async () => {
    const { status, term } = await stateOf(first);
    return status === 'candidate' && Number(term) > before ? true : undefined;
  });
  // Its request leaves once its own vote is on disk.
  await cluster.pause(requestMs);
  await cluster.cutOff(first, cluster.others(first), 'send');
  for (const voter of voters) cluster.resumeProcess(voter);
  const leads = await cluster.within(victoryMs, async () =>
    (await cluster.leadersNow([first])).length > 0 ? true : undefined,
  );
  await cluster.cutOff(first, cluster.others(first));
  await standing;
  return stands === true && leads === true;
}

/** The voters are killed and started; the second candidate has not heard of the term either. */
async function standAgainstForgetful(
  cluster: Cluster,
  { first, second, voters }: Ballot,
  watch: LeaderWatch,
): Promise<void> {
  await Promise.all(voters.map((voter) => cluster.killProcess(voter)));
  await Promise.all(voters.map((voter) => cluster.startProcess(voter)));
  await cluster.cutOff(second, cluster.others(second, ...voters));
  const standing = setLeader(cluster, second);
  await cluster.within(cluster.timing.electionLimitMs, async () => {
    await watch.look(cluster);
    const others = cluster.others(first);
    return (await cluster.leadersNow(others)).length > 0 ? true : undefined;
  });
  await standing;
  await watch.look(cluster);
}

export const voteChecks: readonly Check[] = [
  {
    group,
    name: 'two followers that stand for the same term at once are not both elected',
    needs: ['spare-server', 'setleader', 'getinternalstate'],
    run: rivalsAreNotBothElected,
  },
  {
    group,
    name: 'a vote outlives its server even when it was all that the server knew of the term',
    needs: [
      'own-servers',
      'spare-server',
      'setleader',
      'getinternalstate',
      'makeserverunreachablefrom',
    ],
    run: votesAreOnDisk,
  },
];
