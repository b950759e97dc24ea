/**
 * Scenario files that are wrong are refused before anything is crashed: each problem with line and
 * column, with what was expected, and all of them at once.
 */
import { expect } from 'chai';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadScenarios } from '../../../tester/scenario/load-scenarios.js';
import { checksIn, loadText, problemsOf, scenario, withFiles } from './scenario-files.js';

const good = scenario('- leader: L');

/** What the file says, and the one problem with it. */
const badFiles: readonly (readonly [what: string, text: string, problem: RegExp | string])[] = [
  ['a file that is no YAML', 'name: [a', /^1:9: not YAML: Flow sequence .* with a \]$/],
  [
    'a key twice',
    'name: a\nname: b\nsteps: [leader]\n',
    /^2:1: not YAML: Map keys must be unique$/,
  ],
  ['a file with nothing in it', '# to come\n', /^1:1: the file is empty, expected a scenario/],
  ['a list of steps alone', '- leader\n', /^1:1: found a list, expected a mapping with name, why/],
  ['no name', 'steps: [leader]\n', '1:1: no "name", expected name, why, needs, seed and steps'],
  ['no steps', 'name: a\n', '1:1: no "steps", expected name, why, needs, seed and steps'],
  ['steps without a step', 'name: a\nsteps: []\n', '2:8: found a list, expected at least one step'],
  [
    'an unknown part of a scenario',
    `nam: x\n${good}`,
    '1:1: "nam" is no part of a scenario; the closest is "name", ' +
      'expected name, why, needs, seed or steps',
  ],
  [
    'a mapping as a name',
    'name: {a: 1}\nsteps: [leader]\n',
    '1:7: found a mapping, expected a sentence that the servers are to keep',
  ],
  [
    'a need of nobody',
    `needs: {server: 3}\n${good}`,
    '1:9: "server" is no need; the closest is "servers", expected servers or methods',
  ],
  [
    'too many servers',
    `needs: {servers: 100}\n${good}`,
    '1:18: found 100, expected a whole number from 1 to 99',
  ],
  [
    'a method of nobody',
    `needs: {methods: [setlaeder]}\n${good}`,
    /^1:19: "setlaeder" is no method that a server may lack; the closest is "setleader"/,
  ],
  [
    'an unknown step',
    scenario('- leader: L', '- carsh: L'),
    /^4:5: "carsh" is no step; the closest is "crash", expected leader, let, crash, /,
  ],
  [
    'a step that is a word of nobody',
    scenario('- leeder'),
    /^3:5: "leeder" is no step; the closest is "leader"/,
  ],
  ['a step that is a number', scenario('- 7'), /^3:5: found 7, expected a step, such as/],
  [
    'an unknown option',
    scenario('- leader: L', '- update: x', '  verison: 1'),
    '5:5: "verison" is no option of "update"; the closest is "version", ' +
      'expected version, hashes, on, expect, within or in background',
  ],
  [
    'an option where none is known',
    scenario('- crash: all', '  within: 2 s'),
    '4:5: "within" is no option of "crash", expected none',
  ],
  [
    'two steps in one',
    scenario('- crash: 0', '  restore: 0'),
    '4:5: both "crash" and "restore"; expected one word a step; put a - before each',
  ],
  [
    'a server that nobody has named',
    scenario('- leader: Leader', '- crash: Laeder'),
    /^4:12: "Laeder" is no server .*; the closest is "leader", expected all, .* random or Leader$/,
  ],
  [
    'an id that there may not be',
    `needs: {servers: 3}\n${scenario('- crash: 3')}`,
    '4:12: there may be no server 3; expected an id below 3, the number of servers in "needs"',
  ],
  [
    'servers that are none',
    scenario('- crash: {a: 1}'),
    /^3:12: found a mapping, expected servers: a name, an id, all, leader/,
  ],
  ['a treatment of nobody', scenario('- crash:'), /^3:11: found nothing, expected servers: /],
  [
    'a name that is a word of the language',
    scenario('- leader: followers'),
    '3:13: "followers" is a word of the language, expected another name',
  ],
  [
    'a name with blanks',
    scenario('- let: {the rest: all}'),
    '3:11: found "the rest", expected a name for servers: letters, digits, - and _',
  ],
  [
    'a time without a unit',
    scenario('- pause: 200'),
    '3:12: found 200, expected a time up to 60 s, such as 200 ms, or two, such as 50-300 ms',
  ],
  [
    'a time that is too long',
    scenario('- leader: L', '  within: 2000 s'),
    '4:13: found "2000 s", expected a time up to 60 s, such as 200 ms or 2 s',
  ],
  [
    'a version that is none',
    scenario('- update: x', '  version: newest'),
    '4:14: found "newest", expected next, or a whole number up to 1000000',
  ],
  [
    'hashes that are no list',
    scenario('- update: x', '  hashes: a'),
    '4:13: found "a", expected a list of texts or whole numbers',
  ],
  [
    'an end that updates do not have',
    scenario('- update: x', '  expect: seen'),
    '4:13: found "seen", expected true, false, fault, "fault N", blocked, lost or any, ' +
      'or several of them with "or"',
  ],
  [
    'an end that reads do not have',
    scenario('- read: x', '  expect: 1 or true'),
    /^4:13: found "1 or true", expected a version, "at least N", seen/,
  ],
  [
    'a version in a map that is none',
    scenario('- map: {x: many}'),
    /^3:14: found "many", expected a version, /,
  ],
  [
    'a sentence of nobody',
    scenario('- wait until: all is well'),
    /^3:17: found "all is well", expected a sentence: "L leads", /,
  ],
  [
    'a sentence with a version that is none',
    scenario('- check: all show x at most'),
    /^3:12: "most" is no version; expected a number/,
  ],
  [
    'a call that was never begun',
    scenario('- await: U'),
    '3:12: "U" was never begun; expected the name of an earlier step that is "in background"',
  ],
  [
    'another name than that of the call',
    scenario('- read: x', '  in background: reads', '- waiting: raeds', '- await: reads'),
    '5:14: "raeds" is no call in the background; the closest is "reads", expected reads',
  ],
  [
    'a call for which nobody waits',
    scenario('- read: x', '  in background: reads'),
    '4:20: nobody waits for "reads"; expected a later step "await: reads" that says how it ends',
  ],
  [
    'two kinds of calls by one name',
    scenario(
      ...['- read: x', '  in background: U', '- update: x', '  in background: U', '- await: U'],
    ),
    '6:20: "U" already names a read; expected a name of its own, ' +
      'since the calls are awaited together',
  ],
  [
    'an end of a call that goes on',
    scenario('- read: x', '  in background: R', '  expect: 1', '- await: R'),
    '5:13: the call goes on; expected "expect" at the step that awaits the call',
  ],
  [
    'a counter of nobody',
    scenario('- write: file-{i}'),
    '3:12: "{i}" is no counter; expected a "repeat" around it that names it with "as"',
  ],
  [
    'another name than that of the counter',
    scenario('- repeat: 2', '  as: i', '  steps:', '    - write: file-{j}'),
    '6:16: "{j}" is no counter; the closest is "{i}", expected {i}',
  ],
  [
    'a hash with a counter of nobody',
    scenario('- update: x', '  hashes: [a, "{i}"]'),
    '4:17: "{i}" is no counter; expected a "repeat" around it that names it with "as"',
  ],
  [
    'no rounds',
    scenario('- repeat: 0', '  steps: [leader]'),
    '3:13: found 0, expected a whole number from 1 to 1000',
  ],
  ['nothing to repeat', scenario('- repeat: 2'), '3:5: no steps to repeat, expected "steps:"'],
  [
    'servers in a loop without a name',
    scenario('- for each: all', '  steps: [leader]'),
    '3:5: "for each" names nobody, expected "as: NAME"',
  ],
  [
    'a direction of nobody',
    scenario('- cut: all', '  direction: up'),
    '4:16: found "up", expected both, send or receive',
  ],
  [
    'an alias',
    'name: &a text\nsteps:\n  - write: *a\n',
    '3:12: found an alias (*), which scenarios do not have, expected the name of a file',
  ],
];

