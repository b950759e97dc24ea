/**
 * Scenarios on a fake cluster: each kind of step does what it says and can fail, and a failure
 * names the step, what was expected and what was seen.
 */
import { expect } from 'chai';
import type { Bug } from '../fake-bugs.js';
import { failuresOf, fastTiming, impatientTiming } from '../judging.js';
import { play, scenario, type Stand } from './scenario-files.js';

/** The verdict of the one scenario, as `passed`, `skipped: why` or `failed: message`. */
async function verdictOf(text: string, stand: Stand = {}): Promise<string> {
  const { results } = await play(text, stand);
  expect(results).to.have.length(1);
  const verdict = results[0]?.verdict;
  switch (verdict?.kind) {
    case 'failed':
      return `failed: ${verdict.failure.message}`;
    case 'skipped':
      return `skipped: ${verdict.why}`;
    default:
      return String(verdict?.kind);
  }
}

const blocked = ['- leader: L', '- crash: majority of all but L'];

/** What a step is to be good for, and steps that a correct cluster of three passes. */
const goodStories: readonly (readonly [what: string, ...steps: readonly string[]])[] = [
  ['finds the leader', '- leader', '- leader: L', '- check: L leads'],
  [
    'finds the leader among some',
    ...['- leader: L', '- crash: L', '- leader: N', '  among: all but L', '  within: 1 s'],
    ...['- check: [N leads, L does not lead, L is crashed, N is not crashed]'],
  ],
  [
    'counts servers by the size of the cluster',
    ...['- leader: L', '- let: {F: minority of followers, G: one of all but F, L}'],
    ...['- crash: F', '- write: x', '- check: [F show x at 0, G is not crashed]'],
    ...['- crash: [F, all but F]', '- check: all are crashed', '- check: nobody leads'],
  ],
  [
    'restores',
    ...['- crash: all', '- restore: random 2 of all', '- wait until: exactly one leads'],
    ...['- restore: all', '- check: all are not crashed'],
  ],
  [
    'updates and reads, counting versions itself',
    ...['- update: x', '- update: x', '- read: x', '  expect: 2', '- map: {x: 2, y: absent}'],
    ...['- update: x', '  version: 2', '  expect: false', '- read: y', '  expect: absent'],
    ...['- update: x', '  version: 3', '  hashes: [a, 7]', '- read: x', '  expect: seen'],
    ...['- wait until: all show x at 3', '- check: all show x at least 1'],
  ],
  [
    'is refused by followers',
    ...['- update: x', '  on: followers', '  expect: fault 1', '- read: x', '  on: follower'],
    ...['  expect: fault or 0'],
  ],
  [
    'sees that nothing is answered without a majority',
    ...['- leader: L', '- update: x', ...blocked.slice(1), '- read: x', '  on: L'],
    ...['  expect: blocked', '  within: 50 ms'],
  ],
  [
    'waits for calls in the background',
    ...[...blocked, '- repeat: 20', '  as: i', '  steps:', '    - update: x-{i}'],
    ...['      on: L', '      in background: U', '- read: y', '  on: L', '  in background: R'],
    ...['- waiting: U', '  for: 50 ms', '- await: R', '  expect: blocked', '  within: 20 ms'],
    ...['- restore: all', '- await: U', '- map: {x-1: 1, x-20: 1}'],
  ],
  [
    'tells racing updates apart',
    ...[...blocked, '- repeat: 4', '  steps:', '    - update: x', '      version: 1'],
    ...['      on: L', '      in background: race', '- restore: all'],
    ...['- await: race', '  expect: true once', '- read: x', '  expect: 1'],
  ],
  [
    'uses the name of awaited calls again',
    ...['- repeat: 2', '  steps:', '    - update: x', '      in background: U', '    - await: U'],
    ...['- read: x', '  expect: 2'],
  ],
  [
    'sees waiting calls end when their server crashes',
    ...[...blocked, '- update: x', '  on: L', '  in background: U', '- waiting: U'],
    ...['- crash: L', '- await: U', '  expect: fault 2', '  within: 1 s'],
  ],
  [
    'writes until it has worked',
    ...['- together:', '    - - repeat: 20', '        steps: [write: x, pause: 1-3 ms]'],
    ...['    - - for each: all', '        as: S', '        steps:', '          - crash: S'],
    ...['          - pause: 30 ms', '          - restore: S'],
    ...['- read: x', '  expect: 20', '- wait until: all show x at 20'],
  ],
  [
    'fills in the round',
    ...['- repeat: 2', '  as: i', '  steps:', '    - update: x-{i}', '      version: 1'],
    ...['      hashes: ["round {i}", 7, ""]', '      in background: "U"', '- await: U'],
    ...['- map: {x-1: 1, x-2: 1}'],
  ],
  [
    'watches',
    ...['- leader: L', '- stays: [L leads, exactly one of all leads]', '  for: 30 ms'],
    ...['- stays: one leader per term', '  for: 30 ms'],
  ],
];

