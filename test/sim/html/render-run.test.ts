/** The page of a run holds all of it, and nothing that its data could break. */
import vm from 'node:vm';
import { expect } from 'chai';
import type { ServerView } from '../trace.js';
import { renderRun } from './render-run.js';
import { runPageScript } from './run-page-script.js';

describe('the page of a simulated run', () => {
  const view: ServerView = {
    role: 'leader',
    term: 3,
    commitIndex: 2,
    lastApplied: 2,
    firstLogIndex: 1,
    lastLogIndex: 4,
  };
  const page = renderRun({
    seed: 12,
    events: [{ atMs: 1.23456, kind: 'send', who: 's0', what: '</script><b>', view }],
    report: undefined,
    failure: 'AssertionError: <something>',
  });

  it('shows the failure and the events as data that cannot end its script', () => {
    expect(page).to.include('Simulated run 12').and.to.include('\\u003csomething>');
    expect(page).to.include('[1.235,"send","s0","\\u003c/script>\\u003cb>"');
    expect(page.match(/<\/script>/g)).to.have.length(2);
  });

  it('needs nothing from elsewhere', () => {
    expect(page).not.to.match(/(src|href)=/);
  });

  it('has a script that can be read', () => {
    expect(() => new vm.Script(runPageScript)).not.to.throw();
  });
});