describe('a scenario file', () => {
  for (const [what, text, problem] of badFiles) {
    it(`with ${what} is refused`, () => {
      const problems = problemsOf(text);
      expect(problems, problems.join('\n')).to.have.length(1);
      if (typeof problem === 'string') expect(problems[0]).to.equal(problem);
      else expect(problems[0]).to.match(problem);
    });
  }

  it('tells all problems at once, in the order of the file', () => {
    const text = `${scenario('- carsh: all', '- pause: soon')}---\n${scenario('- update: [x]')}`;
    const places = problemsOf(text).map((line) => line.split(': ')[0]);
    expect(places).to.deep.equal(['3:5', '4:12', '8:13']);
  });

  it('with steps a hundred deep is refused', () => {
    const deep = '- together: [['.repeat(3);
    expect(problemsOf(scenario(deep)).length).to.be.greaterThan(0);
    const frames = Array.from({ length: 20 }, () => '{repeat: 2, steps: [');
    const text = scenario(`- ${frames.join('')}leader${']}'.repeat(20)}`);
    expect(problemsOf(text).join()).to.match(/steps in steps, expected at most 10 deep/);
  });

  it('may hold several scenarios', () => {
    const other = good.replace('a scenario', 'another');
    expect(checksIn(`# both\n---\n${good}---\n${other}`).map(({ name }) => name)).to.deep.equal([
      'a scenario',
      'another',
    ]);
  });

  it('may not repeat the name of another scenario', () => {
    expect(problemsOf(`${good}---\n${good}`).join()).to.match(
      /^5:1: "a scenario" is also the scenario at .*a\.yaml:1, expected a name of its own$/,
    );
  });

  it('says by its steps what servers must serve', () => {
    const text = scenario(
      '- setleader: 0',
      '- heal',
      '- check: one leader per term',
      '- kill: 0',
      '- start: 0',
    );
    const [check] = checksIn(`needs: {methods: [getfileinfo, setleader]}\n${text}`);
    expect(check?.needs).to.have.members([
      ...['getfileinfo', 'setleader', 'makeserverunreachablefrom'],
      ...['getinternalstate', 'own-servers'],
    ]);
  });
});