describe('a scenario', () => {
  for (const [what, ...steps] of goodStories) {
    it(what, async () => {
      expect(await verdictOf(scenario(...steps))).to.equal('passed');
    });
  }

  it('reads by the map where single reads are not served', async () => {
    const text = scenario('- update: x', '- read: x', '  expect: 1', '- read: y', '  expect: 0');
    expect(await verdictOf(text, { without: ['getfileinfo'] })).to.equal('passed');
  });

  it('can be played again on the same cluster', async () => {
    const twice = ['a', 'b'].map((name) =>
      scenario('- read: x', '  expect: absent', '- write: x').replace('a scenario', name),
    );
    const { summary } = await play(twice.join('---\n'), { size: 1 });
    expect(summary).to.include({ passed: 2, failed: 0 });
  });

  it('makes the same random choices for the same seed', async () => {
    const picks = async (seed: string): Promise<string> => {
      const steps = ['- let: {A: random of all, B: random 4 of all}', '- check: B leads'];
      const text = `seed: ${seed}\n${scenario(...steps)}`;
      const verdict = await verdictOf(text, { size: 5 });
      return /where (.*)/.exec(verdict)?.[1] ?? verdict;
    };
    const seeds = ['1', '2', '3', '4'];
    const first = await Promise.all(seeds.map(picks));
    expect(await Promise.all(seeds.map(picks))).to.deep.equal(first);
    expect(new Set(first).size).to.be.greaterThan(1);
    expect(first[0]).to.match(/^A = \d, B = \d\+\d\+\d\+\d$/);
  });
});

describe('a scenario that a cluster cannot play', () => {
  it('is skipped where there are too few servers', async () => {
    const text = `needs: {servers: 4}\n${scenario('- leader')}`;
    expect(await verdictOf(text)).to.equal('skipped: needs 4 servers, and 3 answer');
    expect(await verdictOf(text, { size: 1 })).to.equal('skipped: needs 4 servers, and 1 answers');
  });

  it('is skipped where a step wants more servers than there are', async () => {
    expect(await verdictOf(scenario('- crash: 3 of followers'))).to.equal(
      'skipped: needs 3 servers where this cluster has 2',
    );
  });

  it('is skipped where a method is not served', async () => {
    const without = ['makeserverunreachablefrom', 'getinternalstate', 'setleader'];
    const words = async (step: string): Promise<string> =>
      verdictOf(scenario(step), { size: 1, without });
    expect(await words('- heal')).to.equal('skipped: makeserverunreachablefrom is not served');
    expect(await words('- setleader: leader')).to.equal('skipped: setleader is not served');
    expect(await words('- check: one leader per term')).to.equal(
      'skipped: getinternalstate is not served',
    );
  });

  it('is skipped where the tester has not started the servers', async () => {
    for (const step of ['kill', 'start', 'stop', 'resume']) {
      expect(await verdictOf(scenario(`- ${step}: leader`))).to.match(
        /^skipped: the tester did not start the servers/,
      );
    }
  });
});

/** What steps claim, the steps, the line of the one that fails, and what the failure says. */
const badStories: readonly (readonly [
  what: string,
  steps: readonly string[],
  line: number,
  words: RegExp,
])[] = [
  [
    'a version that a file is not at',
    ['- update: x', '- read: x', '  expect: 2 or fault 1'],
    4,
    /expected version 2 of x or fault 1, saw \[1,\["hash-1-a","hash-1-b"\]\] on server 0 .*getfile/,
  ],
  [
    'a version in the map that a file is not at',
    ['- update: x', '- map: {x: at least 2}'],
    4,
    /expected version at least 2 of x, saw version 1 on server 0 .*getfileinfomap/,
  ],
  ['true for a wrong version', ['- update: x', '  version: 5'], 3, /expected true, saw false/],
  [
    'a refusal that does not come',
    ['- write: x', '- read: x', '  expect: fault'],
    4,
    /a fault, saw/,
  ],
  [
    'silence that is broken',
    ['- read: x', '  expect: blocked'],
    3,
    /expected no answer yet, saw \[0,\[\]\]/,
  ],
  [
    'waiting for what is answered',
    ['- update: x', '  in background: U', '- waiting: U', '  for: 2 s', '- await: U'],
    5,
    /expected no answer yet, saw true after \d+ ms/,
  ],
  [
    'an end that does not come',
    [...blocked, '- read: x', '  on: L', '  in background: R', '- await: R', '  within: 20 ms'],
    8,
    /expected an answer within 20 ms, saw 1 of 1 still waiting on server 0 .*, read x; /,
  ],
  [
    'that all racing updates win',
    [
      '- repeat: 2',
      '  steps:',
      '    - update: x',
      '      version: 1',
      '      in background: U',
    ].concat(['- await: U']),
    8,
    /expected true, saw false/,
  ],
  [
    'that one of racing updates wins when none does',
    ['- update: x', '  version: 3', '  in background: U', '- await: U', '  expect: true once'],
    6,
    /expected true once, false for the others, saw false/,
  ],
  [
    'a leader that there is not',
    [...blocked, '- crash: L', '- leader: N', '  within: 20 ms'],
    6,
    /expected exactly one leader among servers 0, 1, 2 within 20 ms, saw none/,
  ],
  [
    'a state that does not hold',
    ['- leader: L', '- check: [L leads, L is crashed]'],
    4,
    /expected L is crashed, saw false on server 0/,
  ],
  [
    'a state that does not come',
    ['- wait until: all show x at 1', '  within: 20 ms'],
    3,
    /expected version 1 of x within 20 ms, saw 0 on server 0/,
  ],
  [
    'a state that does not last',
    ['- leader: L', '- together:', '    - - stays: L leads', '        for: 1 s'].concat([
      '    - - pause: 30 ms',
      '      - crash: L',
    ]),
    5,
    /expected L leads, for 1000 ms; it was so for \d+ ms, saw false/,
  ],
  [
    'a write that has no cluster',
    ['- crash: all', '- write: x', '  within: 30 ms'],
    4,
    /expected version 1 of x to be taken within 30 ms, saw no leader/,
  ],
];

