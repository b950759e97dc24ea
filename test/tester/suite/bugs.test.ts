/**
 * Each check can fail: a bug of the fake cluster makes the check fail that names it, with words
 * that say what was seen.
 */
import { expect } from 'chai';
import type { Bug } from '../fake-bugs.js';
import { failuresOf, fastTiming, impatientTiming, judge, withFake } from '../judging.js';

/** The bug, a part of the sentence that must be found broken, and what the failure must say. */
type Row = readonly [bug: Bug, sentence: string, words: RegExp, size?: number];

const callRows: readonly Row[] = [
  ['hangs-on-updates', 'updatefile answers true', /saw no answer within 250 ms/],
  ['malformed-faults', 'the fault of an unknown method', /no XML-RPC answer, but/],
  ['nonsense-answers', 'getfileinfomap answers a struct', /no XML-RPC answer, but .*Welcome/],
  ['closes-connections', 'getfileinfomap answers a struct', /connection was closed/],
  ['unknown-file-faults', 'a file never seen is at', /expected 0, saw fault 1 "KeyError"/],
  ['closes-kept-connections', 'a connection is kept', /saw 1 answers to 2 calls/],
  [
    'answers-any-http',
    'a path that is not served',
    /expected HTTP status 404, saw HTTP status 200/,
  ],
  ['answers-any-http', 'a verb other than POST', /expected HTTP status 405/],
  ['answers-any-http', 'a Content-Type that is not XML', /expected HTTP status 415/],
  ['answers-any-http', 'a body that is announced', /like .* 413 .*, saw no answer/],
  ['answers-any-http', 'bytes that are not HTTP', /like .* 400 .*, saw a closed connection/],
  ['slow-senders-block', 'senders that are slow', /expected true, saw no answer/],
  ['crashes-on-hang-up', 'clients that hang up', /expected true, saw (false|fault 2)/],
  ['refuses-crowds', '200 connections at once', /expected true, saw .*connection/],
  ['trips-over-hostile-calls', 'honest clients are served', /expected true, saw fault -32603/],
];

const leaderRows: readonly Row[] = [
  [
    'hides-the-leader',
    'the fault of a follower tells',
    /expected fault 1 that says .* saw fault 1/,
  ],
  ['hides-the-leader', 'getinternalstate tells the id', /expected leaderId 0, saw/],
  ['serves-any-follower', 'followers answer updatefile', /expected a fault, saw/],
  ['any-page-limit', 'the limit of getfileinfopage', /expected fault -32602, saw/],
];