describe('scenario paths', () => {
  it('are files of any name, and folders with all YAML files below them in order', () => {
    const named = (name: string): string => good.replace('a scenario', name);
    const files = { 'b.yml': named('b'), 'a.txt': named('t'), 'notes.md': 'no scenario' };
    withFiles(files, (folder) => {
      mkdirSync(join(folder, 'a'));
      writeFileSync(join(folder, 'a', 'c.yaml'), named('c'));
      const loaded = loadScenarios([join(folder, 'a.txt'), folder, join(folder, 'b.yml')]);
      const names = loaded.kind === 'loaded' ? loaded.checks.map(({ name }) => name) : loaded;
      expect(names).to.deep.equal(['t', 'c', 'b']);
    });
  });

  it('that cannot be read or hold nothing are told beside the problems of the others', () => {
    withFiles({ 'bad.yaml': 'steps: 1\nname: a\n' }, (folder) => {
      const empty = join(folder, 'empty');
      mkdirSync(empty);
      const absent = join(folder, 'absent.yaml');
      const loaded = loadScenarios([absent, empty, join(folder, 'bad.yaml')]);
      expect(loaded.kind === 'refused' ? loaded.problems : []).to.deep.equal([
        `${absent}: cannot be read (ENOENT), expected a scenario file or a folder of them`,
        `${empty}: nothing in it, expected .yaml or .yml files`,
        `${folder}/bad.yaml:1:8: found 1, expected a list of steps, each with a - before it`,
      ]);
    });
  });

  it('lead to scenarios in a group of their own', () => {
    expect(loadText(good)).to.have.property('kind', 'loaded');
    expect(checksIn(good).map(({ group }) => group)).to.deep.equal(['scenario']);
  });
});