describe('a scenario that claims', () => {
  for (const [what, steps, line, words] of badStories) {
    it(`${what} fails at that step`, async () => {
      const verdict = await verdictOf(scenario(...steps), { timing: fastTiming });
      expect(verdict).to.match(words);
      expect(verdict).to.match(new RegExp(`a\\.yaml:${line}: `));
    });
  }

  it('something wrong tells the step, the names, the round and the reason', async () => {
    const steps = ['- leader: L', '- repeat: 3', '  as: i', '  steps:', '    - update: f-{i}'];
    const more = ['      # a note', '      version: 2', '      on: L'];
    const verdict = await verdictOf(`why: it counts\n${scenario(...steps, ...more)}`);
    const step = 'a.yaml:8: update: f-{i}, version: 2, on: L';
    expect(verdict.endsWith(`${step}; where L = 0, i = 1; why it matters: it counts`)).to.equal(
      true,
    );
  });
});

const anyRead = ['- update: x', '- read: x'];

/** A bug, steps that expect nothing that only it would break, and what is found. */
const bugStories: readonly (readonly [bug: Bug, steps: readonly string[], words: RegExp])[] = [
  [
    'loses-last-update-at-failover',
    ['- leader: L', '- write: x', '- crash: L', '- read: x'],
    /expected version 1 of x or a later one, since that was answered before, saw version 0 \[\]/,
  ],
  ['reads-lag', anyRead, /expected version 1 of x or a later one, since/],
  [
    'accepts-any-version',
    [...anyRead, '- update: x', '  version: 1', '  expect: any'],
    /expected one update to be version 1 of x, saw true for two/,
  ],
  [
    'hash-lists-become-strings',
    ['- update: x', '  hashes: [1, 2]', '- read: x'],
    /expected version 1 of x to be \[1,2\], saw version 1 \["1","2"\]/,
  ],
  [
    'answers-without-majority',
    [...blocked, '- update: x', '  on: L', '  in background: U', '- waiting: U'].concat([
      '  for: 2 s',
      '- await: U',
    ]),
    /expected no answer yet, saw true/,
  ],
  [
    'blocked-calls-outlive-crash',
    [...blocked, '- update: x', '  on: L', '  in background: U', '- crash: L', '- await: U'].concat(
      ['  expect: fault', '  within: 30 ms'],
    ),
    /expected an answer within 30 ms, saw 1 of 1 still waiting/,
  ],
  ['two-leaders', ['- stays: one leader per term'], /expected one leader in term 1, saw server 0/],
  ['never-elects-again', ['- leader: L', '- crash: L', '- write: x'], /saw (no leader|fault)/],
  [
    'follower-never-catches-up',
    ['- let: {F: follower}', '- crash: F', '- repeat: 3', '  steps: [write: x]'].concat([
      '- restore: F',
      '- wait until: F shows x at 3',
    ]),
    /expected version 3 of x within 250 ms, saw 0/,
  ],
  ['closes-connections', ['- write: x', '- map: {x: 1}'], /the connection was closed/],
  ['nonsense-answers', ['- write: x', '- map: {x: 1}'], /no XML-RPC answer, but .*Welcome/],
];

describe('a bug of a server', () => {
  for (const [bug, steps, words] of bugStories) {
    it(`"${bug}" makes a scenario fail`, async () => {
      const text = scenario(...steps);
      expect(await verdictOf(text, { bugs: [bug], timing: impatientTiming })).to.match(words);
      expect(failuresOf(await play(text, { timing: fastTiming })).join()).not.to.match(words);
    });
  }
});