const versionRows: readonly Row[] = [
  ['accepts-any-version', 'the first version of a file is 1', /expected false, saw true/],
  ['accepts-any-version', 'a version that is too high', /expected false, saw true/],
  ['accepts-any-version', 'zero and negative', /expected false, saw true/],
  ['accepts-any-version', 'of racing deletions', /expected true once, saw true, true/],
  ['answers-all-racers-true', 'of racing updates with the same', /expected true once/],
  ['answers-all-racers-true', 'on several files at once', /expected true once/],
  ['answers-all-racers-true', 'of a race that a crash', /the one racer that was answered true/],
  ['hash-lists-become-strings', 'hash lists of strings or', /expected .*\[1,2,3\].* saw .*"1"/],
  ['ignores-request-ids', 'a repeated request id', /expected true, saw false/],
  ['ignores-request-ids', 'a request id with other', /expected fault -32602, saw true/],
  ['ignores-request-ids', 'calls at once with one request id', /expected true, saw false/],
  ['ignores-request-ids', 'request ids are known still', /expected true, saw false/],
  ['false-is-remembered', 'a false is not remembered', /expected true, saw false/],
  ['request-ids-die-with-leader', 'the next leader knows', /expected true, saw false/],
  ['reads-lag', 'a read shows every update', /in the map/],
  ['reads-lag', 'getfileinfo shows every update', /expected \[1,.* saw \[0/],
];

const crashRows: readonly Row[] = [
  ['crash-keeps-answering', 'a crashed server answers client', /expected a fault, saw/],
  ['crash-does-not-freeze', 'a crashed follower stands still', /expected 1, saw [234]/],
  ['follower-never-catches-up', 'a crashed follower stands still', /expected 4 within .* saw 1/],
  ['follower-never-catches-up', 'the old leader comes back', /expected 6 within .* saw 1/],
  ['loses-last-update-at-failover', 'updates answered just before', /saw no ".*" in the map/],
  ['never-elects-again', 'a crashed leader is replaced', /expected exactly one leader .* none/],
  ['old-leader-comes-back-leading', 'the old leader comes back', /expected false, saw true/],
  ['restore-causes-election', 'the old leader comes back', /to stay the only leader|expected term/],
  ['restore-loses-state', 'a restored server has its own', /expected 2, saw 0/],
  ['crash-does-not-freeze', 'a crashed leader keeps term', /expected \w+ to stay/],
  ['restore-causes-election', 'a follower that crashes and', /expected (true|term)/],
  ['follower-never-catches-up', 'a follower that missed two', /expected 5 within .* saw 1/],
  ['blocked-calls-outlive-crash', 'a waiting call ends', /expected a fault, saw no answer/],
  ['hides-unknown-outcomes', 'an update that a crash cut off', /outcome unknown.* saw fault 2/],
];

const electionRows: readonly Row[] = [
  ['two-leaders', 'exactly one server leads', /expected exactly one leader .* saw server 0 .* and/],
  ['tires-under-load', 'a busy leader keeps', /expected true, saw|expected term/],
  ['same-term-twice', 'no two servers lead in one term', /one leader in term 1, saw server/],
  ['term-falls-at-crash', 'no two servers lead in one term', /no term before \d, saw term 0/],
  ['loses-last-update-at-failover', 'each leader lost', /in the map/, 5],
  ['leads-without-majority', 'crashed servers come back one', /expected no leader among/],
  ['leadership-outlives-crash', 'crashed and restored at once', /expected a term after 1, saw/],
  ['leads-without-majority', 'no server becomes leader', /expected no leader among/],
  [
    'setleader-is-ignored',
    'setleader makes any server',
    /expected server 1 .* to lead, saw server 0/,
  ],
  ['same-term-twice', 'setleader makes any server', /expected a term after 1, saw term 1/],
  ['answers-from-memory-after-absence', 'deposed by setleader', /expected a fault, saw/],
  ['setleader-is-ignored', 'setleader takes over', /expected true, saw false/],
  ['setleader-needs-nobody', 'setleader answers false', /expected false, saw true/],
  ['setleader-is-ignored', 'setleader on a crashed', /expected fault 2/],
  ['setleader-needs-nobody', 'setleader on a server whose log', /expected .*\[3,.* saw .*\[1,/],
  ['two-leaders', 'two setleader at once', /expected (exactly )?one leader/],
  ['setleader-is-ignored', 'a new leader shows at once', /saw fault 1/],
  ['heartbeats-anywhere', 'sendheartbeat is true on', /expected false, saw true/],
  ['follower-never-catches-up', 'once sendheartbeat says', /expected 3 within .* saw 0/],
];

const logRows: readonly Row[] = [
  ['replicates-late', 'within one round trip', /expected half of 15 updates on all followers/],
  ['logs-reads', 'reads and updates answered false', /the log to end at \d+ still, saw an end/],
  ['elects-any-log', 'a server that lacks answered', /expected .*\[4,.* saw .*\[1,/],
  [
    'keeps-lost-entries',
    'entries that never reached',
    /expected 0, saw 1|expected \[2,\["kept"\]\]/,
  ],
  ['commits-old-terms-by-counting', 'what was readable once', /in the map/],
  ['logs-differ', 'logs that agree in index', /expected .* as on server 0 .* saw/],
  ['answers-without-majority', 'a leader that is cut off answers', /or newer, or no answer, saw/],
  ['answers-without-majority', 'a leader that cannot send', /or newer, or no answer, saw/],
  ['answers-without-majority', 'a leader that cannot receive', /or newer, or no answer, saw/],
  ['answers-without-majority', 'a read that waits on a leader', /or newer, or no answer, saw/],
  ['answers-from-memory-after-absence', 'an old leader that comes back', /or no answer, saw/],
  ['answers-from-memory-after-absence', 'no read on any server goes', /or no answer, saw/],
];

const blockingRows: readonly Row[] = [
  ['answers-without-majority', 'without a majority updates', /expected no answer .* saw /],
  ['answers-without-majority', 'false, too, waits', /expected no answer .* saw false/],
  ['refuses-without-majority', 'without a majority updates', /saw fault 1 "no majority"/],
  ['applies-before-commit', 'while calls wait', /expected 1, saw 2/],
  ['refuses-without-majority', '300 updates may wait', /saw fault 1 "no majority"/],
  ['replaced-updates-are-true', 'by its real fate', /a fault for an update that was replaced, saw/],
  ['refuses-pending-that-commit', 'by its real fate', /true for an update that took effect/, 4],
];

const partitionRows: readonly Row[] = [
  ['never-heals', 'a leader that is cut off is replaced', /expected 2 within/],
  ['cut-is-ignored', 'a follower that is cut off', /expected 1, saw 2/],
  ['deaf-servers-hear', 'a server that does not accept', /expected 1, saw 2/],
  ['restore-keeps-cut', 'restore of a live server lifts', /expected 2 within .* saw 1/],
  ['cuts-add-up', 'each cut replaces', /expected 2 within .* saw 1/],
  ['setleader-needs-nobody', 'setleader answers false', /expected false, saw true/],
  ['leads-without-majority', 'servers that join one by one', /expected no leader among/],
  ['kill-loses-updates', 'when all servers are killed', /in the map/],
  ['crash-outlives-process', 'a crashed server that is started', /expected false, saw true/],
  ['answers-from-memory-after-absence', 'a leader that slept', /expected .*\[2,.* saw .*\[1,/],
  ['votes-forgotten', 'processes: a vote outlives its server', /expected one leader in term/],
];

const rows: readonly Row[] = [
  ...callRows,
  ...leaderRows,
  ...versionRows,
  ...crashRows,
  ...electionRows,
  ...logRows,
  ...blockingRows,
  ...partitionRows,
];

/** Bugs that show by a wait that runs out; for the others a busy machine may take its time. */
const silentBugs: readonly Bug[] = [
  'answers-any-http',
  'blocked-calls-outlive-crash',
  'cuts-add-up',
  'follower-never-catches-up',
  'hangs-on-updates',
  'never-elects-again',
  'never-heals',
  'restore-keeps-cut',
  'slow-senders-block',
  'two-leaders',
];

describe('a bug of a server', () => {
  for (const [bug, sentence, words, size = 3] of rows) {
    it(`"${bug}" fails the check "${sentence} …"`, async () => {
      await withFake({ size, bugs: [bug] }, async (cluster) => {
        const only = [sentence];
        const judgement = await judge({
          cluster,
          timing: silentBugs.includes(bug) ? impatientTiming : fastTiming,
          only,
          ownsServers: true,
        });
        expect(judgement.results).to.have.length(1);
        const [failure] = failuresOf(judgement);
        expect(failure).to.match(words);
      });
    });
  }
});
